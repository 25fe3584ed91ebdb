//! Who calls, by what they show.

use refund_store::{Around, KeyScope};

use super::App;
use crate::callers::{Caller, hash};
use crate::problem::Problem;
use crate::secrets::buyer_link::{PREFIX, has_ended};
use crate::wire::code::ApiCode;

fn no(why: String) -> Problem {
    Problem::new(ApiCode::Unauthenticated, why)
}

fn unknown() -> Problem {
    no("the key or link is not valid, or not any more".to_owned())
}

impl App {
    /// Who calls with that token and for what it is good, counted.
    pub(crate) async fn recognise(&self, token: &str) -> Result<(Caller, KeyScope), Problem> {
        let (caller, scope) = self.caller_with(token).await?;
        self.admission.caller(&caller)?;
        Ok((caller, scope))
    }

    /// Who a bearer token speaks for, and for what it is good. Keys are found by their hash, so that how long it takes says
    /// nothing of any key; a link's signature is compared in constant time.
    pub(crate) async fn caller_with(&self, token: &str) -> Result<(Caller, KeyScope), Problem> {
        if token.starts_with(PREFIX) {
            return Ok((self.buyer_with(token).await?, KeyScope::Full));
        }
        // Whoever has the secret may know why it opens nothing.
        let key = self.engine.settings().key_by_secret(&hash(token)).cloned().ok_or_else(unknown)?;
        if let Some(at) = key.revoked_at {
            return Err(no(format!("the key was revoked at {at}")));
        }
        let now = self.engine.store().now();
        if let Some(at) = key.expires_at.filter(|_| key.has_expired(now)) {
            return Err(no(format!("the key expired at {at}")));
        }
        self.uses.note(&key, now);
        Ok((Caller::of(&key), key.scope))
    }

    async fn buyer_with(&self, token: &str) -> Result<Caller, Problem> {
        let (refund_id, generation) = self.links.read(token).ok_or_else(unknown)?;
        let Around { refund, link, .. } = self.engine.store().refund(&refund_id).await?.ok_or_else(unknown)?;
        if generation != link {
            return Err(no("the link was replaced by another".to_owned()));
        }
        if has_ended(&refund, self.engine.store().now()) {
            return Err(no("the link ended 30 days after its refund".to_owned()));
        }
        Ok(Caller::Buyer { refund_id, buyer_id: refund.buyer_id.clone() })
    }
}
