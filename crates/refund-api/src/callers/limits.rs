//! How much of the server there is for everybody, and how much of it for one.

use clap::Args;
use ipnet::IpNet;
use refund_store::PEOPLE_MAX;

/// How much is taken at once, and of whom.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// How many connections there may be at once; more are answered 503.
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS)]
    pub connections: usize,
    /// How many of them each address has that is no trusted proxy's.
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS_PER_ADDRESS)]
    pub connections_per_address: usize,
    /// How many calls a second each key or buyer's link has; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub rate_per_key: u32,
    /// How many calls a second each address has, with a valid key or without; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub rate_per_address: u32,
    /// How often in an hour a refund is changed to and fro by its parties, and a seller's settings by the seller; 0 for
    /// no limit.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub changes_per_hour: u32,
    /// How many streams of events may be open at once; more are answered 429.
    #[arg(long, value_name = "N", default_value_t = STREAMS)]
    pub streams: usize,
    /// How many of them each key, person or buyer's link has.
    #[arg(long, value_name = "N", default_value_t = STREAMS_PER_KEY)]
    pub streams_per_key: usize,
    /// How many of them all keys and people of one seller have.
    #[arg(long, value_name = "N", default_value_t = STREAMS_PER_SELLER)]
    pub streams_per_seller: usize,
    /// Proxies whose Forwarded or X-Forwarded-For is believed, such as 10.0.0.0/8,::1/128.
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
}

const CONNECTIONS: usize = 10_000;
const CONNECTIONS_PER_ADDRESS: usize = 1_000;
const STREAMS: usize = 5_000;
const STREAMS_PER_KEY: usize = 20;
/// A page that is open has one: as many as a seller has people.
const STREAMS_PER_SELLER: usize = PEOPLE_MAX;

impl Limits {
    /// What there is for everybody, and nobody who is counted.
    #[must_use]
    pub fn without_rates() -> Self {
        Self {
            connections: CONNECTIONS,
            connections_per_address: CONNECTIONS,
            rate_per_key: 0,
            rate_per_address: 0,
            changes_per_hour: 0,
            streams: STREAMS,
            streams_per_key: STREAMS_PER_KEY,
            streams_per_seller: STREAMS_PER_SELLER,
            trusted_proxies: Vec::new(),
        }
    }
}
