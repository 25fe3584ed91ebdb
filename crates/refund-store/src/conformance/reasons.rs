//! Reasons that a policy lists (R44).

use std::sync::Arc;

use refund_core::{
    Command, ListedReason, Policy, PolicyOverrides, Reasons, Refund, RefundId, Refusal, Request as Asked, SellerId, Why,
};

use super::desk::{Desk, buyer, holds, on, open, opening, operator, put_seller, same, seller};
use super::{Broken, Make};
use crate::{Refused, Request, Seller, SetUp, Work, wait};

/// The seller `shop` with those as its own.
fn listing(reasons: Reasons) -> Result<Request, Broken> {
    let Request { actor, work: Work::SetUp(SetUp::PutSeller { seller_id, seller }), .. } = put_seller("shop")? else {
        return Err("no seller".into());
    };
    let policy = PolicyOverrides { reasons: Some(reasons), ..PolicyOverrides::default() };
    Ok(Request::new(actor, SetUp::PutSeller { seller_id, seller: Box::new(Seller { policy, ..*seller }) }))
}

fn because(code: &str) -> Result<Why, Broken> {
    Ok(Why { code: Some(code.parse()?), ..Why::from(refund_core::Reason::new("dented")?) })
}

fn unlisted(refused: &Refused) -> bool {
    matches!(refused, Refused::Rule { refusal: Refusal::ReasonUnknown { .. }, .. })
}

pub(super) fn named(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let (shop, usual) = (SellerId::new("shop")?, Reasons::usual());
    let platforms = Policy { reasons: usual.clone(), ..Policy::default() };
    desk.done(Request::new(operator(), SetUp::PutPolicy(Box::new(platforms))))?;
    same("the platform's hold", &desk.store.settings().reasons(Some(&shop)), &usual)?;
    holds("a code is missing", unlisted(&desk.refused(open(opening("one")?))?))?;
    let asked = Asked { reason: because("damaged")?, ..opening("one")?.request };
    desk.open(refund_core::Opening { request: asked.clone(), ..opening("one")? })?;
    let own: Vec<ListedReason> = usual.iter().filter(|reason| reason.code.as_str() == "other").cloned().collect();
    let own = Reasons::try_from(own)?;
    desk.done(listing(own.clone())?)?;
    same("its own hold", &desk.store.settings().reasons(Some(&shop)), &own)?;
    let refuse = |code: &str| -> Result<Request, Broken> {
        on("one", seller("shop"), Command::Refuse { reason: because(code)? })
    };
    holds("it is the platform's alone", unlisted(&desk.refused(refuse("used")?)?))?;
    desk.done(refuse("other")?)?;
    desk.command("one", buyer("kim"), Command::Escalate { reason: because("other")? })?;
    desk.done(listing(Reasons::default())?)?;
    let kept = |refund: &Arc<Refund>| -> Result<(), Broken> {
        same("what was asked for", &refund.requested, &asked)?;
        same("why it was refused", &refund.seller_refusal, &Some(because("other")?))?;
        let called = refund.escalated().and_then(|escalation| escalation.reason.clone());
        same("why the operator was called in", &called, &Some(because("other")?))
    };
    let id = RefundId::new("one")?;
    let around = wait(desk.store.refund(&id))?.ok_or("no refund")?;
    kept(&around.refund)?;
    let history = wait(desk.store.history(&id, 0, 10))?;
    let told: Vec<_> = history.iter().filter_map(|(_, event)| event.fact.chosen_reason()).collect();
    same("in its history", &told.iter().map(|(_, code)| code.as_str()).collect(), &vec!["damaged", "other", "other"])
}
