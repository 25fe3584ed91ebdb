//! All settings, as they are at one moment.

use std::ops::Bound;
use std::sync::Arc;

use refund_core::{
    Actor, Label, MailContacts, Policy, Reasons, RefundId, Rollout, SavedOffer, SellerId, Timestamp, Via,
};
use rpds::RedBlackTreeMapSync;

use crate::model::likeness::looks;
use crate::model::restoration::{generation_after, notice_leap};
use crate::record::Entry;
use crate::{Key, Restoration, Right, Secret, Seller, Session, StoreError, Tag, User, Webhook};

/// A sorted map of which a copy shares what has not changed.
type Map<K, V> = RedBlackTreeMapSync<K, V>;

/// Names in some form, each with the id of somebody who has it.
type Names = Map<(String, String), ()>;

/// Which link a refund has when it is opened; each that replaces one comes behind it.
pub const FIRST_LINK: u32 = 1;

/// All settings as they are at one moment: policy, roll-out, sellers, keys, buyers' links, endpoints of
/// webhooks, people, and where they are signed in. What changes afterwards makes another snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The platform's policy.
    pub policy: Arc<Policy>,
    /// The roll-out (R37).
    pub rollout: Arc<Rollout>,
    sellers: Map<SellerId, Arc<Seller>>,
    keys: Map<String, Arc<Key>>,
    key_ids: Map<Secret, String>,
    /// Which buyer's link is the present one, for refunds that have had more than one.
    links: Map<RefundId, u32>,
    webhooks: Map<String, Arc<Webhook>>,
    users: Map<String, Arc<User>>,
    /// Who is called what, in small letters. Of several the sellers' ids behind their names differ in capitals.
    called: Names,
    /// Who looks how.
    looks: Names,
    /// Whom a link lets in that was not used yet.
    sign_in_links: Map<Secret, String>,
    /// The people of each seller.
    people: Map<(SellerId, String), ()>,
    sessions: Map<Secret, Arc<Session>>,
    /// The sessions of each person.
    signed_in: Map<(String, Secret), ()>,
    saved_offers: Map<(SellerId, String), Arc<SavedOffer>>,
    /// That the store was made from a backup, each time, in order.
    pub(crate) restorations: Vec<Restoration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Arc::new(Policy::default()),
            rollout: Arc::new(Rollout::everyone()),
            sellers: Map::default(),
            keys: Map::default(),
            key_ids: Map::default(),
            links: Map::default(),
            webhooks: Map::default(),
            users: Map::default(),
            called: Map::default(),
            looks: Map::default(),
            sign_in_links: Map::default(),
            people: Map::default(),
            sessions: Map::default(),
            signed_in: Map::default(),
            saved_offers: Map::default(),
            restorations: Vec::new(),
        }
    }
}

impl Settings {
    /// Takes in a change of a setting. An entry about anything else changes nothing here.
    pub(crate) fn take_in(&mut self, entry: &Entry) {
        match entry {
            Entry::Refund(_) | Entry::Answer { .. } | Entry::SignInsFailed(_) | Entry::Redacted { .. } => {}
            Entry::Policy { policy, .. } => self.policy = Arc::new((**policy).clone()),
            Entry::Rollout { rollout, .. } => self.rollout = Arc::new((**rollout).clone()),
            Entry::Seller { seller_id, seller, .. } => {
                self.sellers.insert_mut(seller_id.clone(), Arc::new((**seller).clone()));
            }
            Entry::Key { key, .. } => {
                self.key_ids.insert_mut(key.secret, key.id.clone());
                self.keys.insert_mut(key.id.clone(), Arc::new((**key).clone()));
            }
            Entry::BuyerLink { refund_id, generation, .. } => self.links.insert_mut(refund_id.clone(), *generation),
            Entry::Webhook { webhook, .. } => {
                self.webhooks.insert_mut(webhook.id.clone(), Arc::new((**webhook).clone()));
            }
            Entry::WebhookRemoved { webhook_id, .. } => {
                self.webhooks.remove_mut(webhook_id);
            }
            Entry::User { user, .. } => self.take_in_user(user),
            Entry::Session(session) => {
                self.signed_in.insert_mut((session.user_id.clone(), session.secret), ());
                self.sessions.insert_mut(session.secret, Arc::new((**session).clone()));
            }
            Entry::SessionEnded { secret } => {
                if let Some(session) = self.sessions.get(secret) {
                    self.signed_in.remove_mut(&(session.user_id.clone(), *secret));
                }
                self.sessions.remove_mut(secret);
            }
            Entry::SavedOffer { seller_id, offer, .. } => {
                self.saved_offers.insert_mut((seller_id.clone(), offer.id.clone()), Arc::new((**offer).clone()));
            }
            Entry::SavedOfferRemoved { seller_id, offer_id, .. } => {
                self.saved_offers.remove_mut(&(seller_id.clone(), offer_id.clone()));
            }
            Entry::Restored(restoration) => self.restorations.push(*restoration),
        }
    }

    fn take_in_user(&mut self, user: &User) {
        let id = &user.id;
        match self.users.get(id).map(|before| before.link) {
            Some(None) => {}
            Some(Some(before)) => {
                self.sign_in_links.remove_mut(&before.secret);
            }
            // Nobody gets another name, or acts for another side.
            None => {
                let name = user.name.as_str();
                self.called.insert_mut((name.to_lowercase(), id.clone()), ());
                looks(name).into_iter().for_each(|look| self.looks.insert_mut((look, id.clone()), ()));
                if let Some(seller_id) = user.role.seller_id() {
                    self.people.insert_mut((seller_id.clone(), id.clone()), ());
                }
            }
        }
        if let Some(link) = user.link {
            self.sign_in_links.insert_mut(link.secret, id.clone());
        }
        self.users.insert_mut(id.clone(), Arc::new(user.clone()));
    }

    /// The seller of that id.
    #[must_use]
    pub fn seller(&self, id: &SellerId) -> Option<&Arc<Seller>> {
        self.sellers.get(id)
    }

    /// All sellers behind that id, in the order of their ids, at most `limit`.
    #[must_use]
    pub fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Vec<(SellerId, Arc<Seller>)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.sellers.range::<SellerId, _>((start, Bound::Unbounded));
        behind.take(limit).map(|(id, seller)| (id.clone(), Arc::clone(seller))).collect()
    }

    /// The reasons that are listed for refunds against that seller; the platform's where none is named (R44).
    #[must_use]
    pub fn reasons(&self, of: Option<&SellerId>) -> Reasons {
        let own = of.and_then(|id| self.seller(id)?.policy.reasons.clone());
        own.unwrap_or_else(|| self.policy.reasons.clone())
    }

    /// Who at the operator's is told by mail of refunds against that seller (R41).
    #[must_use]
    pub fn operator_contacts(&self, of: &SellerId) -> MailContacts {
        let own = self.seller(of).and_then(|seller| seller.policy.operator_contacts.clone());
        own.unwrap_or_else(|| self.policy.operator_contacts.clone())
    }

    /// The key of that id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.get(id)
    }

    /// The key whose secret has that hash.
    #[must_use]
    pub fn key_by_secret(&self, secret: &Secret) -> Option<&Arc<Key>> {
        self.keys.get(self.key_ids.get(secret)?).filter(|key| key.secret == *secret)
    }

    /// All keys, in the order in which they were made.
    #[must_use]
    pub fn keys(&self) -> Vec<Arc<Key>> {
        sorted(self.keys.values(), |key| (key.created_at, key.id.clone()))
    }

    /// The tag of all keys. Whoever makes one because there is no other names it.
    ///
    /// # Errors
    /// As for [`Tag::of`].
    pub fn keys_tag(&self) -> Result<Tag, StoreError> {
        Tag::of(&self.keys())
    }

    /// Which of a refund's links for the buyer is the present one, counted from 1; a restore from a backup leaves some
    /// numbers out.
    #[must_use]
    pub fn link(&self, id: &RefundId) -> u32 {
        self.links.get(id).copied().unwrap_or(FIRST_LINK)
    }

    /// The number of what replaces somebody's link or secret: one that was never given, also where what was lost with a
    /// restore had been replaced.
    pub(crate) fn generation_after(&self, present: u32) -> u32 {
        generation_after(&self.restorations, present)
    }

    /// How far the names of notices leap now: [`Notice::leap`](refund_core::Notice::leap).
    pub(crate) fn notice_leap(&self) -> u64 {
        notice_leap(&self.restorations)
    }

    /// The endpoint of webhooks of that id.
    #[must_use]
    pub fn webhook(&self, id: &str) -> Option<&Arc<Webhook>> {
        self.webhooks.get(id)
    }

    /// All endpoints of webhooks, in the order in which they were made.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Arc<Webhook>> {
        sorted(self.webhooks.values(), |webhook| (webhook.created_at, webhook.id.clone()))
    }

    /// The person of that id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&Arc<User>> {
        self.users.get(id)
    }

    /// The person who is called that. Capitals make no difference, but those of a seller's id where there are people of
    /// two whose ids differ in nothing else.
    #[must_use]
    pub fn user_named(&self, name: &str) -> Option<&Arc<User>> {
        let mut all = self.having(&self.called, name.to_lowercase());
        let first = all.next()?;
        match all.next() {
            None => Some(first),
            Some(second) => [first, second].into_iter().chain(all).find(|user| is_called(user, name)),
        }
    }

    /// Whether somebody is called that already.
    pub(crate) fn has_user_called(&self, name: &Label) -> bool {
        self.having(&self.called, name.as_str().to_lowercase()).any(|user| is_called(user, name.as_str()))
    }

    /// Everybody whose name can't be told from that by looking at it. Somebody may come twice.
    pub(crate) fn users_who_look_like(&self, name: &Label) -> impl Iterator<Item = &Arc<User>> {
        looks(name.as_str()).into_iter().flat_map(|look| self.having(&self.looks, look))
    }

    fn having<'s>(&'s self, names: &'s Names, name: String) -> impl Iterator<Item = &'s Arc<User>> {
        let from = names.range((name.clone(), String::new())..);
        let theirs = from.map_while(move |((known, id), ())| (*known == name).then_some(id));
        theirs.filter_map(|id| self.users.get(id))
    }

    /// Whether the key or the person by which somebody acts is good for nothing any more.
    pub(crate) fn has_shut_out(&self, actor: &Actor, now: Timestamp) -> bool {
        match &actor.via {
            Via::Key(id) => self.key(id).is_some_and(|key| key.revoked_at.is_some() || key.has_expired(now)),
            Via::User(id) => self.user(id).is_some_and(|user| user.disabled_at.is_some()),
            Via::Link | Via::Clock => false,
        }
    }

    /// Whether whoever acts has that right. Only people's is ever another: a key's lasts as long as the key.
    pub(crate) fn allows(&self, actor: &Actor, right: Right) -> bool {
        match &actor.via {
            Via::User(id) => self.user(id).is_none_or(|user| right.is_of(user.team_role)),
            Via::Key(_) | Via::Link | Via::Clock => true,
        }
    }

    /// Everybody who was set up to sign in, in that order.
    #[must_use]
    pub fn users(&self) -> Vec<Arc<User>> {
        sorted(self.users.values(), |user| (user.created_at, user.id.clone()))
    }

    /// The people of that seller, in the order in which they were set up.
    #[must_use]
    pub fn users_of(&self, seller_id: &SellerId) -> Vec<Arc<User>> {
        sorted(self.people(seller_id), |user| (user.created_at, user.id.clone()))
    }

    /// The people of that seller.
    pub(crate) fn people<'s>(&'s self, seller_id: &'s SellerId) -> impl Iterator<Item = &'s Arc<User>> {
        let from = self.people.range((seller_id.clone(), String::new())..);
        let theirs = from.map_while(move |((of, id), ())| (of == seller_id).then_some(id));
        theirs.filter_map(|id| self.users.get(id))
    }

    /// Whoever has the link that lets in once whose secret has that hash. It may be over.
    #[must_use]
    pub fn user_by_link(&self, secret: &Secret) -> Option<&Arc<User>> {
        self.users.get(self.sign_in_links.get(secret)?)
    }

    /// The session whose secret has that hash.
    #[must_use]
    pub fn session(&self, secret: &Secret) -> Option<&Arc<Session>> {
        self.sessions.get(secret)
    }

    /// The offer of that id that a seller has prepared.
    #[must_use]
    pub fn saved_offer(&self, seller_id: &SellerId, id: &str) -> Option<&Arc<SavedOffer>> {
        self.saved_offers.get(&(seller_id.clone(), id.to_owned()))
    }

    /// The offers that a seller has prepared, in the order of their ids.
    #[must_use]
    pub fn saved_offers(&self, seller_id: &SellerId) -> Vec<Arc<SavedOffer>> {
        let from = self.saved_offers.range((seller_id.clone(), String::new())..);
        from.take_while(|((of, _), _)| of == seller_id).map(|(_, offer)| Arc::clone(offer)).collect()
    }

    /// Where that person is signed in, the latest session last.
    #[must_use]
    pub fn sessions_of(&self, user_id: &str) -> Vec<Arc<Session>> {
        let from = self.signed_in.range((user_id.to_owned(), Secret([0; 32]))..);
        let theirs = from.map_while(|((of, secret), ())| (of == user_id).then_some(secret));
        sorted(theirs.filter_map(|secret| self.sessions.get(secret)), |session| (session.began_at, session.secret))
    }
}

/// Whether somebody is called that: capitals make a difference only in what stands behind a sign that says whose they
/// are. No seller learns by it how the people of another are called whose id has other capitals.
fn is_called(user: &User, name: &str) -> bool {
    let plain = |name: &str| match name.rsplit_once('@') {
        Some((own, seller_id)) => (own.to_lowercase(), seller_id.to_owned()),
        None => (name.to_lowercase(), String::new()),
    };
    plain(user.name.as_str()) == plain(name)
}

fn sorted<'a, T: 'a, K: Ord>(all: impl Iterator<Item = &'a Arc<T>>, by: impl Fn(&T) -> K) -> Vec<Arc<T>> {
    let mut all: Vec<_> = all.cloned().collect();
    all.sort_by_cached_key(|one| by(one));
    all
}
