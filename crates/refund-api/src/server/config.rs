//! How the server is started, and why it may not start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use refund_core::{Label, Timestamp};
use refund_store::{Clock, OpenError};

use super::cors::Origin;
use crate::callers::Limits;
use crate::machine::clock;
use crate::webhooks::Reach;

/// How the server is started.
#[derive(Clone)]
pub struct Config {
    /// Everything is kept under this folder.
    pub data: PathBuf,
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How others reach it, where that is not where it listens.
    pub public_url: Option<String>,
    /// Whether it may listen beyond loopback without TLS.
    pub insecure: bool,
    /// What the time is: the machine's clock, or one that stands still until it is advanced.
    pub clock: Clock,
    /// Where a test clock stands while nothing has been recorded yet; else in 1970.
    pub begins_at: Option<Timestamp>,
    /// Whether nothing that is due happens, so that an operator can extend it first (R36).
    pub hold_settling: bool,
    /// Whom of the operator's people a link is made for by which they sign in once, whatever their password is.
    pub sign_in_link: Option<Label>,
    /// How much it takes at once, and of whom.
    pub limits: Limits,
    /// How far webhooks are sent.
    pub reach: Reach,
    /// From where pages of others may call.
    pub cors_origins: Vec<Origin>,
}

impl Config {
    /// A server that keeps its data in that folder and listens there, all else as usual, for callers
    /// who need no limits.
    #[must_use]
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        let clock = Clock::Running(Arc::new(clock::system_now));
        let limits = Limits::without_rates();
        Self {
            data,
            listen,
            public_url: None,
            insecure: false,
            clock,
            begins_at: None,
            hold_settling: false,
            sign_in_link: None,
            limits,
            reach: Reach::Public,
            cors_origins: Vec::new(),
        }
    }
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Plain HTTP beyond loopback.
    #[error(
        "{0} is not a loopback address, and the server speaks plain HTTP; \
         put a proxy that does TLS before it, or pass --insecure if that is what you want"
    )]
    NotLoopback(SocketAddr),
    /// What others are to reach the server by is no address.
    #[error("{0:?} is no address that begins with http:// or https://")]
    NotAUrl(String),
    /// Others are to reach the server without TLS.
    #[error(
        "{0}: links and passwords would go over the net as plain text; give an address that begins with https://, \
         or pass --insecure if that is what you want"
    )]
    PlainUrl(String),
    /// The address is taken, or can't be had.
    #[error("can't listen on {address}: {error}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why it can't.
        error: std::io::Error,
    },
    /// The data folder can't be used.
    #[error("the data folder {}: {error}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Nobody of the operator's people is called that and may sign in.
    #[error(
        "nobody of the operator's people who may sign in is called {0:?}; who they are stands on their \
        page \"People\", and the first is called \"operator\""
    )]
    NoSuchOperator(String),
    /// Nobody of the operator's people is set up yet.
    #[error(
        "nobody of the operator's people is set up yet, so that there is no {0:?}: start without --sign-in-link and \
        open the link that is printed then. It is for the first, who is called \"operator\" and sets the others up"
    )]
    NoOperatorYet(String),
    /// The first key could not be made, or the demo not set up.
    #[error("setting up: {0}")]
    SetUp(String),
    /// The folder holds something else than a demo.
    #[error("{} holds data that no demo made; give the demo a folder of its own", .0.display())]
    NotADemo(PathBuf),
}
