//! What every route has in its hand.

mod evidence;
mod recognise;
mod settled;
mod to_the_end;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hmac::Hmac;
use refund_core::RefundId;
use sha2::Sha256;
use url::Url;

pub(crate) use self::settled::Settled;
pub(crate) use self::to_the_end::to_the_end;
use crate::callers::Limits;
use crate::callers::admission::Admission;
use crate::callers::failed_sign_ins::FailedSignIns;
use crate::callers::key_uses::KeyUses;
use crate::callers::known_browser::KnownBrowsers;
use crate::callers::passwords::Passwords;
use crate::callers::second_factor::SecondFactors;
use crate::callers::session_uses::SessionUses;
use crate::engine::Engine;
use crate::evidence::Evidence;
use crate::feed::EventIds;
use crate::goods::GoodsPictures;
use crate::machine::clock::system_now;
use crate::secrets::buyer_link::Links;
use crate::secrets::cursor::Cursors;
use crate::secrets::keyed;
use crate::stats::Stats;
use crate::webhooks::Webhooks;
use crate::wire::BuyerLink;

/// The engine, and what belongs to those who call it.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    /// What sends webhooks.
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) evidence: Arc<Evidence>,
    pub(crate) goods: GoodsPictures,
    pub(crate) links: Links,
    pub(crate) cursors: Cursors,
    pub(crate) event_ids: EventIds,
    /// Marks the forms of the pages, so that no other page can send them.
    pub(crate) form_marks: Hmac<Sha256>,
    pub(crate) passwords: Passwords,
    pub(crate) known_browsers: KnownBrowsers,
    pub(crate) second_factors: SecondFactors,
    pub(crate) session_uses: SessionUses,
    /// Where the server's own pages are, without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) test_clock: bool,
    pub(crate) admission: Admission,
    pub(crate) uses: Arc<KeyUses>,
    pub(crate) failed_sign_ins: Arc<FailedSignIns>,
    /// How often something was erased for good: what was kept of pages before shows it still.
    pub(crate) erasures: AtomicU64,
}

impl App {
    /// An application on an engine; `secret` makes links and cursors that nobody else can make.
    pub(crate) fn new(
        engine: Arc<Engine>,
        webhooks: Arc<Webhooks>,
        evidence: Arc<Evidence>,
        secret: &[u8; 32],
        public_url: String,
        test_clock: bool,
        limits: Limits,
    ) -> Self {
        let (passwords, admission) = (Passwords::new(engine.sharers()), Admission::new(limits, engine.sharers()));
        Self {
            engine,
            goods: GoodsPictures::new(webhooks.connector(), evidence.clone()),
            webhooks,
            stats: Arc::default(),
            evidence,
            links: Links::new(secret),
            cursors: Cursors::new(secret),
            event_ids: EventIds::new(secret),
            form_marks: keyed(secret, b"form"),
            passwords,
            known_browsers: KnownBrowsers::new(secret),
            second_factors: SecondFactors::new(secret, &host_of(&public_url)),
            session_uses: SessionUses::new(system_now()),
            public_url,
            test_clock,
            admission,
            uses: Arc::default(),
            failed_sign_ins: Arc::default(),
            erasures: AtomicU64::default(),
        }
    }

    /// The present link of a refund for its buyer.
    pub(crate) fn buyer_link(&self, refund_id: &RefundId) -> BuyerLink {
        self.links.link(refund_id, self.engine.settings().link(refund_id), &self.public_url)
    }

    /// Where whoever signs in finds a refund.
    pub(crate) fn page_of(&self, refund_id: &RefundId) -> String {
        format!("{}/refunds/{refund_id}", self.public_url)
    }
}

/// The host in an address: what people know the server by.
fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
