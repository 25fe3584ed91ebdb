//! What each command does: asks the server, and shows what it said.

mod acts;
mod audit;
mod bulk;
mod check_offer;
mod clock;
mod confirm;
mod erase;
mod events;
mod explain;
mod files;
mod follow;
mod import;
mod keys;
mod link;
mod list;
mod messages;
mod notices;
mod open;
mod options;
mod policy;
mod profiles;
mod repeat;
mod rollout;
mod saved_offers;
mod sellers;
mod send;
mod shell;
mod show;
mod stats;
mod watch;
mod webhooks;

use std::cell::OnceCell;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::cli::{Command, Global};
use crate::client::{Change, Client, Page, Reply};
use crate::entropy;
use crate::failure::Failure;
use crate::interrupt::UnderWay;
use crate::output::Output;
use crate::profile;
use crate::strict;
use crate::view;

/// What every command works with.
pub(crate) struct Desk {
    pub(crate) out: Output,
    profile: Option<String>,
    /// What was typed, behind the command's own name.
    typed: Vec<String>,
    under_way: UnderWay,
    client: OnceCell<Client>,
}

impl Desk {
    /// A desk for what was typed.
    pub(crate) fn new(global: Global, typed: Vec<String>) -> Self {
        let under_way = UnderWay::default();
        under_way.tell_at_interrupt();
        let mut out = Output::new(global.output, global.color);
        out.bom = global.bom;
        Self { out, profile: global.profile, typed, under_way, client: OnceCell::new() }
    }

    /// The server, once it is needed.
    pub(crate) fn client(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let access = profile::access(self.profile.as_deref())?;
        let client = Client::new(&access.url, &access.key, self.under_way.clone())?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Changes something that is as good done twice as once.
    fn change(&self, change: Change) -> Result<Reply, Failure> {
        self.client()?.change(&change, &repeat::command(&self.typed, &[]))
    }

    /// Changes something once, by the idempotency key that was given or else a fresh one; `pinned` is what was found out
    /// for flags that were left out, or that count from now.
    fn change_once(
        &self,
        change: Change,
        key: Option<String>,
        mut pinned: Vec<(&str, String)>,
    ) -> Result<Reply, Failure> {
        let key = key.map_or_else(entropy::fresh_key, Ok)?;
        pinned.push(("--idempotency-key", key.clone()));
        self.client()?.change(&change.under(key), &repeat::command(&self.typed, &pinned))
    }

    /// Shows a list, and says how to read on where it goes on.
    fn list(
        &self,
        page: &Page,
        fields: &[&str],
        for_people: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        self.out.say(&page.said(), fields, for_people)?;
        if page.next_cursor.is_some() {
            self.out.note(&format!("The list goes on behind these {}: --all, or --limit N.", page.items.len()));
        }
        Ok(())
    }

    /// The command that lists what this one was about.
    fn listing(&self) -> &'static str {
        let listings = [
            ("webhooks", "refund webhooks list"),
            ("keys", "refund keys list"),
            ("sellers", "refund sellers list"),
            ("saved-offer", "refund saved-offer list SELLER"),
            ("stats", "refund sellers list"),
        ];
        let is_typed = |(group, _): &(&str, &str)| self.typed.iter().any(|word| word == group);
        listings.into_iter().find(is_typed).map_or("refund list", |(_, listing)| listing)
    }

    /// Says why it ends, and with which code.
    pub(crate) fn end(&self, failure: &Failure) -> ExitCode {
        let client = self.client.get();
        let now = client.and_then(Client::dated);
        let other = match (failure, client) {
            (Failure::Problem(problem), Some(client)) => profile::of_role(client.url(), &problem.allowed),
            _ => None,
        };
        let told = view::failure::in_words(failure, now, other.as_deref(), self.listing(), &self.out);
        if !told.is_empty() {
            self.out.note(&told);
        }
        ExitCode::from(failure.exit_code())
    }
}

/// Does what was asked.
pub(crate) fn run(desk: &Desk, command: Command) -> Result<(), Failure> {
    match command {
        Command::List(list) => list::run(desk, &list),
        Command::Show(one) => show::run(desk, &one.id),
        Command::Explain(one) => explain::run(desk, &one.id),
        Command::Options(one) => options::run(desk, &one.id),
        Command::Open(open) => open::run(desk, &open),
        Command::Import(import) => import::run(desk, &import),
        Command::Messages(messages) => messages::list(desk, &messages),
        Command::File(files) => files::run(desk, files),
        Command::Notices(notices) => notices::list(desk, &notices),
        Command::ReportNotice(report) => notices::report(desk, &report),
        Command::Stats(stats) => stats::run(desk, &stats),
        Command::Message(message) => messages::post(desk, &message),
        Command::Bulk(bulk) => bulk::run(desk, &bulk),
        Command::Offer(offer) => acts::offer(desk, offer),
        Command::Accept(accept) => acts::answer(desk, accept, acts::YesOrNo::Accept),
        Command::Reject(reject) => acts::answer(desk, reject, acts::YesOrNo::Reject),
        Command::Withdraw(plain) => acts::plain(desk, plain, "negotiation/withdraw", "Withdrawn"),
        Command::Agree(agree) => acts::agree(desk, agree),
        Command::Refuse(refuse) => acts::reasoned(desk, refuse, "refuse", "Refused"),
        Command::Modify(modify) => acts::modify(desk, modify),
        Command::Cancel(cancel) => acts::cancel(desk, cancel),
        Command::Escalate(escalate) => acts::reasoned(desk, escalate, "escalate", "The operator is called in"),
        Command::Ship(ship) => acts::ship(desk, ship),
        Command::ConfirmReceipt(plain) => acts::plain(desk, plain, "confirm-receipt", "Receipt confirmed"),
        Command::RefuseReceipt(refuse) => acts::reasoned(desk, refuse, "refuse-receipt", "Receipt refused"),
        Command::WaiveReturn(plain) => acts::plain(desk, plain, "waive-return", "Return waived"),
        Command::MarkShipped(plain) => acts::plain(desk, plain, "shipped", "Marked as shipped"),
        Command::Rule(rule) => acts::rule(desk, rule),
        Command::Erase(erase) => erase::run(desk, &erase),
        Command::Extend(extend) => acts::extend(desk, extend),
        Command::Payout(payout) => acts::payout(desk, payout),
        Command::Sellers(sellers) => sellers::run(desk, sellers),
        Command::SavedOffer(saved) => saved_offers::run(desk, saved),
        Command::Policy(policy) => policy::run(desk, policy),
        Command::Rollout(rollout) => rollout::run(desk, rollout),
        Command::Keys(keys) => keys::run(desk, keys),
        Command::Audit(audit) => audit::run(desk, &audit),
        Command::Link(link) => link::run(desk, link),
        Command::Webhooks(webhooks) => webhooks::run(desk, webhooks),
        Command::Events(events) => events::run(desk, &events),
        Command::Clock(clock) => clock::run(desk, &clock),
        Command::Profile(profile) => profiles::run(desk, profile),
        Command::Completions(completions) => shell::completions(desk, &completions),
        Command::Man(_) => shell::man(desk),
    }
}

/// JSON from a file, or `-` for standard input.
fn read_json(path: &Path) -> Result<Value, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.map_err(|error| wrong(error.to_string()))?;
    strict::read(&text).map_err(|error| wrong(format!("not JSON: {error}")))
}
