//! Sellers, keys, policy and roll-out.

use std::collections::BTreeSet;

use refund_core::rollout::Percentage;
use refund_core::{
    Actor, Label, MailContact, MailContacts, OfferMessage, Policy, PolicyOverrides, RefundId, RefundType, Refusal,
    Rollout, SAVED_OFFERS_MAX, SavedAmount, SavedOffer, SellerId, Share, Timestamp,
};

use super::desk::{Desk, HOUR, holds, open, opening, operator, put_seller, same};
use super::{Broken, Make};
use crate::{
    Answer, Disabled, DisabledBecause, Key, KeyRole, Precondition, Refused, Request, Secret, Seller, SetUp, Tag,
    Webhook, WebhookChange, WebhookTerms, Work, hour_of,
};

pub(super) fn sellers(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::empty(make);
    let ids = ["a", "a0", "aa", "b", "shop"];
    for id in ["shop", "aa", "b", "a", "a0"] {
        desk.put_seller(id)?;
    }
    for limit in 1..=ids.len().saturating_add(1) {
        let mut found = Vec::new();
        loop {
            let last = found.last().cloned();
            let page = desk.store.settings().sellers(last.as_ref(), limit);
            holds("no more than asked for", page.len() <= limit)?;
            if page.is_empty() {
                break;
            }
            for (id, seller) in page {
                same("one seller", &desk.store.settings().seller(&id).cloned(), &Some(seller))?;
                found.push(id);
            }
        }
        same("all sellers", &found.iter().map(SellerId::as_str).collect(), &ids.to_vec())?;
    }
    same("an unknown one", &desk.store.settings().seller(&SellerId::new("aaa")?).cloned(), &None)
}

/// The seller `shop`, and who sets it up.
fn shop() -> Result<(SellerId, Box<Seller>, Actor), Broken> {
    let Request { actor, work: Work::SetUp(SetUp::PutSeller { seller_id, seller }), .. } = put_seller("shop")? else {
        return Err("no seller".into());
    };
    Ok((seller_id, seller, actor))
}

pub(super) fn edited(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::empty(make);
    let (seller_id, seller, actor) = shop()?;
    let (name, addresses) = (Label::new("new name")?, Box::new(seller.addresses.clone()));
    let time_zone = Some("Asia/Taipei".parse()?);
    let kim = MailContact { email: "kim@example.com".parse()?, language: None, kinds: BTreeSet::new(), time_zone };
    let contacts = MailContacts::try_from(vec![kim])?;
    let edit =
        SetUp::EditSeller { seller_id: seller_id.clone(), name: name.clone(), addresses, contacts: contacts.clone() };
    let edit = Request::new(actor.clone(), edit);
    holds("who isn't there is not edited", matches!(desk.refused(edit.clone())?, Refused::NotFound))?;
    let policy = PolicyOverrides { allow_withdraw: Some(true), ..PolicyOverrides::default() };
    let strict = Box::new(Seller { policy: policy.clone(), ..*seller });
    desk.done(Request::new(actor, SetUp::PutSeller { seller_id: seller_id.clone(), seller: strict }))?;
    let answer = desk.done(edit)?.answer;
    let edited = desk.store.settings().seller(&seller_id).cloned().ok_or("no seller")?;
    same("the answer", &answer, &Answer::Seller { seller: Box::new((*edited).clone()), created: false })?;
    same("the name", &edited.name, &name)?;
    same("the contacts", &edited.contacts, &contacts)?;
    same("the policy", &edited.policy, &policy)
}

/// Work that issues a key whose secret is that byte over and over.
pub(super) fn issue(id: &str, secret: u8) -> Result<Request, Broken> {
    let key = Key::new(id.to_owned(), Label::new(id)?, KeyRole::Operator, Secret([secret; 32]));
    Ok(Request::new(operator(), SetUp::IssueKey(Box::new(key))))
}

pub(super) fn first_key(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let known = || Ok::<_, Broken>(Precondition::Tag(desk.store.settings().keys_tag()?));
    let none = known()?;
    desk.done(Request { precondition: none, ..issue("ann", 1)? })?;
    let late = desk.submit(Request { precondition: none, ..issue("kim", 2)? });
    holds("whoever knew of none makes no second", matches!(late, Err(Refused::SettingsMoved)))?;
    holds("nor is it there", desk.store.settings().key("kim").is_none())?;
    desk.done(Request { precondition: known()?, ..issue("kim", 2)? }).map(drop)
}

pub(super) fn keys(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let ids = ["zoe", "ann", "kim"];
    for (id, secret) in ids.into_iter().zip(1..) {
        let made = desk.done(issue(id, secret)?)?;
        let found = desk.store.settings().key_by_secret(&Secret([secret; 32])).cloned().ok_or("no key")?;
        same("the key that was made", &made.answer, &Answer::Key(Box::new((*found).clone())))?;
        same("when it was made", &found.created_at, &desk.store.now())?;
        desk.advance(HOUR)?;
    }
    let listed = || Ok::<_, Broken>(desk.store.settings().keys().iter().map(|key| key.id.clone()).collect::<Vec<_>>());
    same("the keys in the order in which they were made", &listed()?, &ids.map(str::to_owned).to_vec())?;
    let revoke = |id: &str| Request::new(operator(), SetUp::RevokeKey { key_id: id.to_owned() });
    desk.done(revoke("ann"))?;
    let revoked = desk.store.settings().key_by_secret(&Secret([2; 32])).cloned().ok_or("no key")?.revoked_at;
    same("when it was revoked", &revoked, &Some(desk.store.now()))?;
    desk.advance(HOUR)?;
    desk.done(revoke("ann"))?;
    let again = desk.store.settings().key_by_secret(&Secret([2; 32])).cloned().ok_or("no key")?.revoked_at;
    same("revoking again moves nothing", &again, &revoked)?;
    same("the keys", &listed()?.len(), &3)?;
    same("an unknown secret", &desk.store.settings().key_by_secret(&Secret([9; 32])).cloned(), &None)?;
    holds("an unknown key is not found", matches!(desk.refused(revoke("bob"))?, Refused::NotFound))
}

pub(super) fn keys_used(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for (id, secret) in [("ann", 1), ("kim", 2)] {
        desk.done(issue(id, secret)?)?;
    }
    let used_at = |secret| {
        Ok::<_, Broken>(
            desk.store.settings().key_by_secret(&Secret([secret; 32])).cloned().ok_or("no key")?.last_used_at,
        )
    };
    same("a key that nobody used", &used_at(1)?, &None)?;
    desk.advance(HOUR)?;
    let later = hour_of(desk.store.now());
    let earlier = hour_of(Timestamp::MIN);
    let used =
        |at| Request::by_system(SetUp::KeysUsed { used: vec![("ann".to_owned(), at), ("nobody".to_owned(), at)] });
    desk.done(used(later))?;
    desk.done(used(earlier))?;
    same("the latest use", &used_at(1)?, &Some(later))?;
    same("the other key's", &used_at(2)?, &None)
}

pub(super) fn links(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let [one, other] = [RefundId::new("one")?, RefundId::new("other")?];
    desk.done(open(opening("one")?))?;
    desk.done(open(opening("other")?))?;
    let replace =
        |refund_id: &RefundId| Request::new(operator(), Work::ReplaceBuyerLink { refund_id: refund_id.clone() });
    same("the first link", &desk.store.settings().link(&one), &1)?;
    desk.done(replace(&one))?;
    desk.done(replace(&one))?;
    same("the third", &desk.store.settings().link(&one), &3)?;
    same("the other refund's", &desk.store.settings().link(&other), &1)?;
    let nobody = desk.refused(replace(&RefundId::new("nobody")?))?;
    holds("a refund that isn't there has no link", matches!(nobody, Refused::NotFound))
}

/// What was looked at and has changed since is not replaced; what is as it was is.
pub(super) fn moved_on(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let works = |allow: bool| -> Result<[Request; 3], Broken> {
        let policy = Box::new(Policy { allow_withdraw: allow, ..Policy::default() });
        let rollout = Box::new(Rollout { percentage: Percentage::try_from(u8::from(allow))?, ..Rollout::everyone() });
        let (seller_id, seller, actor) = shop()?;
        let seller = Box::new(Seller { name: Label::new(if allow { "open" } else { "shut" })?, ..*seller });
        Ok([
            Request::new(operator(), SetUp::PutPolicy(policy)),
            Request::new(operator(), SetUp::PutRollout(rollout)),
            Request::new(actor, SetUp::PutSeller { seller_id, seller }),
        ])
    };
    let tags = || -> Result<[Tag; 3], Broken> {
        let seller = desk.store.settings().seller(&SellerId::new("shop")?).cloned().ok_or("no seller")?;
        Ok([Tag::of(&*desk.store.settings().policy)?, Tag::of(&*desk.store.settings().rollout)?, Tag::of(&*seller)?])
    };
    let read = tags()?;
    for work in works(true)? {
        desk.done(work)?;
    }
    let now = tags()?;
    for ((work, read), now) in works(false)?.into_iter().zip(read).zip(now) {
        holds("other settings have another tag", read != now)?;
        let put = |read| desk.submit(Request { precondition: Precondition::Tag(read), ..work.clone() });
        holds("what has moved on is not replaced", matches!(put(read), Err(Refused::SettingsMoved)))?;
        holds("what is as it was read is", put(now).is_ok())?;
    }
    let nobody = Request::new(
        operator(),
        SetUp::EditSeller {
            seller_id: SellerId::new("nobody")?,
            name: Label::new("nobody")?,
            addresses: Box::new(
                desk.store.settings().seller(&SellerId::new("shop")?).cloned().ok_or("no seller")?.addresses.clone(),
            ),
            contacts: MailContacts::default(),
        },
    );
    let refused = desk.submit(Request { precondition: Precondition::Tag(Tag([0; 16])), ..nobody });
    holds("what isn't there was never read", matches!(refused, Err(Refused::SettingsMoved)))
}

/// Whoever says the same again gets the same answer, and the journal does not grow by it.
pub(super) fn said_again(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let seller_id = SellerId::new("shop")?;
    let (_, seller, actor) = shop()?;
    let changed = |change| SetUp::ChangeWebhook { webhook_id: "whk".to_owned(), change };
    desk.done(make_webhook("whk"))?;
    desk.done(issue("ann", 1)?)?;
    let works = [
        SetUp::PutPolicy(Box::new(Policy { allow_withdraw: true, ..Policy::default() })),
        SetUp::PutRollout(Box::new(Rollout { percentage: Percentage::try_from(10)?, ..Rollout::everyone() })),
        SetUp::PutSeller { seller_id: seller_id.clone(), seller: seller.clone() },
        SetUp::EditSeller {
            seller_id,
            name: Label::new("other")?,
            addresses: Box::new(seller.addresses.clone()),
            contacts: MailContacts::default(),
        },
        changed(WebhookChange::Disabled(DisabledBecause::Asked)),
        changed(WebhookChange::Enabled),
        SetUp::RevokeKey { key_id: "ann".to_owned() },
    ];
    for work in works {
        let name = work.name();
        let request = Request::new(actor.clone(), work);
        let once = desk.done(request.clone())?.answer;
        let end = desk.store.feed_end();
        let again = desk.done(request)?.answer;
        same(&format!("the answer of {name} again"), &again, &once)?;
        same(&format!("where the feed ends after {name} again"), &desk.store.feed_end(), &end)?;
    }
    Ok(())
}

pub(super) fn policy_and_rollout(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    same("the policy at first", &*desk.store.settings().policy, &Policy::default())?;
    same("the roll-out at first", &*desk.store.settings().rollout, &Rollout::everyone())?;
    let policy = Policy { allow_withdraw: true, ..Policy::default() };
    desk.done(Request::new(operator(), SetUp::PutPolicy(Box::new(policy.clone()))))?;
    let rollout = Rollout { percentage: Percentage::try_from(10)?, ..Rollout::everyone() };
    desk.done(Request::new(operator(), SetUp::PutRollout(Box::new(rollout.clone()))))?;
    same("the policy", &*desk.store.settings().policy, &policy)?;
    same("the roll-out", &*desk.store.settings().rollout, &rollout)
}

pub(super) fn webhooks(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for id in ["zoe", "ann"] {
        desk.done(make_webhook(id))?;
        desk.advance(HOUR)?;
    }
    let listed = || {
        Ok::<_, Broken>(desk.store.settings().webhooks().iter().map(|webhook| webhook.id.clone()).collect::<Vec<_>>())
    };
    same("the endpoints in the order in which they were made", &listed()?, &vec!["zoe".to_owned(), "ann".to_owned()])?;
    let change = |change| Request::new(operator(), SetUp::ChangeWebhook { webhook_id: "ann".to_owned(), change });
    let ann = || desk.store.settings().webhook("ann").cloned().ok_or_else(|| Broken::from("no endpoint"));
    let begun = ann()?;
    desk.done(change(WebhookChange::Rotated))?;
    same("its secret", &(ann()?.generation, ann()?.rotated_at), &(2, Some(desk.store.now())))?;
    desk.done(change(WebhookChange::Disabled(DisabledBecause::Gone)))?;
    let off = Disabled { at: desk.store.now(), because: DisabledBecause::Gone };
    desk.advance(HOUR)?;
    desk.done(change(WebhookChange::Disabled(DisabledBecause::Asked)))?;
    same("what is off stays off for the first reason", &ann()?.disabled, &Some(off))?;
    desk.done(change(WebhookChange::Enabled))?;
    same("switched on", &(ann()?.disabled, ann()?.enabled_at), &(None, desk.store.now()))?;
    same("as it was made", &ann()?.created_at, &begun.created_at)?;
    let tag = Precondition::Tag(Tag::of(&*begun)?);
    let moved = desk.submit(Request { precondition: tag, ..change(WebhookChange::Rotated) });
    holds("an endpoint that moved on is not changed", matches!(moved, Err(Refused::SettingsMoved)))?;
    let remove = || Request::new(operator(), SetUp::RemoveWebhook { webhook_id: "zoe".to_owned() });
    desk.done(remove())?;
    same("the endpoint that is left", &listed()?, &vec!["ann".to_owned()])?;
    holds("one that was removed is not found", matches!(desk.refused(remove())?, Refused::NotFound))
}

fn make_webhook(id: &str) -> Request {
    let terms = WebhookTerms { url: "https://example.com/".to_owned(), description: None, types: Vec::new() };
    let webhook = Webhook::new(id.to_owned(), KeyRole::Operator, terms);
    Request::new(operator(), SetUp::MakeWebhook(Box::new(webhook)))
}

pub(super) fn saved_offers(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.put_seller("shop2")?;
    let [shop, other, nobody] = [SellerId::new("shop")?, SellerId::new("shop2")?, SellerId::new("nobody")?];
    let save = |seller_id: &SellerId, offer: &SavedOffer| {
        Request::new(operator(), SetUp::SaveOffer { seller_id: seller_id.clone(), offer: Box::new(offer.clone()) })
    };
    let offer = |id: &str| -> Result<SavedOffer, Broken> {
        Ok(SavedOffer {
            id: id.to_owned(),
            name: Label::new("a small refund")?,
            kind: RefundType::RefundOnly,
            amount: SavedAmount::OfRequested(Share::try_from(1_000)?),
            messages: [("en".to_owned(), OfferMessage::new("Keep it")?)].into(),
            return_address_id: None,
        })
    };
    let saved = |of: &SellerId| -> Vec<SavedOffer> {
        desk.store.settings().saved_offers(of).iter().map(|offer| (**offer).clone()).collect()
    };
    for id in ["b", "a"] {
        desk.done(save(&shop, &offer(id)?))?;
    }
    desk.done(save(&other, &offer("a")?))?;
    same("each seller has its own", &saved(&shop), &vec![offer("a")?, offer("b")?])?;
    let half = SavedOffer { amount: SavedAmount::OfPaid(Share::try_from(5_000)?), ..offer("a")? };
    let tag = Precondition::Tag(Tag::of(&offer("a")?)?);
    desk.done(Request { precondition: tag, ..save(&shop, &half) })?;
    same("one is changed", &saved(&shop), &vec![half.clone(), offer("b")?])?;
    let moved = desk.submit(Request { precondition: tag, ..save(&shop, &offer("a")?) });
    holds("what has moved on is not replaced", matches!(moved, Err(Refused::SettingsMoved)))?;
    let refused = desk.refused(save(&nobody, &offer("a")?))?;
    holds("a seller that is not there", matches!(refused, Refused::NotFound))?;
    let elsewhere = SavedOffer { return_address_id: Some("elsewhere".parse()?), ..offer("c")? };
    let refused = desk.refused(save(&shop, &elsewhere))?;
    let is_unknown = matches!(refused, Refused::Rule { refusal: Refusal::ReturnAddressUnknown { .. }, .. });
    holds("an address that is not there", is_unknown)?;
    for number in 1..SAVED_OFFERS_MAX {
        desk.done(save(&other, &offer(&format!("a{number}"))?))?;
    }
    let refused = desk.refused(save(&other, &offer("b")?))?;
    holds("one more than there can be", matches!(refused, Refused::TooManySavedOffers))?;
    desk.done(save(&other, &SavedOffer { amount: SavedAmount::OfPaid(Share::try_from(1)?), ..offer("a")? }))?;
    desk.done(save(&other, &offer("a")?))?;
    let remove = || {
        let (seller_id, offer_id) = (shop.clone(), "a".to_owned());
        Request::new(operator(), SetUp::RemoveSavedOffer { seller_id, offer_id })
    };
    desk.done(remove())?;
    holds("what is gone is not found", matches!(desk.refused(remove())?, Refused::NotFound))?;
    same("the rest stays", &(saved(&shop), saved(&other).first().cloned()), &(vec![offer("b")?], Some(offer("a")?)))
}
