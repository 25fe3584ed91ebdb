//! Why a refund stands where it stands, rule by rule, and what happens next if nobody does anything.
//! Nothing is decided here: the past is replayed, and the future is what [`settle`] makes of it.

mod rules;

use crate::{AcceptedNotice, Event, Grounds, Refund, Role, Rule, StatusKind, Timestamp, evolve, opened, settle};

/// An event, with why it happens and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happens.
    pub event: Event,
    /// The rules that it follows from, the one that says so most directly first.
    pub rules: Vec<Rule>,
    /// Where the refund stands after it.
    pub status_after: StatusKind,
    /// Where silence decided at a deadline that needs a notice: the one by which its party knew of it (R42).
    pub told_by: Option<AcceptedNotice>,
}

/// The notice by which whoever loses by a silence knew of their deadline, where it needed one.
fn told_by(event: &Event, before: Option<&Refund>) -> Option<AcceptedNotice> {
    let is_silence = event.actor.role == Role::System && event.fact.ends_a_clock();
    before.filter(|_| is_silence)?.status.clock()?.notice.as_ref()?.accepted
}

/// What happens if nobody does anything. It has not happened, so whoever is told of it may know less of it than once
/// it has: [`Foretold::disclosed_to`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foretold(Explained);

impl Foretold {
    /// What it will be once it has happened.
    #[must_use]
    pub fn explained(&self) -> &Explained {
        &self.0
    }
}

/// A whole history, event by event, as it is asked for: a long one is never held twice. Empty where it
/// does not begin with an opening.
pub fn explain(history: impl IntoIterator<Item = Event>) -> impl Iterator<Item = Explained> {
    history.into_iter().scan(None, |refund: &mut Option<Refund>, event| {
        let (rules, told_by) = (event.rules(refund.as_ref()), told_by(&event, refund.as_ref()));
        let after = match refund.take() {
            Some(before) => evolve(before, &event),
            None => opened(&event)?,
        };
        let status_after = after.status.kind();
        *refund = Some(after);
        Some(Explained { event, rules, status_after, told_by })
    })
}

/// What happens to a refund from `now` on if nobody does anything and nothing around it changes:
/// every event that time alone brings about, reminders too, each at its instant, until nothing is due
/// any more. What is overdue happens now (R36).
///
/// It always ends: each event uses up a reminder or a deadline, and no status comes twice by silence.
#[must_use]
pub fn foretell(refund: &Refund, grounds: &Grounds<'_>, now: Timestamp) -> Vec<Foretold> {
    let mut refund = refund.clone();
    let mut told = Vec::new();
    while let Some(due) = refund.next_due() {
        let events = settle(&refund, grounds, due.max(now));
        if events.is_empty() {
            break;
        }
        for event in events {
            let (rules, told_by) = (event.rules(Some(&refund)), told_by(&event, Some(&refund)));
            refund = evolve(refund, &event);
            // Who is told of it is no part of what happens.
            if !event.fact.is_about_notice() {
                told.push(Foretold(Explained { event, rules, status_after: refund.status.kind(), told_by }));
            }
        }
    }
    told
}
