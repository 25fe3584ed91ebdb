//! The words of a transcript.

use refund_core::{
    Command, Currency, DeadlineKind, ErasedKind, EventType, Money, NamedFiles, NegotiationStatus, Opening,
    PayoutReport, PayoutResult, RefundType, Rollout, Ruling, SavedAmount, SavedOffer, SellerId, Terms, Timestamp, Why,
};

use super::files::StoryFile;
use super::instant::show;
use super::story::{Deed, Setting};

pub(super) const NONE: &str = "none";
pub(super) const NEVER: &str = "never";

pub(super) fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(super) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { NONE.to_owned() } else { words.join(", ") }
}

pub(super) fn kind(kind: RefundType) -> &'static str {
    match kind {
        RefundType::RefundOnly => "refund only",
        RefundType::ReturnAndRefund => "return and refund",
    }
}

/// An amount; its currency where it is not the line's.
pub(super) fn money(amount: Money, line: Currency) -> String {
    if amount.currency() == line { amount.decimal() } else { amount.to_string() }
}

/// Terms as an expectation names them.
pub(super) fn terms_in_short(of: RefundType, amount: &str, address: Option<&str>) -> String {
    let to = address.map(|address| format!(" to {address}")).unwrap_or_default();
    format!("{} {amount}{to}", kind(of))
}

/// Terms in full: where a return goes is said with the street, so that an edited address shows.
pub(super) fn terms(terms: &Terms, line: Currency) -> String {
    let to = terms.return_address().map(|address| format!(" to {} ({})", address.id, address.address));
    format!("{} {}{}", kind(terms.kind()), money(terms.amount(), line), to.unwrap_or_default())
}

pub(super) fn deadlines(running: &[(DeadlineKind, Timestamp)]) -> String {
    let mut sorted: Vec<_> = running.to_vec();
    sorted.sort_unstable();
    let each: Vec<_> = sorted.iter().map(|(kind, at)| format!("{kind} {}", show(*at))).collect();
    listed(each.iter().map(String::as_str))
}

/// Who has to do what: "seller decides".
pub(super) fn foretold(events: &[(Timestamp, EventType)]) -> String {
    let said: Vec<_> = events.iter().map(|(at, event)| format!("{} {event}", show(*at))).collect();
    listed(said.iter().map(String::as_str))
}

pub(super) fn due(kind: DeadlineKind) -> &'static str {
    match kind {
        DeadlineKind::SellerDecide => "seller decides",
        DeadlineKind::BuyerAnswer => "buyer answers",
        DeadlineKind::BuyerRespond => "buyer responds",
        DeadlineKind::BuyerShip => "buyer ships",
        DeadlineKind::SellerConfirm => "seller confirms",
        DeadlineKind::OperatorRule => "operator rules",
        DeadlineKind::PayoutReport => "payout is reported",
    }
}

/// What somebody does, after their name.
pub(super) fn deed(deed: &Deed, line: Currency) -> String {
    match deed {
        Deed::Nothing => "nothing happens".to_owned(),
        Deed::LookAtOptions => "asks what may be offered".to_owned(),
        Deed::CheckSaved(id) => format!("asks what \"{id}\" comes to"),
        Deed::Open(opening) => open(opening),
        Deed::Command(command) => self::command(command, line),
        Deed::Answer { accept, offer_of } => {
            let verb = if *accept { "accepts" } else { "rejects" };
            match offer_of {
                Some(_) => format!("{verb} the offer"),
                None => format!("{verb} an offer that nobody made"),
            }
        }
        Deed::ReportNotice { to, result } => format!("reports the notice to the {to} as {result}"),
        Deed::AddFile(file) => format!("adds the file \"{}\"", file.as_str()),
        Deed::EraseFile(file) => format!("erases the file \"{}\"", file.as_str()),
        Deed::Erase(erasing) => {
            let named = |kinds: &Vec<ErasedKind>| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
            let what = erasing.what.as_ref().map_or_else(|| "all that may be".to_owned(), named);
            format!("erases {what} because {}", erasing.because)
        }
        Deed::Put(setting) => put(setting),
    }
}

fn open(opening: &Opening) -> String {
    let asked = &opening.request;
    let amount = money(asked.amount, opening.line.paid.currency());
    format!("asks for {} of {amount}: {}", kind(asked.kind), why(&asked.reason))
}

fn put(setting: &Setting) -> String {
    match setting {
        Setting::Policy(overrides) => {
            let fields = toml::to_string(overrides).unwrap_or_default();
            format!("makes the policy the default one but for: {}", listed(fields.lines()))
        }
        Setting::Rollout(rollout) => self::rollout(rollout),
        Setting::SavedOffer(saved) => saved_offer(saved),
        Setting::Seller(plan) => {
            let each = plan.addresses.iter().map(|(address, default)| {
                let default = if *default { ", the default" } else { "" };
                format!("{} ({}{default})", address.id, address.address)
            });
            format!("sets the seller's addresses to {}", each.collect::<Vec<_>>().join(" and "))
        }
    }
}

fn saved_offer(saved: &SavedOffer) -> String {
    let amount = match saved.amount {
        SavedAmount::OfRequested(share) => format!("{share} % of what is asked for"),
        SavedAmount::OfPaid(share) => format!("{share} % of what was paid"),
        SavedAmount::Fixed(amount) => amount.to_string(),
    };
    let to = saved.return_address_id.as_ref().map(|id| format!(" to {id}")).unwrap_or_default();
    format!("prepares \"{}\": {} {amount}{to}", saved.id, kind(saved.kind))
}

fn rollout(rollout: &Rollout) -> String {
    let names = |word: &str, ids: &std::collections::BTreeSet<SellerId>| {
        let ids: Vec<_> = ids.iter().map(SellerId::as_str).collect();
        if ids.is_empty() { String::new() } else { format!(", {word} {}", ids.join(" and ")) }
    };
    let batches = rollout.batches.iter().map(|batch| {
        let opens = match (batch.open, batch.opens_at) {
            (true, _) => "open".to_owned(),
            (false, Some(at)) => format!("opens at {}", show(at)),
            (false, None) => "closed".to_owned(),
        };
        format!(", batch {} {opens}", batch.name)
    });
    let percentage = u8::from(rollout.percentage);
    let (allow, deny) = (names("allow", &rollout.allow), names("deny", &rollout.deny));
    format!("sets the roll-out to {percentage} %{}{allow}{deny}", batches.collect::<String>())
}

fn command(command: &Command, line: Currency) -> String {
    match command {
        Command::MakeOffer(offer) => {
            let to = offer.return_address_id.as_ref().map(|id| format!(" to {id}")).unwrap_or_default();
            let offline = if offer.agreed_offline { ", agreed beforehand" } else { "" };
            let message = offer.message.as_ref().map(|text| format!(", \"{text}\"")).unwrap_or_default();
            let shown = shown(&offer.files);
            format!("makes an offer: {} {}{to}{offline}{message}{shown}", kind(offer.kind), money(offer.amount, line))
        }
        Command::AcceptOffer { .. } => "accepts the offer".to_owned(),
        Command::RejectOffer { .. } => "rejects the offer".to_owned(),
        Command::WithdrawOffer => "withdraws the offer".to_owned(),
        Command::Agree { return_address_id: None } => "agrees".to_owned(),
        Command::Agree { return_address_id: Some(id) } => format!("agrees, goods to {id}"),
        Command::Refuse { reason } => format!("refuses: {}", why(reason)),
        Command::Modify { request } => {
            format!("asks for {} of {} instead", kind(request.kind), money(request.amount, line))
        }
        Command::Cancel { reason: None } => "cancels".to_owned(),
        Command::Cancel { reason: Some(reason) } => format!("cancels: \"{reason}\""),
        Command::Escalate { reason } => format!("calls the operator in: {}", why(reason)),
        Command::Ship { carrier, tracking_number } => format!("ships with {carrier}, number {tracking_number}"),
        Command::ConfirmReceipt => "confirms the receipt".to_owned(),
        Command::RefuseReceipt { reason } => format!("refuses the receipt: {}", why(reason)),
        Command::WaiveReturn => "waives the return".to_owned(),
        Command::Rule { ruling: Ruling::Close, reason, files } => format!("rules CLOSE: \"{reason}\"{}", shown(files)),
        Command::Rule { ruling: Ruling::Refund { amount }, reason, files } => {
            format!("rules REFUND {}: \"{reason}\"{}", money(*amount, line), shown(files))
        }
        Command::Extend { kind, to } => format!("extends {kind} to {}", show(*to)),
        Command::ReportPayout(report) => reported(report),
        Command::RetryPayout => "has the payout tried again".to_owned(),
        Command::MarkShipped => "tells that the goods have been shipped".to_owned(),
    }
}

/// The words, and the reason of the policy's list behind them.
fn why(why: &Why) -> String {
    let code = why.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    format!("\"{}\"{code}{}", why.text, shown(&why.files))
}

/// The files that are named, by what the story calls them.
fn shown(files: &NamedFiles) -> String {
    let names: Vec<_> =
        files.as_slice().iter().filter_map(|file| StoryFile::of(*file)).map(StoryFile::as_str).collect();
    if names.is_empty() { String::new() } else { format!(", shown by {}", names.join(" and ")) }
}

fn reported(report: &PayoutReport) -> String {
    let which = report.attempt.map_or_else(|| "the payout".to_owned(), |number| format!("attempt {number}"));
    let result = match report.result {
        PayoutResult::Succeeded => "paid",
        PayoutResult::Failed => "failed",
        PayoutResult::Reversed => "come back",
    };
    let named = report.provider_reference.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let reason = report.reason.as_ref().map(|reason| format!(": \"{reason}\"")).unwrap_or_default();
    format!("reports {which}{named} as {result}{reason}")
}

/// Where a negotiation stands, and what belongs to that.
pub(super) fn negotiation(status: NegotiationStatus, ends: Timestamp, withdrawn: Option<&str>) -> String {
    match (status, withdrawn) {
        (NegotiationStatus::Pending, _) => format!("negotiation {status} until {}", show(ends)),
        (NegotiationStatus::Withdrawn, Some(reason)) => format!("negotiation {status} ({reason})"),
        (
            NegotiationStatus::Accepted
            | NegotiationStatus::Rejected
            | NegotiationStatus::Expired
            | NegotiationStatus::Withdrawn,
            _,
        ) => format!("negotiation {status}"),
    }
}
