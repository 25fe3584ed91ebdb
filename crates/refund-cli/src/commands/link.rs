//! `refund link`: what the buyer opens their refund with.

use super::{Desk, confirm};
use crate::cli::access::{Link, ReplaceLink};
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::BuyerLink;
use crate::output::Said;

const FIELDS: &[&str] = &["url", "token"];

pub(super) fn run(desk: &Desk, link: Link) -> Result<(), Failure> {
    match link {
        Link::Show(of) => show(desk, &desk.client()?.get(&path(&of.id), &Query::new())?),
        Link::Replace(link) => replace(desk, link),
    }
}

fn path(id: &str) -> String {
    format!("/v1/refunds/{}/buyer-link", segment(id))
}

/// The link alone, so that it can be passed on.
fn show(desk: &Desk, answer: &Reply) -> Result<(), Failure> {
    let BuyerLink { url } = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || Ok(format!("{url}\n")))
}

fn replace(desk: &Desk, given: ReplaceLink) -> Result<(), Failure> {
    confirm::ask(&format!("Shall the buyer's present link to {} open nothing any more?", given.id), given.yes)?;
    let answer = desk.change_once(Change::post(path(&given.id), "{}"), given.idempotency_key, Vec::new())?;
    show(desk, &answer)?;
    if answer.replayed {
        desk.out.note("It had been replaced before; this is the link that is valid now.");
    }
    Ok(())
}
