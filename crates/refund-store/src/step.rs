//! The one door. Whatever changes anything passes here: settle what is due, load, decide, stage.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use refund_core::{
    Actor, Command, Event, Line, Message, NotPosted, Opened, Opening, Refund, RefundId, Refusal, Role, SellerId,
    Timestamp, decide, open, post, settle,
};

use crate::idempotency;
use crate::known::{Known, seen};
use crate::people;
use crate::record::{Entry, Record};
use crate::set_up;
use crate::stage::{Changed, Stage};
use crate::work::Advance;
use crate::{
    Answer, Answered, Clock, Expected, Outcome, Refused, Request, Seen, Seller, StoreError, Surroundings, View, Work,
};

/// How many instants one request of the timer settles, so that others get their turn between.
const SETTLED_AT_ONCE: usize = 256;

/// Carries a request out: its answer, and what is to be recorded before it is given. Whatever the
/// answer, that is to be recorded: a refused command leaves what was due before it (R33). Where
/// something could not be read, or the program itself is at fault, there is nothing to record,
/// because it might be half of something.
pub(crate) fn carry_out(
    under: &dyn View,
    request: &Request,
    surroundings: &Surroundings,
) -> (Result<Answered, Refused>, Option<(Record, Changed)>) {
    // What a panic leaves half done is the stage, and that is dropped with it.
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut stage = Stage::new(under, surroundings.clock.now(under.latest()));
        let result = step(&mut stage, request, surroundings);
        let written = if let Err(Refused::Store(_)) = &result { None } else { stage.finish() };
        (result, written)
    }));
    caught.unwrap_or_else(|_| {
        let fault = "the program failed while this was decided, and its log says where; nothing of it was recorded";
        (Err(StoreError::Unreadable(fault.to_owned()).into()), None)
    })
}

/// Carries a request out on a stage.
fn step(stage: &mut Stage<'_>, request: &Request, surroundings: &Surroundings) -> Result<Answered, Refused> {
    if let Some(answer) = replayed(&stage.view(), request, stage.now)? {
        return Ok(Answered { answer, now: stage.now, replayed: true });
    }
    let door = Door { held: surroundings.hold_settling, viewers: &request.viewers };
    set_up::as_it_was(stage, request)?;
    door.has_its_version(stage, request)?;
    let (answer, outcome) = match &request.work {
        Work::Open { opening, actor } => door.open(stage, opening, actor)?,
        Work::Command { refund_id, actor, command, expected } => {
            door.command(stage, refund_id, actor, command, *expected)?
        }
        Work::PostMessage { refund_id, actor, message } => door.post(stage, refund_id, actor, message)?,
        Work::Settle { refund_id } => {
            let refund = stage.view().refund(refund_id)?.ok_or(Refused::NotFound)?;
            let refund = door.settled(stage, refund)?;
            door.answer(stage, refund, false)?
        }
        Work::SettleDue => {
            door.all_settled(stage)?;
            (Answer::Done, Outcome::Settings)
        }
        Work::AdvanceTestClock { advance } => {
            door.may_settle()?;
            advance_clock(stage, *advance, &surroundings.clock)?
        }
        Work::PutSeller { seller_id, seller, actor } => door.put_seller(stage, seller_id, seller, actor)?,
        Work::EditSeller { seller_id, name, addresses, actor } => {
            let before = stage.view().seller(seller_id)?.ok_or(Refused::NotFound)?;
            let (name, addresses) = (name.clone(), (**addresses).clone());
            let seller = Seller { name, addresses, policy: before.policy.clone() };
            door.put_seller(stage, seller_id, &seller, actor)?
        }
        Work::PutPolicy { policy, actor } => {
            door.change(stage, Entry::Policy { policy: policy.clone(), actor: actor.clone() })?
        }
        Work::PutRollout { rollout, actor } => {
            door.change(stage, Entry::Rollout { rollout: rollout.clone(), actor: actor.clone() })?
        }
        Work::IssueKey { key, actor } => set_up::issue_key(stage, key, actor)?,
        Work::RevokeKey { key_id, actor } => set_up::revoke_key(stage, key_id, actor)?,
        Work::KeysUsed { used } => set_up::keys_used(stage, used)?,
        Work::ReplaceBuyerLink { refund_id, actor } => set_up::replace_link(stage, refund_id, actor)?,
        Work::MakeWebhook { webhook, actor } => set_up::make_webhook(stage, webhook, actor)?,
        Work::ChangeWebhook { webhook_id, change, actor } => set_up::change_webhook(stage, webhook_id, change, actor)?,
        Work::RemoveWebhook { webhook_id, actor } => set_up::remove_webhook(stage, webhook_id, actor)?,
        Work::MakeUser { user, actor } => people::make_user(stage, user, actor)?,
        Work::ChangeUser { user_id, change, actor } => people::change_user(stage, user_id, change, actor)?,
        Work::SignIn { session, link } => people::sign_in(stage, session, link.as_ref())?,
        Work::SignOut { secret } => people::sign_out(stage, secret)?,
    };
    if let Some((key, fingerprint)) = &request.idempotency {
        idempotency::remember(stage, key, *fingerprint, outcome)?;
    }
    Ok(Answered { answer, now: stage.now, replayed: false })
}

/// The answer that was given before to the same request under the same key, if it was.
///
/// The door looks for it before all else. To have it from outside as well keeps the door free
/// for others: a long history takes a while to read.
///
/// # Errors
/// [`Refused::KeyReused`] where the key was used for another request, also that of a call with many items.
pub fn replayed(view: &dyn View, request: &Request, now: Timestamp) -> Result<Option<Answer>, Refused> {
    let Some((key, fingerprint)) = &request.idempotency else { return Ok(None) };
    let Some(remembered) = idempotency::of_the_same(view, key, *fingerprint, now)? else { return Ok(None) };
    let lost = |what: &str| StoreError::Unreadable(format!("an answer is remembered of {what} that is not there"));
    Ok(Some(match remembered.outcome {
        Outcome::Settings => Answer::Done,
        Outcome::Seller { seller, created } => Answer::Seller { seller, created },
        Outcome::Clock { now } => Answer::Clock(now),
        Outcome::Webhook { webhook } => Answer::Webhook(webhook),
        Outcome::Key { key_id } => {
            let key = set_up::key(view, &key_id)?;
            Answer::Key(Box::new((*key.ok_or_else(|| lost("a key"))?).clone()))
        }
        Outcome::Message { refund_id, sequence } => {
            let mut events = view.events(&refund_id)?.into_iter();
            let event = events.find(|event| event.sequence == sequence);
            Answer::Message(Box::new(event.ok_or_else(|| lost("a message"))?))
        }
        Outcome::Refund { refund_id, sequence, actions, created } => {
            // Mostly it is asked again at once, and nothing has happened since.
            let now = view.refund(&refund_id)?.filter(|refund| refund.sequence == sequence);
            if let Some(refund) = now {
                return Ok(Some(Answer::Refund { seen: Box::new(Seen { refund, actions }), created }));
            }
            let events = view.events(&refund_id)?;
            let then = refund_core::replay(events.iter().take_while(|event| event.sequence <= sequence));
            let refund = then.ok_or_else(|| lost("a refund"))?;
            Answer::Refund { seen: Box::new(Seen { refund, actions }), created }
        }
    }))
}

struct Door<'a> {
    held: bool,
    viewers: &'a [Actor],
}

/// What a request comes to: its answer, and what is remembered of it.
pub(crate) type Done = Result<(Answer, Outcome), Refused>;

impl Door<'_> {
    fn open(&self, stage: &mut Stage<'_>, opening: &Opening, actor: &Actor) -> Done {
        let seller_id = &opening.seller_id;
        let Some(seller) = stage.view().seller(seller_id)? else {
            return Err(Refused::Rule { refusal: Refusal::SellerUnknown { seller_id: seller_id.clone() }, seen: None });
        };
        if stage.view().refund(&opening.refund_id)?.is_some() {
            return Err(Refused::IdTaken);
        }
        let mut ledger = stage.view().line(&opening.line_key())?;
        let mut in_progress = None;
        if let Some(id) = ledger.as_ref().and_then(|ledger| ledger.in_progress.as_ref()) {
            let other = stage.view().refund(id)?;
            let other = other.ok_or_else(|| StoreError::Unreadable(format!("no refund {id}")))?;
            let other = self.settled(stage, other)?;
            // Settling may have ended it.
            ledger = stage.view().line(&opening.line_key())?;
            in_progress = Some(other).filter(|other| !other.status.kind().is_final());
        }
        let policy = stage.view().policy()?.with(&seller.policy);
        let line = Line { ledger: ledger.as_ref(), in_progress: in_progress.as_ref() };
        match open(opening, &policy, line, actor, stage.now) {
            Ok(Opened::New(event)) => {
                let refund = pushed(stage, &opening.refund_id, vec![event])?;
                self.answer(stage, refund, true)
            }
            Ok(Opened::Already(_)) => {
                let refund = in_progress.ok_or(Refused::NotFound)?;
                self.answer(stage, refund, false)
            }
            Err(refusal) => {
                let seen = in_progress.map(|refund| self.seen(stage, refund)).transpose()?;
                Err(Refused::Rule { refusal, seen: seen.map(Box::new) })
            }
        }
    }

    fn command(
        &self,
        stage: &mut Stage<'_>,
        refund_id: &RefundId,
        actor: &Actor,
        command: &Command,
        expected: Expected,
    ) -> Done {
        let refund = stage.view().refund(refund_id)?.ok_or(Refused::NotFound)?;
        if expected == Expected::Missing {
            return Err(Refused::VersionMissing);
        }
        // While settling is held an operator extends what fell due (R36); nobody else does anything to it.
        let extends = matches!(command, Command::Extend { .. }) && actor.role == Role::Operator;
        let refund = if self.held && extends { refund } else { self.settled(stage, refund)? };
        let refund = match expected {
            Expected::Version(version) => self.still(stage, refund, version)?,
            Expected::Any | Expected::Missing => refund,
        };
        let known = Known::of(&stage.view(), &refund)?;
        match decide(&refund, &known.facts(&refund, stage.now), actor, command, stage.now) {
            Ok(events) => {
                let refund = if events.is_empty() { refund } else { pushed(stage, refund_id, events)? };
                self.answer(stage, refund, false)
            }
            Err(refusal) => Err(Refused::Rule { refusal, seen: Some(Box::new(self.seen(stage, refund)?)) }),
        }
    }

    /// The refund that is written on, or whose link is replaced, has the version that was named.
    fn has_its_version(&self, stage: &mut Stage<'_>, request: &Request) -> Result<(), Refused> {
        let Some(version) = request.version else { return Ok(()) };
        let (Work::PostMessage { refund_id, .. } | Work::ReplaceBuyerLink { refund_id, .. }) = &request.work else {
            return Ok(());
        };
        let refund = stage.view().refund(refund_id)?.ok_or(Refused::NotFound)?;
        let refund = self.settled(stage, refund)?;
        self.still(stage, refund, version).map(drop)
    }

    /// The refund, if it has that version still.
    fn still(&self, stage: &Stage<'_>, refund: Refund, version: u64) -> Result<Refund, Refused> {
        if version == refund.version {
            return Ok(refund);
        }
        Err(Refused::VersionMoved { seen: Box::new(self.seen(stage, refund)?) })
    }

    fn post(&self, stage: &mut Stage<'_>, refund_id: &RefundId, actor: &Actor, message: &Message) -> Done {
        let refund = stage.view().refund(refund_id)?.ok_or(Refused::NotFound)?;
        let refund = self.settled(stage, refund)?;
        match post(&refund, actor, message.clone(), stage.now) {
            Ok(event) => {
                stage.push(Entry::Refund(event.clone()))?;
                let outcome = Outcome::Message { refund_id: refund_id.clone(), sequence: event.sequence };
                Ok((Answer::Message(Box::new(event)), outcome))
            }
            Err(NotPosted::NotTheirs(refusal)) => Err(Refused::Rule { refusal, seen: None }),
            Err(NotPosted::TooMany { role }) => {
                Err(Refused::TooManyMessages { role, seen: Box::new(self.seen(stage, refund)?) })
            }
        }
    }

    /// The refund after what is due on it by now has happened (R3).
    fn settled(&self, stage: &mut Stage<'_>, refund: Refund) -> Result<Refund, Refused> {
        if refund.next_due().is_none_or(|at| at > stage.now) {
            return Ok(refund);
        }
        self.may_settle()?;
        let known = Known::of(&stage.view(), &refund)?;
        let events = settle(&refund, &known.facts(&refund, stage.now), stage.now);
        pushed(stage, &refund.id, events)
    }

    /// Settings change only after everything that is due has happened under those that held until then (R34).
    fn change(&self, stage: &mut Stage<'_>, entry: Entry) -> Done {
        self.all_settled(stage)?;
        stage.push(entry)?;
        Ok((Answer::Done, Outcome::Settings))
    }

    fn put_seller(&self, stage: &mut Stage<'_>, id: &SellerId, seller: &Seller, actor: &Actor) -> Done {
        let created = stage.view().seller(id)?.is_none();
        let seller = Box::new(seller.clone());
        let entry = Entry::Seller { seller_id: id.clone(), seller: seller.clone(), actor: actor.clone() };
        self.change(stage, entry)?;
        Ok((Answer::Seller { seller: seller.clone(), created }, Outcome::Seller { seller, created }))
    }

    /// Nothing is due any more; else what one step can settle has been.
    fn all_settled(&self, stage: &mut Stage<'_>) -> Result<(), Refused> {
        self.may_settle()?;
        let by = stage.now;
        if settle_due(stage, by)? { Err(Refused::MoreIsDue { by }) } else { Ok(()) }
    }

    fn may_settle(&self) -> Result<(), Refused> {
        if self.held { Err(Refused::SettlingHeld) } else { Ok(()) }
    }

    fn answer(&self, stage: &Stage<'_>, refund: Refund, created: bool) -> Done {
        let seen = self.seen(stage, refund)?;
        let outcome = Outcome::Refund {
            refund_id: seen.refund.id.clone(),
            sequence: seen.refund.sequence,
            actions: seen.actions.clone(),
            created,
        };
        Ok((Answer::Refund { seen: Box::new(seen), created }, outcome))
    }

    fn seen(&self, stage: &Stage<'_>, refund: Refund) -> Result<Seen, StoreError> {
        seen(&stage.view(), refund, self.viewers, stage.now)
    }
}

/// Stages what happened to one refund; the refund after it.
fn pushed(stage: &mut Stage<'_>, id: &RefundId, events: Vec<Event>) -> Result<Refund, Refused> {
    for event in events {
        stage.push(Entry::Refund(event))?;
    }
    stage.view().refund(id)?.ok_or(Refused::NotFound)
}

/// Lets happen what is due by `until` on any refund, in the order of the instants over all of
/// them, with the time moving along where it isn't there yet. Whether more instants were due than
/// are let happen at once.
///
/// A refund that can't be read is passed over and logged: it must not stop the time of all others.
fn settle_due(stage: &mut Stage<'_>, until: Timestamp) -> Result<bool, StoreError> {
    // Settling one refund makes no other due: what was read once stays in order, with what
    // comes next on the same refund put among it.
    let mut due: BTreeSet<_> = stage.view().due(until, SETTLED_AT_ONCE)?.into_iter().collect();
    let mut any = false;
    for _ in 0..SETTLED_AT_ONCE {
        let Some((at, id)) = due.pop_first() else { return Ok(false) };
        stage.now = at.max(stage.now);
        let events = match due_at(stage, at, &id) {
            Ok(events) if !events.is_empty() => events,
            Ok(_) => {
                tracing::error!(refund = %id, %at, "is due and nothing comes of it; passed over");
                continue;
            }
            Err(error) => {
                tracing::error!(refund = %id, %at, %error, "is due and can't be settled; passed over");
                continue;
            }
        };
        for event in events {
            stage.push(Entry::Refund(event))?;
        }
        any = true;
        let next = stage.view().refund(&id)?.and_then(|refund| refund.next_due());
        due.extend(next.filter(|next| *next <= until).map(|next| (next, id)));
    }
    Ok(any)
}

/// What is due on one refund at one instant. What is due on it later waits until that is the earliest.
fn due_at(stage: &Stage<'_>, at: Timestamp, id: &RefundId) -> Result<Vec<Event>, StoreError> {
    let missing = || StoreError::Unreadable(format!("something is due on refund {id}, which is not there"));
    let refund = stage.view().refund(id)?.ok_or_else(missing)?;
    let known = Known::of(&stage.view(), &refund)?;
    let events = settle(&refund, &known.facts(&refund, stage.now), stage.now);
    Ok(events.into_iter().take_while(|event| event.at == at).collect())
}

/// Moves the test clock from one due instant to the next, so that each thing happens on time.
fn advance_clock(stage: &mut Stage<'_>, advance: Advance, clock: &Clock) -> Done {
    if !clock.is_test() {
        return Err(Refused::NoTestClock);
    }
    let to = match advance {
        Advance::To(to) => to,
        Advance::Seconds(seconds) => {
            let millis = stage.now.as_millis().saturating_add(i64::from(seconds).saturating_mul(1000));
            Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX)
        }
    };
    if to < stage.now {
        return Err(Refused::ClockGoesBack { now: stage.now });
    }
    if settle_due(stage, to)? {
        return Err(Refused::MoreIsDue { by: to });
    }
    stage.now = to;
    // An instant is recorded even where nothing was due: the test clock is the latest one.
    stage.changed.latest = Some(to);
    Ok((Answer::Clock(to), Outcome::Clock { now: to }))
}
