//! Plays a story on a stage, and tells what it saw.

use refund_core::{Command, Currency, NegotiationId, NoticeChannel, NoticeReport, Role, Timestamp};

use super::change::{by_the_clock, changed, new_events, outcome, reminders};
use super::instant::{opening, show};
use super::mistake::Mistake;
use super::outcome::{Known, Outcome};
use super::stages::{Look, No, Not, OptionsLook, Stage};
use super::story::{Deed, Scenario, Step};
use super::{checks, words};

/// What a story came to on a stage.
#[derive(Debug)]
pub struct Played {
    /// The story as it was seen: the same on every stage.
    pub transcript: String,
    /// What was expected and did not happen.
    pub failures: Vec<Mistake>,
    /// Every refusal that was met, in order.
    pub refusals: Vec<No>,
}

struct Player<'a> {
    scenario: &'a Scenario,
    stage: &'a mut dyn Stage,
    line: Currency,
    now: Timestamp,
    known: Vec<Known>,
    lines: Vec<(Timestamp, String)>,
    played: Played,
}

/// Plays a story on a stage, with a restart in the middle where the stage knows restarts.
///
/// # Errors
/// [`Not::Broken`], with what happened before, where the stage itself fails.
pub fn play(scenario: &Scenario, stage: &mut dyn Stage) -> Result<Played, Not> {
    let played = Played { transcript: String::new(), failures: Vec::new(), refusals: Vec::new() };
    let line = scenario.steps.first().map(|step| &step.deed).and_then(currency);
    let line = line.ok_or_else(|| Not::broken("a story begins with an opening"))?;
    let (known, lines) = (Vec::new(), Vec::new());
    let mut player = Player { scenario, stage, line, now: opening(), known, lines, played };
    player.stage.advance(opening())?;
    for setting in &scenario.before {
        player.stage.put(super::story::Who::Operator, setting)?;
    }
    for (number, step) in scenario.steps.iter().enumerate() {
        if number > 0 && number == scenario.steps.len().div_ceil(2) {
            player.stage.restart()?;
        }
        player.let_time_go_by(step.at)?;
        if !player.can_play(step) {
            // Its refund was to be opened and was not, which is among the failures: the story ends here.
            break;
        }
        player.step(step).map_err(|not| broken_at(not, step))?;
    }
    player.played.transcript = player.transcript();
    Ok(player.played)
}

fn currency(deed: &Deed) -> Option<Currency> {
    if let Deed::Open(opening) = deed { Some(opening.line.paid.currency()) } else { None }
}

fn broken_at(not: Not, step: &Step) -> Not {
    match not {
        Not::Broken(why) => Not::Broken(format!("at {}: {why}", show(step.at))),
        Not::Refused(no) => Not::Broken(format!("at {}: refused: {}", show(step.at), no.detail)),
    }
}

impl Player<'_> {
    fn can_play(&self, step: &Step) -> bool {
        let needs_none = matches!(step.deed, Deed::Open(_) | Deed::Put(_) | Deed::Nothing);
        needs_none || named(&self.known, &step.refund).is_some()
    }

    /// From deadline to deadline, so that each is told at its own instant.
    fn let_time_go_by(&mut self, until: Timestamp) -> Result<(), Not> {
        loop {
            let running = self.known.iter().flat_map(|known| &known.look.deadlines).map(|deadline| deadline.at);
            let next = running.filter(|at| *at > self.now && *at <= until).min();
            self.now = next.unwrap_or(until);
            self.stage.advance(self.now)?;
            self.tell_the_clock()?;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    fn tell_the_clock(&mut self) -> Result<(), Not> {
        for place in 0..self.known.len() {
            let Some((before, after)) = self.look_again(place)? else { continue };
            let events = new_events(Some(&before), &after);
            let prefix = self.prefix(place);
            if self.scenario.tell_reminders {
                self.lines.extend(reminders(&events).into_iter().map(|(at, text)| (at, format!("{prefix}{text}"))));
            }
            let deadline: Vec<_> = events.into_iter().filter(|event| event.reminds.is_none()).collect();
            if let (Some(at), Some(text)) =
                (deadline.first().map(|event| event.at), by_the_clock(&deadline, &after, self.line))
            {
                let change = changed(Some(&before), &after, self.line);
                self.lines.push((at, format!("{prefix}{text} · {change}")));
            }
        }
        Ok(())
    }

    /// A fresh look at a known refund: the look before, and the one now.
    fn look_again(&mut self, place: usize) -> Result<Option<(Look, Look)>, Not> {
        let Some(known) = self.known.get_mut(place) else { return Ok(None) };
        let now = self.stage.look(&known.id)?;
        let before = std::mem::replace(&mut known.look, now.clone());
        Ok(Some((before, now)))
    }

    fn step(&mut self, step: &Step) -> Result<(), Not> {
        let before = named(&self.known, &step.refund).map(|known| known.look.clone());
        let outcome = match self.act(step) {
            Ok(outcome) => outcome,
            Err(Not::Refused(no)) => Outcome::Refused(no),
            Err(broken) => return Err(broken),
        };
        for place in 0..self.known.len() {
            self.look_again(place)?;
        }
        self.tell(step, before.as_ref(), &outcome);
        let after = named(&self.known, &step.refund);
        let failures = checks::failures(self.scenario, step, before.as_ref(), after, &outcome, self.stage)?;
        self.played.failures.extend(failures);
        if let Outcome::Refused(no) = outcome {
            self.played.refusals.push(no);
        }
        Ok(())
    }

    fn act(&mut self, step: &Step) -> Result<Outcome, Not> {
        let id = named(&self.known, &step.refund).map(|known| known.id.clone());
        let id = id.ok_or_else(|| Not::Broken(format!("refund {:?} could not be opened before", step.refund)));
        match &step.deed {
            Deed::Nothing => {}
            Deed::LookAtOptions => return self.stage.options(&id?, step.who).map(Outcome::Options),
            Deed::CheckSaved(saved) => {
                let checked = self.stage.check_saved(&id?, step.who, saved);
                return checked.map(Outcome::Checked);
            }
            Deed::Put(setting) => self.stage.put(step.who, setting)?,
            Deed::Command(command) => self.stage.command(&id?, step.who, command)?,
            Deed::Answer { accept, offer_of } => {
                let negotiation_id = self.offer(offer_of.as_deref())?;
                let command = match accept {
                    true => Command::AcceptOffer { negotiation_id },
                    false => Command::RejectOffer { negotiation_id },
                };
                self.stage.command(&id?, step.who, &command)?;
            }
            Deed::ReportNotice { to, result } => {
                let number = self.latest_notice(&step.refund, *to)?;
                let report = NoticeReport { number, channel: NoticeChannel::Gateway, result: *result, reason: None };
                self.stage.report_notice(&id?, step.who, &report)?;
            }
            Deed::AddFile(file) => self.stage.add_file(&id?, step.who, *file)?,
            Deed::EraseFile(file) => self.stage.erase_file(&id?, step.who, *file)?,
            Deed::Erase(erasing) => self.stage.erase(&id?, step.who, erasing)?,
            Deed::Open(opening) => {
                let (id, new) = self.stage.open(step.who, opening)?;
                if new {
                    let look = self.stage.look(&id)?;
                    let name = step.refund.clone();
                    self.known.push(Known { name, id, look });
                }
                return Ok(Outcome::Opened { again: !new });
            }
        }
        Ok(Outcome::Done)
    }

    /// The latest notice to somebody about that refund.
    fn latest_notice(&self, refund: &str, to: Role) -> Result<u64, Not> {
        let events = named(&self.known, refund).map_or(&[][..], |known| known.look.events.as_slice());
        let latest = events.iter().rev().find(|event| event.notice_to == Some(to));
        latest.map(|event| event.sequence).ok_or_else(|| Not::Broken(format!("there is no notice to the {to}")))
    }

    /// The offer that an answer names: that refund's, or one that nobody made.
    fn offer(&self, of: Option<&str>) -> Result<NegotiationId, Not> {
        let of = of.and_then(|name| named(&self.known, name));
        match of.and_then(|known| known.look.negotiation.as_ref()) {
            Some(negotiation) => Ok(negotiation.id.clone()),
            None => NegotiationId::new("neg_nobody_made_this").map_err(Not::broken),
        }
    }

    fn tell(&mut self, step: &Step, before: Option<&Look>, outcome: &Outcome) {
        let told = self.lines.last().is_some_and(|(at, _)| *at == step.at);
        if told && matches!(step.deed, Deed::Nothing) {
            return;
        }
        let place = self.known.iter().position(|known| known.name == step.refund);
        let prefix = place.map_or_else(String::new, |place| self.prefix(place));
        let who = step.who.as_str();
        let deed = words::deed(&step.deed, self.line);
        let deed = if matches!(step.deed, Deed::Nothing) { deed } else { format!("{who} {deed}") };
        let after = named(&self.known, &step.refund);
        let nothing = if matches!(step.deed, Deed::Open(_)) { "nothing is opened" } else { "there is no refund" };
        let change = after.map_or(nothing.to_owned(), |known| changed(before, &known.look, self.line));
        let text = match outcome {
            Outcome::Refused(no) => {
                let possible = no.possible_at.map(|at| format!(", possible at {}", show(at))).unwrap_or_default();
                format!("{prefix}{deed} · refused: {} ({}){possible} · {change}", no.code, no.rule)
            }
            Outcome::Options(options) => format!("{prefix}{deed} · {}", self.offerable(options)),
            Outcome::Checked(checked) => {
                let terms = checked.terms(&words::money(checked.amount, self.line));
                let against = words::listed(checked.objections.iter().map(|code| code.as_str()));
                format!("{prefix}{deed} · {terms}; against it: {against}")
            }
            Outcome::Opened { again: true } => format!("{prefix}{deed} · that refund is open already · {change}"),
            Outcome::Done | Outcome::Opened { again: false } => format!("{prefix}{deed} · {change}"),
        };
        self.lines.push((step.at, text));
    }

    fn offerable(&self, options: &OptionsLook) -> String {
        if !options.objections.is_empty() {
            return format!("nothing: {}", words::listed(options.objections.iter().map(|code| code.as_str())));
        }
        let types = options.types.iter().map(|(kind, objections, least, most)| {
            let kind = words::kind(*kind);
            let range = format!("{} to {}", words::money(*least, self.line), words::money(*most, self.line));
            let codes = words::listed(objections.iter().map(|code| code.as_str()));
            if objections.is_empty() { format!("{kind} {range}") } else { format!("no {kind}: {codes}") }
        });
        let types: Vec<_> = types.collect();
        let ends = options.expires_at.map_or_else(|| words::NEVER.to_owned(), show);
        format!("{}; goods to {}; until {ends}", types.join("; "), options.addresses.join(" or "))
    }

    /// Which refund a line is about, where there is more than one.
    fn prefix(&self, place: usize) -> String {
        let opened = self.scenario.steps.iter().filter(|step| step.opens());
        let several = opened.map(|step| &step.refund).collect::<std::collections::BTreeSet<_>>().len() > 1;
        let name = self.known.get(place).map_or("", |known| known.name.as_str());
        if several && !name.is_empty() { format!("[{name}] ") } else { String::new() }
    }

    fn transcript(&self) -> String {
        let width = self.lines.iter().map(|(at, _)| show(*at).len()).max().unwrap_or(0);
        let mut text = format!("{}\nrules: {}\n", self.scenario.title, self.scenario.rule_ids());
        if let Some(Step { deed: Deed::Open(opening), .. }) = self.scenario.steps.first() {
            let line = &opening.line;
            let shipped = if line.shipped { "shipped" } else { "not shipped" };
            let insured = if line.freight_insurance { ", freight insurance" } else { "" };
            text.push_str(&format!("{}: {}, {}, {shipped}{insured}\n\n", line.title, line.paid, line.category));
        }
        for (at, line) in &self.lines {
            text.push_str(&format!("{:width$}  {line}\n", show(*at)));
        }
        text.push('\n');
        for (place, known) in self.known.iter().enumerate() {
            text.push_str(&format!("in the end: {}{}\n", self.prefix(place), outcome(&known.look, self.line)));
        }
        if self.known.is_empty() {
            text.push_str("in the end: no refund\n");
        }
        text
    }
}

fn named<'a>(known: &'a [Known], name: &str) -> Option<&'a Known> {
    known.iter().find(|known| known.name == name)
}
