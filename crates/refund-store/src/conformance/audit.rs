//! What is for the audit: who did what, from where.

use std::net::{IpAddr, Ipv4Addr};

use refund_core::{Actor, AuditType, Command, Label, NamedFiles, Policy, Reason, Ruling, Timestamp};

use super::desk::{Desk, HOUR, buyer, money, on, open, opening, operator, same, seller};
use super::{Broken, Make};
use crate::{
    AuditQuery, Audited, Entry, FailedSignIns, Key, KeyRole, Request, Secret, Session, SetUp, User, Webhook,
    WebhookTerms, Work, wait,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

fn key() -> Result<Key, Broken> {
    Ok(Key::new("key_1".to_owned(), Label::new("back end")?, KeyRole::Operator, Secret([1; 32])))
}

fn user() -> Result<User, Broken> {
    Ok(User::new("ann".to_owned(), Label::new("Ann")?, KeyRole::Operator))
}

fn session() -> Session {
    Session { secret: Secret([2; 32]), user_id: "ann".to_owned(), began_at: Timestamp::MIN, ends_at: Timestamp::MAX }
}

fn failed(user_id: Option<&str>, count: u32) -> FailedSignIns {
    FailedSignIns { user_id: user_id.map(str::to_owned), from: Some(HERE), count, since: Timestamp::MIN }
}

/// One of everything, an hour apart, from an address; between them what is nothing for the audit.
fn everything(desk: &Desk) -> Result<(), Broken> {
    let policy = |cap| SetUp::PutPolicy(Box::new(Policy { cap_at_requested: cap, ..Policy::default() }));
    let terms = WebhookTerms { url: "https://example.com/".to_owned(), description: None, types: Vec::new() };
    let webhook = Webhook::new("whk_1".to_owned(), KeyRole::Operator, terms);
    let used = SetUp::KeysUsed { used: vec![("key_1".to_owned(), Timestamp::MIN.plus(refund_core::Span::hours(1)))] };
    let because = || Reason::new("because");
    let rule = Command::Rule {
        ruling: Ruling::Refund { amount: money(500)? },
        reason: because()?,
        files: NamedFiles::default(),
    };
    let by_key = Actor::new(refund_core::Role::Operator, "key_0", refund_core::Via::Key("key_0".to_owned()));
    let requests = [
        Request::new(operator(), policy(true)),
        Request::new(operator(), policy(false)),
        Request::new(operator(), SetUp::IssueKey(Box::new(key()?))),
        Request::by_system(used),
        Request::new(by_key.clone(), SetUp::RevokeKey { key_id: "key_1".to_owned() }),
        Request::new(by_key, SetUp::MakeWebhook(Box::new(webhook))),
        Request::new(operator(), SetUp::RemoveWebhook { webhook_id: "whk_1".to_owned() }),
        Request::new(operator(), SetUp::MakeUser(Box::new(user()?))),
        Request::by_system(SetUp::SignIn { session: Box::new(session()), link: None, shown: None }),
        Request::by_system(SetUp::TellOfFailedSignIns(vec![failed(Some("ann"), 3), failed(None, 2)])),
        open(opening("one")?),
        on("one", seller("shop"), Command::Refuse { reason: because()?.into() })?,
        on("one", buyer("kim"), Command::Escalate { reason: because()?.into() })?,
        on("one", operator(), rule)?,
        Request::new(operator(), Work::ReplaceBuyerLink { refund_id: "one".parse()? }),
    ];
    for request in requests {
        desk.done(Request { from: Some(HERE), ..request })?;
        desk.advance(HOUR / 60)?;
    }
    Ok(())
}

fn found(desk: &Desk, query: &AuditQuery) -> Result<Vec<Audited>, Broken> {
    Ok(wait(desk.store.audit(query))?)
}

/// All that is asked for, in pages as large as the query says.
fn paged(desk: &Desk, query: &AuditQuery) -> Result<Vec<Audited>, Broken> {
    let (mut pages, mut query) = (Vec::new(), query.clone());
    loop {
        let page = found(desk, &query)?;
        let Some(last) = page.last() else { return Ok(pages) };
        query.behind = Some(last.position);
        pages.extend(page);
    }
}

fn types(audited: &[Audited]) -> Vec<AuditType> {
    audited.iter().map(|audited| audited.audit_type).collect()
}

fn all() -> AuditQuery {
    AuditQuery { limit: 100, ..AuditQuery::default() }
}

fn one_by_one() -> AuditQuery {
    AuditQuery { limit: 1, ..AuditQuery::default() }
}

pub(super) fn told(make: &mut Make<'_>) -> Result<(), Broken> {
    use AuditType::{BuyerLink, Key, Person, Policy, Ruling, Seller, SignIn, SignInFailed, Webhook};
    let desk = Desk::new(make)?;
    everything(&desk)?;
    let audited = found(&desk, &all())?;
    let expected = vec![
        BuyerLink,
        Ruling,
        SignInFailed,
        SignInFailed,
        SignIn,
        Person,
        Webhook,
        Webhook,
        Key,
        Key,
        Policy,
        Policy,
        Seller,
    ];
    same("all that is for the audit, the latest first", &types(&audited), &expected)?;
    let from: Vec<_> = audited.iter().filter_map(|audited| audited.from).collect();
    same("each but the desk's own from an address", &from, &vec![HERE; expected.len().saturating_sub(1)])?;
    let before = |of: &[Audited]| of.iter().map(|audited| audited.before.is_some()).collect::<Vec<_>>();
    let changed = [false, false, false, false, false, false, true, false, true, false, true, false, false];
    same("what was there before", &before(&audited), &changed.to_vec())?;
    for (later, earlier) in [(6, 7), (8, 9), (10, 11)] {
        let (later, earlier) = (audited.get(later), audited.get(earlier));
        let before = later.and_then(|later| later.before.as_ref());
        same("is what was recorded then", &before, &earlier.map(|earlier| &earlier.entry))?;
    }
    let positions: Vec<_> = audited.iter().map(|audited| audited.position).rev().collect();
    super::desk::holds("in order", positions.is_sorted())?;
    let counts = audited.iter().filter_map(|audited| {
        let Entry::SignInsFailed(failed) = &audited.entry else { return None };
        Some((failed.user_id.clone(), failed.count))
    });
    let counted = vec![(None, 2), (Some("ann".to_owned()), 3)];
    same("who was not let in, and how often", &counts.collect(), &counted)
}

pub(super) fn asked_for(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    everything(&desk)?;
    let audited = found(&desk, &all())?;
    for limit in 1..=audited.len().saturating_add(1) {
        same("pages of any size", &paged(&desk, &AuditQuery { limit, ..all() })?, &audited)?;
    }
    let of = |audited: &[Audited], is_wanted: &dyn Fn(&Audited) -> bool| {
        audited.iter().filter(|audited| is_wanted(audited)).cloned().collect::<Vec<_>>()
    };
    let wanted = vec![AuditType::Key, AuditType::Ruling];
    let some = paged(&desk, &AuditQuery { types: wanted.clone(), ..one_by_one() })?;
    same("of some types", &some, &of(&audited, &|audited| wanted.contains(&audited.audit_type)))?;
    let by_key = paged(&desk, &AuditQuery { actor: Some("key_0".to_owned()), ..one_by_one() })?;
    same("by a key", &types(&by_key), &vec![AuditType::Webhook, AuditType::Key])?;
    let of_ann = found(&desk, &AuditQuery { actor: Some("ann".to_owned()), since: Some(at(&audited, 5)?), ..all() })?;
    let expected =
        vec![AuditType::BuyerLink, AuditType::Ruling, AuditType::SignInFailed, AuditType::SignIn, AuditType::Person];
    same("by a person, or in their name", &types(&of_ann), &expected)?;
    let (since, until) = (at(&audited, 8)?, at(&audited, 4)?);
    let between = paged(&desk, &AuditQuery { since: Some(since), until: Some(until), ..one_by_one() })?;
    same("of a time", &between, &of(&audited, &|audited| audited.at >= since && audited.at < until))?;
    let own = found(&desk, &AuditQuery { seller_id: Some("shop".parse()?), ..all() })?;
    same("a seller's own", &types(&own), &vec![AuditType::Seller])?;
    for request in sellers_own()? {
        desk.done(request)?;
    }
    let own = found(&desk, &AuditQuery { seller_id: Some("shop".parse()?), ..all() })?;
    let (hook, came_in) = (AuditType::Webhook, AuditType::SignIn);
    let expected =
        vec![AuditType::SignInFailed, came_in, AuditType::Person, hook, hook, AuditType::Key, AuditType::Seller];
    same("all that is a seller's own", &types(&own), &expected)?;
    let nobody = found(&desk, &AuditQuery { actor: Some("nobody".to_owned()), ..all() })?;
    same("by nobody", &nobody, &Vec::new())
}

fn at(audited: &[Audited], index: usize) -> Result<Timestamp, Broken> {
    Ok(audited.get(index).ok_or("too few")?.at)
}

/// A key, an endpoint that comes and goes, and a person of the seller, who comes in and is not let in.
fn sellers_own() -> Result<Vec<Request>, Broken> {
    let owner = || Ok::<_, Broken>(KeyRole::Seller("shop".parse()?));
    let key = Key { id: "key_2".to_owned(), secret: Secret([9; 32]), role: owner()?, ..key()? };
    let terms = WebhookTerms { url: "https://example.com/".to_owned(), description: None, types: Vec::new() };
    let hook = Webhook::new("whk_2".to_owned(), owner()?, terms);
    let person = User::new("zoe".to_owned(), Label::new("Zoe")?, owner()?);
    let session = Session { secret: Secret([8; 32]), user_id: "zoe".to_owned(), ..session() };
    Ok(vec![
        Request::new(operator(), SetUp::IssueKey(Box::new(key))),
        Request::new(operator(), SetUp::MakeWebhook(Box::new(hook))),
        Request::new(operator(), SetUp::RemoveWebhook { webhook_id: "whk_2".to_owned() }),
        Request::new(operator(), SetUp::MakeUser(Box::new(person))),
        Request::by_system(SetUp::SignIn { session: Box::new(session), link: None, shown: None }),
        Request::by_system(SetUp::TellOfFailedSignIns(vec![failed(Some("zoe"), 1)])),
    ])
}
