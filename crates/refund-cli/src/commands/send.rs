//! One change of one refund: which version it is about, once at the most, and what came of it.

use serde_json::Value;

use super::Desk;
use crate::cli::acts::{Amount, On};
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::Refund;
use crate::output::Said;
use crate::view;

/// What is to happen to a refund.
pub(super) struct Act {
    /// The path below the refund's.
    pub(super) path: &'static str,
    pub(super) body: Value,
    /// What was found out for flags that were left out, or that count from now.
    pub(super) pinned: Vec<(&'static str, String)>,
    /// What to say once it has happened.
    pub(super) done: &'static str,
}

/// A refund and how it is to be acted on.
pub(super) struct Target<'a> {
    pub(super) desk: &'a Desk,
    pub(super) on: On,
    pub(super) refund: Refund,
}

impl<'a> Target<'a> {
    /// Reads the refund.
    pub(super) fn read(desk: &'a Desk, on: On) -> Result<Self, Failure> {
        let path = format!("/v1/refunds/{}", segment(&on.id));
        let refund: Refund = desk.client()?.get(&path, &Query::new())?.seen()?;
        Ok(Self { desk, on, refund })
    }

    /// An amount as the API takes it; in the refund's currency where none was said.
    pub(super) fn money(&self, amount: &Amount) -> (Value, (&'static str, String)) {
        let currency = amount.currency.clone().unwrap_or_else(|| self.refund.requested.amount.currency.clone());
        let money = serde_json::json!({ "currency": currency, "value": amount.amount });
        (money, ("--currency", currency))
    }

    /// Does it, and shows the refund as it then is.
    pub(super) fn carry_out(self, act: Act) -> Result<(), Failure> {
        let Self { desk, on, refund } = self;
        let version = on.version.unwrap_or(refund.version);
        if on.version.is_none() {
            desk.out.note(&format!("Acting on version {version} ({}).", refund.status));
        }
        let mut pinned = act.pinned;
        pinned.push(("--version", version.to_string()));
        let change = Change::post(format!("/v1/refunds/{}/{}", segment(&on.id), act.path), act.body);
        let change = change.matching(Some(format!("\"{version}\"")));
        let answer = desk.change_once(change, on.idempotency_key, pinned)?;
        show_done(desk, &answer, act.done)
    }
}

/// Shows a refund that was just changed or opened.
pub(super) fn show_done(desk: &Desk, answer: &Reply, done: &str) -> Result<(), Failure> {
    let refund: Refund = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::refund::FIELDS, || {
        let now = desk.client()?.now([refund.updated_at.as_str()])?;
        Ok(desk.out.done(done) + &view::refund::one(&refund, None, now, &desk.out))
    })?;
    if answer.replayed {
        desk.out.note("It had been carried out before; this is the answer that was given then.");
    }
    desk.out.hint(&view::next::after(&refund));
    Ok(())
}
