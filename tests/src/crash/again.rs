//! After a restart: what was answered is answered again, and what was not is done exactly once.

use serde_json::Value;

use super::client::{Ask, Call, Client, Reply, Who, items, text};
use super::commands::Command;
use super::load::Setting;
use super::memory::{Kept, Memory, Tally};
use super::rng::Rng;
use super::said;

/// An answer is remembered for 31 days; one life moves the clock by some of them.
const REMEMBERED_MILLIS: i64 = 20 * 86_400_000;
/// How many answers of earlier lives are asked for again.
const EARLIER: usize = 20;

/// What is looked for, where it is noted, and whom is asked.
pub(super) struct Again<'a> {
    pub(super) client: &'a Client,
    pub(super) memory: &'a mut Memory,
    pub(super) found: &'a mut Vec<String>,
}

impl Again<'_> {
    fn send(&self, call: &Call) -> Result<Reply, String> {
        self.client.send(call).map_err(said)
    }

    /// The same request with the same key: the same answer, and that it is one given before.
    fn is_replayed(&mut self, command: &Command, first: &Reply) -> Result<(), String> {
        let again = self.send(&command.call)?;
        self.memory.tally.replayed = self.memory.tally.replayed.saturating_add(1);
        let same =
            again.status == first.status && self.memory.is_as_it_was(&unlinked(&first.body), &unlinked(&again.body));
        if !same || !again.replayed {
            self.found.push(format!("{command} was answered {first} and is now {again}"));
        }
        Ok(())
    }

    /// Everything that the last life answered, and a few answers of earlier ones.
    pub(super) fn replays(&mut self, answered: Vec<(Command, Reply)>, rng: &mut Rng) -> Result<(), String> {
        let now = self.clock()?;
        for _ in 0..EARLIER {
            let Some(kept) = rng.pick(&self.memory.kept).cloned() else { break };
            if now.saturating_sub(kept.at) < REMEMBERED_MILLIS {
                self.is_replayed(&kept.command, &kept.reply)?;
            }
        }
        for (command, reply) in answered {
            if reply.replayed {
                self.found.push(format!("{command} was sent once and is said to be replayed"));
            }
            if reply.is_done() {
                self.is_replayed(&command, &reply)?;
            }
            self.remember(command, reply);
        }
        Ok(())
    }

    /// What is to be found of it from now on.
    fn remember(&mut self, command: Command, reply: Reply) {
        // Opening what is open already leaves nothing (R27).
        let leaves = command.leaves.filter(|kind| reply.is_done() && (*kind != "refund.opened" || reply.status == 201));
        self.memory.marks.insert(command.mark.clone(), leaves);
        let Tally { answered, refused, .. } = &mut self.memory.tally;
        let count = if reply.is_done() { answered } else { refused };
        *count = count.saturating_add(1);
        if reply.is_done() {
            self.memory.kept.push(Kept { at: self.memory.clock, command, reply });
        }
    }

    /// Each request without an answer, again: it had been carried out, or it is now, or it is refused.
    pub(super) fn unanswered(&mut self, lost: Vec<Command>, graceful: bool) -> Result<(), String> {
        for command in lost {
            let was_there = self.memory.has_mark(&command);
            let before = self.trace(&command)?;
            let reply = self.send(&command.call)?;
            let grew = self.trace(&command)? != before;
            let Tally { lost, lost_done, lost_done_now, .. } = &mut self.memory.tally;
            *lost = lost.saturating_add(1);
            *lost_done = lost_done.saturating_add(u64::from(reply.replayed));
            *lost_done_now = lost_done_now.saturating_add(u64::from(reply.is_done() && !reply.replayed));
            let opened_before = command.leaves == Some("refund.opened") && reply.status == 200;
            let may_stay =
                !reply.is_done() || reply.replayed || opened_before || command.call.path.ends_with("/payout");
            if (grew && (reply.replayed || !reply.is_done())) || (!grew && !may_stay) {
                self.found.push(format!(
                    "{command} had no answer; again, its history {}grown, it is {reply}",
                    if grew { "" } else { "not " }
                ));
            }
            if command.leaves.is_some() && !opened_before && was_there != reply.replayed {
                self.found.push(format!("{command} had left its event: {was_there}; and again it is {reply}"));
            }
            if graceful && reply.replayed {
                self.found.push(format!("{command} was carried out by a server that ended in order, and not answered"));
            }
            if reply.is_done() {
                self.is_replayed(&command, &reply)?;
            }
            self.remember(command, reply);
        }
        Ok(())
    }

    /// Something that moves when the command is carried out, and not otherwise.
    fn trace(&self, command: &Command) -> Result<String, String> {
        if let Some(id) = &command.refund_id {
            let history = self.client.read(Who::Operator, &format!("/v1/refunds/{id}/events"))?;
            return Ok(items(&history).len().to_string());
        }
        if command.leaves.is_none() {
            return self.clock().map(|now| now.to_string());
        }
        let order = format!("/v1/refunds?limit=100&order_id={}", text(&command.call.body, "/order_line/order_id"));
        Ok(items(&self.client.read(Who::Operator, &order)?).len().to_string())
    }

    fn clock(&self) -> Result<i64, String> {
        let clock = self.client.read(Who::Operator, "/v1/test-clock")?;
        let now: refund_core::Timestamp = text(&clock, "/now").parse().map_err(said)?;
        Ok(now.as_millis())
    }

    /// The clock never goes back, and is where it was said to be.
    pub(super) fn time(&mut self, answered: &[(Command, Reply)]) -> Result<(), String> {
        let told = answered.iter().filter_map(|(_, reply)| text(&reply.body, "/now").parse().ok());
        let told = told.map(refund_core::Timestamp::as_millis).max().unwrap_or(0).max(self.memory.clock);
        self.memory.clock = self.clock()?;
        if self.memory.clock < told {
            self.found.push(format!("the clock stood at {told} and stands at {}", self.memory.clock));
        }
        Ok(())
    }

    /// Each setting is the last that was answered, or the one after that was not.
    pub(super) fn settings(&mut self, settings: Vec<Setting>) -> Result<(), String> {
        for Setting { call, answer } in settings {
            match answer {
                Some(answer) => {
                    self.memory.settings.insert(call.path, answer);
                }
                None => self.unanswered_setting(&call)?,
            }
        }
        for (path, answer) in self.memory.settings.clone() {
            let is = self.client.read(Who::Operator, &path)?;
            if !self.memory.is_as_it_was(&answer, &is) {
                self.found.push(format!("{path} was set to {answer} and is {is}"));
            }
        }
        Ok(())
    }

    fn unanswered_setting(&mut self, call: &Call) -> Result<(), String> {
        let before = self.send(&Call::get(Who::Operator, call.path.clone()))?;
        let reply = self.send(call)?;
        let known = self.memory.settings.insert(call.path.clone(), reply.body.clone());
        let untouched = match &known {
            Some(known) => self.memory.is_as_it_was(known, &before.body),
            None => before.status == 404,
        };
        // The policy that nobody has set yet is the demo's.
        let first_policy = known.is_none() && call.path == "/v1/policy";
        if !reply.is_done() || !(untouched || first_policy || before.body == reply.body) {
            self.found.push(format!(
                "PUT {} {} had no answer: {known:?} became {before}, and then {reply}",
                call.path, call.body
            ));
        }
        Ok(())
    }
}

/// An answer without the address of the buyer's link: the server is on another port after a restart.
fn unlinked(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(link) = body.get_mut("buyer_link").and_then(Value::as_object_mut) {
        link.remove("url");
    }
    body
}
