//! What passes the door and changes a setting: what can be asked for, and the rule of each.

use refund_core::{
    Actor, AddressBook, Label, MailContacts, Policy, Rollout, SAVED_OFFERS_MAX, SavedOffer, SellerId, Timestamp,
};

use super::people;
use super::stage::{Done, Halt, Stage};
use crate::record::Entry;
use crate::{
    Answer, ByLink, FailedSignIns, Key, Outcome, Refused, Restoration, Secret, Seller, Session, Settings, Shown,
    StoreError, Tag, User, UserChange, Webhook, WebhookChange,
};

/// A change of a setting.
#[derive(Debug, Clone)]
pub enum SetUp {
    /// Set a seller up, or change it (R29, R34).
    PutSeller {
        /// Which.
        seller_id: SellerId,
        /// As it is from now on.
        seller: Box<Seller>,
    },
    /// Change a seller's name, addresses and contacts; its policy stays what it is at that moment (R34).
    EditSeller {
        /// Which; it has been set up before.
        seller_id: SellerId,
        /// What people call it from now on.
        name: Label,
        /// Where goods go back to from now on.
        addresses: Box<AddressBook>,
        /// Who is told by mail from now on (R41).
        contacts: MailContacts,
    },
    /// Change the platform's policy, to this from now on (R34).
    PutPolicy(Box<Policy>),
    /// Change the roll-out, to this from now on (R34, R37).
    PutRollout(Box<Rollout>),
    /// Make a key. Its `created_at` is set when it is recorded. It replaces none: a precondition is about all that there are.
    IssueKey(Box<Key>),
    /// Revoke a key.
    RevokeKey {
        /// Which.
        key_id: String,
    },
    /// Keep when keys were last used. What is known of a later use stays.
    KeysUsed {
        /// Which, and when.
        used: Vec<(String, Timestamp)>,
    },
    /// Make an endpoint of webhooks. Its instants are set when it is recorded.
    MakeWebhook(Box<Webhook>),
    /// Change an endpoint of webhooks.
    ChangeWebhook {
        /// Which.
        webhook_id: String,
        /// What about it.
        change: WebhookChange,
    },
    /// Remove an endpoint of webhooks.
    RemoveWebhook {
        /// Which.
        webhook_id: String,
    },
    /// Set a person up. When that was is set when it is recorded.
    MakeUser(Box<User>),
    /// Change a person.
    ChangeUser {
        /// Which.
        user_id: String,
        /// What about them.
        change: UserChange,
    },
    /// Let somebody in. Of their other sessions those that are over by then go, and the oldest of too many.
    SignIn {
        /// Where, who and for how long.
        session: Box<Session>,
        /// By which link, if not by a password.
        link: Option<ByLink>,
        /// What they showed beside that. Whoever has a second factor comes in by nothing else.
        shown: Option<Shown>,
    },
    /// Let somebody out.
    SignOut {
        /// In which browser.
        secret: Secret,
    },
    /// Keep who tried to sign in and was not let in.
    TellOfFailedSignIns(Vec<FailedSignIns>),
    /// Prepare an offer, or change one that is there (R45).
    SaveOffer {
        /// For which seller; it has been set up before.
        seller_id: SellerId,
        /// As it is from now on.
        offer: Box<SavedOffer>,
    },
    /// Remove a prepared offer.
    RemoveSavedOffer {
        /// Of which seller.
        seller_id: SellerId,
        /// Which.
        offer_id: String,
    },
    /// Say that the store was just made from a backup, so that no version that was lost is given again. It is
    /// recorded later than everything in the backup.
    TellOfRestoration {
        /// When it was made, by the clock of whoever made it.
        at: Timestamp,
        /// Anything.
        random: u32,
    },
}

impl SetUp {
    /// Whether everything that is due happens first, under the settings that held until then (R34). Keys,
    /// people and endpoints decide nothing about refunds: they may change whatever is due.
    pub(super) fn settles_first(&self) -> bool {
        matches!(self, Self::PutSeller { .. } | Self::EditSeller { .. } | Self::PutPolicy(_) | Self::PutRollout(_))
    }

    /// What it is called where it is counted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::PutSeller { .. } | Self::EditSeller { .. } => "put_seller",
            Self::PutPolicy(_) => "put_policy",
            Self::PutRollout(_) => "put_rollout",
            Self::IssueKey(_) => "issue_key",
            Self::RevokeKey { .. } => "revoke_key",
            Self::KeysUsed { .. } => "keys_used",
            Self::MakeWebhook(_) => "make_webhook",
            Self::ChangeWebhook { .. } => "change_webhook",
            Self::RemoveWebhook { .. } => "remove_webhook",
            Self::MakeUser(_) => "make_user",
            Self::ChangeUser { .. } => "change_user",
            Self::SignIn { .. } => "sign_in",
            Self::SignOut { .. } => "sign_out",
            Self::TellOfFailedSignIns(_) => "tell_of_failed_sign_ins",
            Self::SaveOffer { .. } => "save_offer",
            Self::RemoveSavedOffer { .. } => "remove_saved_offer",
            Self::TellOfRestoration { .. } => "tell_of_restoration",
        }
    }

    /// The tag of what it would replace or stands beside, where that is there and has one.
    pub(super) fn present_tag(&self, settings: &Settings) -> Result<Option<Tag>, StoreError> {
        match self {
            Self::PutSeller { seller_id, .. } | Self::EditSeller { seller_id, .. } => {
                settings.seller(seller_id).map(|seller| Tag::of(&**seller)).transpose()
            }
            Self::PutPolicy(_) => Tag::of(&*settings.policy).map(Some),
            Self::PutRollout(_) => Tag::of(&*settings.rollout).map(Some),
            Self::ChangeWebhook { webhook_id, .. } | Self::RemoveWebhook { webhook_id } => {
                settings.webhook(webhook_id).map(|webhook| Tag::of(&**webhook)).transpose()
            }
            Self::ChangeUser { user_id: id, .. } => settings.user(id).map(|user| user.credentials()).transpose(),
            Self::SignIn { session, .. } => settings.user(&session.user_id).map(|user| user.way_in()).transpose(),
            Self::IssueKey(_) => settings.keys_tag().map(Some),
            Self::RevokeKey { .. }
            | Self::KeysUsed { .. }
            | Self::MakeWebhook(_)
            | Self::MakeUser(_)
            | Self::SignOut { .. }
            | Self::TellOfFailedSignIns(_)
            | Self::TellOfRestoration { .. } => Ok(None),
            Self::SaveOffer { seller_id, offer } => {
                settings.saved_offer(seller_id, &offer.id).map(|offer| Tag::of(&**offer)).transpose()
            }
            Self::RemoveSavedOffer { seller_id, offer_id } => {
                settings.saved_offer(seller_id, offer_id).map(|offer| Tag::of(&**offer)).transpose()
            }
        }
    }
}

/// Changes a setting, in the name of that actor.
pub(super) fn set_up(stage: &mut Stage<'_>, set_up: &SetUp, actor: &Actor) -> Done {
    match set_up {
        SetUp::PutSeller { seller_id, seller } => put_seller(stage, seller_id, (**seller).clone(), actor),
        SetUp::EditSeller { seller_id, name, addresses, contacts } => {
            let policy = stage.settings().seller(seller_id).ok_or(Refused::NotFound)?.policy.clone();
            let (addresses, contacts) = ((**addresses).clone(), contacts.clone());
            let seller = Seller { name: name.clone(), addresses, policy, contacts };
            put_seller(stage, seller_id, seller, actor)
        }
        SetUp::PutPolicy(policy) => {
            let is_new = *stage.settings().policy != **policy;
            put(stage, is_new, Entry::Policy { policy: policy.clone(), actor: actor.clone() })
        }
        SetUp::PutRollout(rollout) => {
            let is_new = *stage.settings().rollout != **rollout;
            put(stage, is_new, Entry::Rollout { rollout: rollout.clone(), actor: actor.clone() })
        }
        SetUp::IssueKey(key) => {
            let created_at = stage.now;
            keep_key(stage, Key { created_at, ..(**key).clone() }, actor)
        }
        SetUp::RevokeKey { key_id } => revoke_key(stage, key_id, actor),
        SetUp::KeysUsed { used } => keys_used(stage, used),
        SetUp::MakeWebhook(webhook) => {
            let now = stage.now;
            keep_webhook(stage, Webhook { created_at: now, enabled_at: now, ..(**webhook).clone() }, actor)
        }
        SetUp::ChangeWebhook { webhook_id, change } => {
            let webhook = webhook(stage, webhook_id)?;
            let next = stage.settings().generation_after(webhook.generation);
            let changed = webhook.changed(change, next, stage.now);
            keep_webhook(stage, changed, actor)
        }
        SetUp::RemoveWebhook { webhook_id } => {
            let webhook = webhook(stage, webhook_id)?;
            stage.push(Entry::WebhookRemoved { webhook_id: webhook_id.clone(), actor: actor.clone() })?;
            Ok((Answer::Webhook(Box::new(webhook)), Outcome::Settings))
        }
        SetUp::MakeUser(user) => people::make_user(stage, user, actor),
        SetUp::ChangeUser { user_id, change } => people::change_user(stage, user_id, change, actor),
        SetUp::SignIn { session, link, shown } => people::sign_in(stage, session, link.as_ref(), *shown),
        SetUp::SignOut { secret } => people::sign_out(stage, secret),
        SetUp::TellOfFailedSignIns(failed) => {
            failed.iter().try_for_each(|failed| stage.push(Entry::SignInsFailed(failed.clone())))?;
            Ok((Answer::Done, Outcome::Settings))
        }
        SetUp::SaveOffer { seller_id, offer } => save_offer(stage, seller_id, offer, actor),
        SetUp::RemoveSavedOffer { seller_id, offer_id } => {
            stage.settings().saved_offer(seller_id, offer_id).ok_or(Refused::NotFound)?;
            let (seller_id, offer_id, actor) = (seller_id.clone(), offer_id.clone(), actor.clone());
            put(stage, true, Entry::SavedOfferRemoved { seller_id, offer_id, actor })
        }
        SetUp::TellOfRestoration { at, random } => {
            let backup_latest = stage.now;
            let later = backup_latest.as_millis().saturating_add(1);
            stage.now = Timestamp::from_millis(later).unwrap_or(Timestamp::MAX);
            let restoration = Restoration::new(backup_latest, *at, *random, &stage.settings().restorations);
            put(stage, true, Entry::Restored(restoration))
        }
    }
}

fn put(stage: &mut Stage<'_>, is_new: bool, entry: Entry) -> Done {
    stage.push_new(is_new, entry)?;
    Ok((Answer::Done, Outcome::Settings))
}

fn put_seller(stage: &mut Stage<'_>, id: &SellerId, seller: Seller, actor: &Actor) -> Done {
    let present = stage.settings().seller(id);
    let (created, is_new) = (present.is_none(), present.is_none_or(|present| **present != seller));
    let seller = Box::new(seller);
    stage.push_new(is_new, Entry::Seller { seller_id: id.clone(), seller: seller.clone(), actor: actor.clone() })?;
    Ok((Answer::Seller { seller: seller.clone(), created }, Outcome::Seller { seller, created }))
}

fn save_offer(stage: &mut Stage<'_>, seller_id: &SellerId, offer: &SavedOffer, actor: &Actor) -> Done {
    let settings = stage.settings();
    let seller = settings.seller(seller_id).ok_or(Refused::NotFound)?;
    offer.check(&seller.addresses).map_err(Refused::from)?;
    let present = settings.saved_offer(seller_id, &offer.id);
    if present.is_none() && settings.saved_offers(seller_id).len() >= SAVED_OFFERS_MAX {
        return Err(Refused::TooManySavedOffers.into());
    }
    let is_new = present.is_none_or(|saved| **saved != *offer);
    let (seller_id, offer, actor) = (seller_id.clone(), Box::new(offer.clone()), actor.clone());
    put(stage, is_new, Entry::SavedOffer { seller_id, offer, actor })
}

fn revoke_key(stage: &mut Stage<'_>, key_id: &str, actor: &Actor) -> Done {
    let key = Key::clone(stage.settings().key(key_id).ok_or(Refused::NotFound)?);
    let revoked_at = key.revoked_at.or(Some(stage.now));
    keep_key(stage, Key { revoked_at, ..key }, actor)
}

fn keys_used(stage: &mut Stage<'_>, used: &[(String, Timestamp)]) -> Done {
    for (id, at) in used {
        let Some(known) = stage.settings().key(id).filter(|key| key.last_used_at < Some(*at)) else { continue };
        let key = Box::new(Key { last_used_at: Some(*at), ..Key::clone(known) });
        stage.push(Entry::Key { key, actor: Actor::system() })?;
    }
    Ok((Answer::Done, Outcome::Settings))
}

fn keep_key(stage: &mut Stage<'_>, key: Key, actor: &Actor) -> Done {
    let outcome = Outcome::Key { key_id: key.id.clone() };
    let is_new = stage.settings().key(&key.id).is_none_or(|present| **present != key);
    stage.push_new(is_new, Entry::Key { key: Box::new(key.clone()), actor: actor.clone() })?;
    Ok((Answer::Key(Box::new(key)), outcome))
}

fn webhook(stage: &Stage<'_>, id: &str) -> Result<Webhook, Halt> {
    Ok(Webhook::clone(stage.settings().webhook(id).ok_or(Refused::NotFound)?))
}

fn keep_webhook(stage: &mut Stage<'_>, webhook: Webhook, actor: &Actor) -> Done {
    let is_new = stage.settings().webhook(&webhook.id).is_none_or(|present| **present != webhook);
    let webhook = Box::new(webhook);
    stage.push_new(is_new, Entry::Webhook { webhook: webhook.clone(), actor: actor.clone() })?;
    Ok((Answer::Webhook(webhook.clone()), Outcome::Webhook { webhook }))
}
