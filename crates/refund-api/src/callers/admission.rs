//! Who is let in, and who has to wait.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use ipnet::IpNet;
use refund_store::WAITING_MAX;

use crate::callers::Limits;
use crate::callers::address;
use crate::callers::places::{Full, Place, Places};
use crate::callers::{Caller, Tenant};
use crate::machine::clock::Stopwatch;
use crate::machine::rate::{Rate, Sharers};
use crate::problem::Problem;
use crate::wire::BULK_MAX;
use crate::wire::code::ApiCode;

/// Counts calls, by address before anybody is recognised and by key or link after that.
pub(crate) struct Admission {
    trusted_proxies: Vec<IpNet>,
    per_address: Option<Rate<IpAddr, Stopwatch>>,
    per_key: Option<Rate<String, Stopwatch>>,
    connections: Arc<Places<IpAddr>>,
    streams: Arc<Places<String>>,
    streams_of_sellers: Arc<Places<String>>,
    bodies: Arc<Places<String>>,
    feeds: Arc<Places<String>>,
    many_at_once: Arc<Places<String>>,
}

/// The place of one stream: among those of its caller, and of all of a seller's.
pub(crate) type StreamPlace = (Place<String>, Place<String>);

/// How many bytes of bodies are held at once; what is short is not counted.
const BODIES_MAX: usize = 128 * 1024 * 1024;
/// And of one seller's, one buyer's or one address's: many of them together leave room for others.
const BODIES_MAX_EACH: usize = 4 * 1024 * 1024;
/// When to try again what takes a moment.
const AGAIN: Duration = Duration::from_secs(1);
/// How many pages of the feed one caller reads at once.
const FEEDS_MAX_EACH: usize = 4;
/// How many calls that act on many refunds are carried out at once, and how many of one seller. All that they hand in
/// takes half of what may wait for the store, so that whoever acts on one refund finds a place there.
const MANY_AT_ONCE_MAX: usize = WAITING_MAX / 2 / BULK_MAX;
const MANY_AT_ONCE_MAX_EACH: usize = 4;
/// When to try again for a stream: somebody else's has ended by then, or has not.
const STREAM_AGAIN: Duration = Duration::from_secs(15);

impl Admission {
    /// Within these limits. What is counted by time is divided among the servers; what is held at once each has for itself.
    pub(crate) fn new(limits: Limits, sharers: &Sharers) -> Self {
        let clock = Stopwatch::start();
        Self {
            trusted_proxies: limits.trusted_proxies,
            per_address: Rate::per_second(limits.rate_per_address, clock, sharers),
            per_key: Rate::per_second(limits.rate_per_key, clock, sharers),
            connections: Arc::new(Places::new(limits.connections, limits.connections_per_address)),
            streams: Arc::new(Places::new(limits.streams, limits.streams_per_key)),
            streams_of_sellers: Arc::new(Places::new(usize::MAX, limits.streams_per_seller)),
            feeds: Arc::new(Places::new(usize::MAX, FEEDS_MAX_EACH)),
            many_at_once: Arc::new(Places::new(MANY_AT_ONCE_MAX, MANY_AT_ONCE_MAX_EACH)),
            bodies: Arc::new(Places::new(BODIES_MAX, BODIES_MAX_EACH)),
        }
    }

    /// Where a call comes from.
    pub(crate) fn address_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        address::of_caller(peer, headers, &self.trusted_proxies)
    }

    /// Whether others' calls come through there.
    pub(crate) fn is_proxy(&self, peer: IpAddr) -> bool {
        address::trusts(&self.trusted_proxies, peer.to_canonical())
    }

    /// A place for a connection from there. A proxy's are those of all who call through it.
    pub(crate) fn connection(&self, peer: IpAddr) -> Result<Place<IpAddr>, Full> {
        let who = (!self.is_proxy(peer)).then(|| address::counted(peer.to_canonical()));
        self.connections.enter(who)
    }

    /// Counts a call that came from there, whoever it is.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), Problem> {
        let Some(rate) = &self.per_address else { return Ok(()) };
        let counted = rate.count(&address::counted(address));
        counted.map_err(|wait| Problem::too_many(format!("{address} calls too often"), wait))
    }

    /// Counts a call of somebody who was recognised.
    pub(crate) fn caller(&self, caller: &Caller) -> Result<(), Problem> {
        let Some(rate) = &self.per_key else { return Ok(()) };
        let counted = rate.count(&caller.id().to_owned());
        counted.map_err(|wait| Problem::too_many("this key or link calls too often", wait))
    }

    /// Room for so many bytes of a body, in place of the room that it has already; where there is none it keeps none.
    pub(crate) fn body(&self, who: Tenant<'_>, room: &mut Option<Place<String>>, bytes: usize) -> Result<(), Problem> {
        let full = match room {
            Some(room) => room.grow_to(bytes),
            None => self.bodies.enter(Some(who.name())).and_then(|place| room.insert(place).grow_to(bytes)),
        };
        full.inspect_err(|_| *room = None).map_err(|full| match full {
            Full::All => Problem::new(ApiCode::Busy, "the server has as many bodies in hand as it takes"),
            Full::Own => Problem::too_many("this caller has as many bodies on their way as there may be", AGAIN),
        })
    }

    /// A place to read a page of the feed.
    pub(crate) fn feed(&self, caller: &Caller) -> Result<Place<String>, Problem> {
        let place = self.feeds.enter(Some(caller.id().to_owned()));
        place.map_err(|_| {
            Problem::too_many("this key or link reads as many pages of the feed at once as there may be", AGAIN)
        })
    }

    /// A place to act on many refunds in one call.
    pub(crate) fn many_at_once(&self, caller: &Caller) -> Result<Place<String>, Problem> {
        self.many_at_once.enter(Some(caller.tenant().name())).map_err(|full| match full {
            Full::All => Problem::new(ApiCode::Busy, "as many calls act on many refunds at once as there may be"),
            Full::Own => Problem::too_many("this seller acts on many refunds in as many calls as there may be", AGAIN),
        })
    }

    /// How many streams are open.
    pub(crate) fn open_streams(&self) -> usize {
        self.streams.count()
    }

    /// A place for a stream of theirs.
    pub(crate) fn stream(&self, caller: &Caller) -> Result<StreamPlace, Problem> {
        let no = |detail| Problem::too_many(detail, STREAM_AGAIN);
        let own = self.streams.enter(Some(caller.id().to_owned())).map_err(|full| match full {
            Full::All => no("the server has as many streams open as it takes"),
            Full::Own => no("this key or link has as many streams open as there are for one"),
        })?;
        let seller = if let Caller::Seller { seller_id, .. } = caller { Some(seller_id.to_string()) } else { None };
        let of_seller = self.streams_of_sellers.enter(seller);
        Ok((own, of_seller.map_err(|_| no("this seller has as many streams open as there are for one"))?))
    }
}
