//! Whether what was expected has happened.

use refund_core::{EventType, RefusalCode};

use super::instant::show;
use super::mistake::Mistake;
use super::outcome::{Known, Outcome};
use super::stages::{CheckLook, Look, No, Not, OptionsLook, Stage};
use super::story::{About, Deed, Expectation, Scenario, Step};
use super::words;

/// What a step is held to.
struct Seen<'a> {
    refund: Option<&'a Known>,
    outcome: &'a Outcome,
}

/// Everything that was expected of a step and did not happen.
pub(super) fn failures(
    scenario: &Scenario,
    step: &Step,
    before: Option<&Look>,
    refund: Option<&Known>,
    outcome: &Outcome,
    stage: &mut dyn Stage,
) -> Result<Vec<Mistake>, Not> {
    let mut failures = Vec::new();
    let seen = Seen { refund, outcome };
    for expectation in &step.expectations {
        let is = actual(expectation, step, &seen, stage)?;
        if is != expectation.wanted {
            let message = format!("at {} this turned out otherwise: {is}", show(step.at));
            failures.push(scenario.source.mistake(expectation.span.clone(), message, expectation.wanted.clone()));
        }
    }
    if let Some(message) = unexpected(step, before, &seen) {
        failures.push(scenario.source.mistake(step.span.clone(), message, ""));
    }
    Ok(failures)
}

/// What no story has to ask for, because it always holds.
fn unexpected(step: &Step, before: Option<&Look>, seen: &Seen<'_>) -> Option<String> {
    let expected = step.expectations.iter().any(|expectation| matches!(expectation.about, About::Refused(_)));
    match seen.outcome {
        Outcome::Refused(no) if !expected => Some(format!("at {} this was refused: {}", show(step.at), no.detail)),
        // R33, law 8: a refused command adds nothing of its own.
        Outcome::Refused(_) if before != seen.refund.map(|known| &known.look) => {
            Some("it was refused and has changed the refund all the same (R33)".to_owned())
        }
        Outcome::Opened { again } => {
            let wanted = step.expectations.iter().any(|expectation| expectation.about == About::OpenedAgain);
            let name_taken = !again && before.is_some();
            match (again, wanted, name_taken) {
                (true, false, _) => Some("the refund was open already; say `opened_again = true`".to_owned()),
                (_, _, true) => Some("this opened a new refund; give it another name: `refund = ...`".to_owned()),
                _ => None,
            }
        }
        Outcome::Refused(_) | Outcome::Done | Outcome::Options(_) | Outcome::Checked(_) => None,
    }
}

/// What is there, in the words in which it is expected.
fn actual(expectation: &Expectation, step: &Step, seen: &Seen<'_>, stage: &mut dyn Stage) -> Result<String, Not> {
    let look = seen.refund.map(|known| &known.look);
    let of_look = |word: fn(&Look) -> String| look.map_or_else(|| "no refund".to_owned(), word);
    Ok(match expectation.about {
        About::Refused(wanted) => refused(seen.outcome, wanted, step),
        About::PossibleAt => possible_at(seen.outcome),
        About::OpenedAgain => words::yes(matches!(seen.outcome, Outcome::Opened { again: true })).to_owned(),
        About::Status => of_look(|look| look.status.to_string()),
        About::ClosedReason => of_look(|look| look.closed_reason.map_or(words::NONE, |why| why.as_str()).to_owned()),
        About::Negotiation => of_look(|look| {
            look.negotiation.as_ref().map_or(words::NONE, |negotiation| negotiation.status.as_str()).to_owned()
        }),
        About::Effective => of_look(effective),
        About::Deadlines => of_look(|look| {
            let running: Vec<_> = look.deadlines.iter().map(|deadline| (deadline.kind, deadline.at)).collect();
            words::deadlines(&running)
        }),
        About::Escalated => of_look(|look| words::yes(look.escalated).to_owned()),
        About::Actions(who) => match seen.refund {
            None => "no refund".to_owned(),
            Some(known) => words::listed(stage.actions(&known.id, who)?.iter().map(|kind| kind.as_str())),
        },
        About::IfNobodyActs => match seen.refund {
            None => "no refund".to_owned(),
            Some(known) => {
                let mut events = stage.if_nobody_acts(&known.id)?;
                events.retain(|(_, event)| *event != EventType::DeadlineReminder);
                words::foretold(&events)
            }
        },
        About::Objections => objections(seen.outcome),
        About::ComesTo => match seen.outcome {
            Outcome::Checked(checked) => checked.terms(&checked.amount.to_string()),
            Outcome::Done | Outcome::Opened { .. } | Outcome::Options(_) | Outcome::Refused(_) => {
                "nobody asked what a prepared offer comes to".to_owned()
            }
        },
        About::OfferExpires => {
            options(seen.outcome, |options| options.expires_at.map_or_else(|| words::NEVER.to_owned(), show))
        }
    })
}

fn refused(outcome: &Outcome, wanted: RefusalCode, step: &Step) -> String {
    match outcome {
        Outcome::Refused(No { code, .. }) => code.to_string(),
        Outcome::Opened { again: false } if wanted == RefusalCode::RefundInProgress => "a new refund".to_owned(),
        Outcome::Done | Outcome::Options(_) | Outcome::Checked(_) | Outcome::Opened { .. } => match step.deed {
            Deed::Open(_) => "it was opened".to_owned(),
            Deed::Nothing
            | Deed::LookAtOptions
            | Deed::CheckSaved(_)
            | Deed::Command(_)
            | Deed::Answer { .. }
            | Deed::ReportNotice { .. }
            | Deed::AddFile(_)
            | Deed::EraseFile(_)
            | Deed::Erase(_)
            | Deed::Put(_) => "it was carried out".to_owned(),
        },
    }
}

fn possible_at(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(No { possible_at: Some(at), .. }) => show(*at),
        Outcome::Refused(No { possible_at: None, .. }) => words::NEVER.to_owned(),
        Outcome::Done | Outcome::Opened { .. } | Outcome::Options(_) | Outcome::Checked(_) => {
            "it was not refused".to_owned()
        }
    }
}

fn effective(look: &Look) -> String {
    look.effective.as_ref().map_or_else(
        || words::NONE.to_owned(),
        |terms| {
            let address = terms.return_address().map(|address| address.id.as_str());
            words::terms_in_short(terms.kind(), &terms.amount().decimal(), address)
        },
    )
}

fn objections(outcome: &Outcome) -> String {
    let codes = match outcome {
        Outcome::Options(OptionsLook { objections, .. }) | Outcome::Checked(CheckLook { objections, .. }) => objections,
        Outcome::Done | Outcome::Opened { .. } | Outcome::Refused(_) => {
            return "nobody asked what may be offered".to_owned();
        }
    };
    words::listed(codes.iter().map(|code| code.as_str()))
}

fn options(outcome: &Outcome, word: fn(&OptionsLook) -> String) -> String {
    if let Outcome::Options(options) = outcome { word(options) } else { "nobody asked what may be offered".to_owned() }
}
