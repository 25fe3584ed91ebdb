//! What passes the door and is about no refund's terms: keys, buyers' links, endpoints of webhooks, and settings that were
//! looked at before they are replaced.

use std::sync::Arc;

use refund_core::{Actor, RefundId, Timestamp};

use crate::record::Entry;
use crate::stage::Stage;
use crate::step::Done;
use crate::{Answer, Key, Outcome, Refused, Request, StoreError, Tag, View, Webhook, WebhookChange, Work};

/// What the request replaces is still what it was when it was read.
pub(crate) fn as_it_was(stage: &Stage<'_>, request: &Request) -> Result<(), Refused> {
    let Some(expected) = request.replaces else { return Ok(()) };
    let view = stage.view();
    let tag = match &request.work {
        Work::PutSeller { seller_id, .. } | Work::EditSeller { seller_id, .. } => {
            view.seller(seller_id)?.map(|seller| Tag::of(&*seller)).transpose()?
        }
        Work::PutPolicy { .. } => Some(Tag::of(&*view.policy()?)?),
        Work::PutRollout { .. } => Some(Tag::of(&*view.rollout()?)?),
        Work::ChangeWebhook { webhook_id, .. } | Work::RemoveWebhook { webhook_id, .. } => {
            view.webhook(webhook_id)?.map(|webhook| Tag::of(&*webhook)).transpose()?
        }
        Work::Open { .. }
        | Work::Command { .. }
        | Work::PostMessage { .. }
        | Work::Settle { .. }
        | Work::SettleDue
        | Work::IssueKey { .. }
        | Work::RevokeKey { .. }
        | Work::KeysUsed { .. }
        | Work::ReplaceBuyerLink { .. }
        | Work::MakeWebhook { .. }
        | Work::MakeUser { .. }
        | Work::ChangeUser { .. }
        | Work::SignIn { .. }
        | Work::SignOut { .. }
        | Work::AdvanceTestClock { .. } => return Ok(()),
    };
    if tag == Some(expected) { Ok(()) } else { Err(Refused::SettingsMoved) }
}

pub(crate) fn key(view: &dyn View, id: &str) -> Result<Option<Arc<Key>>, StoreError> {
    Ok(view.keys()?.into_iter().find(|key| key.id == id))
}

pub(crate) fn issue_key(stage: &mut Stage<'_>, key: &Key, actor: &Actor) -> Done {
    keep_key(stage, Key { created_at: stage.now, ..key.clone() }, actor)
}

pub(crate) fn revoke_key(stage: &mut Stage<'_>, key_id: &str, actor: &Actor) -> Done {
    let key = key(&stage.view(), key_id)?.ok_or(Refused::NotFound)?;
    let revoked_at = key.revoked_at.or(Some(stage.now));
    keep_key(stage, Key { revoked_at, ..(*key).clone() }, actor)
}

pub(crate) fn keys_used(stage: &mut Stage<'_>, used: &[(String, Timestamp)]) -> Done {
    for (id, at) in used {
        let Some(known) = key(&stage.view(), id)?.filter(|key| key.last_used_at < Some(*at)) else { continue };
        let key = Box::new(Key { last_used_at: Some(*at), ..(*known).clone() });
        stage.push(Entry::Key { key, actor: Actor::system() })?;
    }
    Ok((Answer::Done, Outcome::Settings))
}

pub(crate) fn replace_link(stage: &mut Stage<'_>, refund_id: &RefundId, actor: &Actor) -> Done {
    stage.view().refund(refund_id)?.ok_or(Refused::NotFound)?;
    let generation = stage.view().link(refund_id)?.saturating_add(1);
    stage.push(Entry::BuyerLink { refund_id: refund_id.clone(), generation, actor: actor.clone() })?;
    Ok((Answer::Done, Outcome::Settings))
}

pub(crate) fn make_webhook(stage: &mut Stage<'_>, webhook: &Webhook, actor: &Actor) -> Done {
    let now = stage.now;
    keep_webhook(stage, Webhook { created_at: now, enabled_at: now, ..webhook.clone() }, actor)
}

pub(crate) fn change_webhook(stage: &mut Stage<'_>, id: &str, change: &WebhookChange, actor: &Actor) -> Done {
    let webhook = stage.view().webhook(id)?.ok_or(Refused::NotFound)?;
    let changed = (*webhook).clone().changed(change, stage.now);
    keep_webhook(stage, changed, actor)
}

pub(crate) fn remove_webhook(stage: &mut Stage<'_>, id: &str, actor: &Actor) -> Done {
    let webhook = stage.view().webhook(id)?.ok_or(Refused::NotFound)?;
    stage.push(Entry::WebhookRemoved { webhook_id: id.to_owned(), actor: actor.clone() })?;
    Ok((Answer::Webhook(Box::new((*webhook).clone())), Outcome::Settings))
}

fn keep_webhook(stage: &mut Stage<'_>, webhook: Webhook, actor: &Actor) -> Done {
    let webhook = Box::new(webhook);
    stage.push(Entry::Webhook { webhook: webhook.clone(), actor: actor.clone() })?;
    Ok((Answer::Webhook(webhook.clone()), Outcome::Webhook { webhook }))
}

/// Keys decide nothing about refunds: they may change whatever is due.
fn keep_key(stage: &mut Stage<'_>, key: Key, actor: &Actor) -> Done {
    let outcome = Outcome::Key { key_id: key.id.clone() };
    stage.push(Entry::Key { key: Box::new(key.clone()), actor: actor.clone() })?;
    Ok((Answer::Key(Box::new(key)), outcome))
}
