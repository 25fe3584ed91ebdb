//! Reading what a step does. Each deed asks for its own keys; any other key is a mistake.

use std::collections::BTreeSet;

use refund_core::{
    AddressId, Command, ErasedBecause, Erasing, Label, MakeOffer, OrderLine, PayoutReport, Reason, Role, Ruling,
    UnknownName,
};

use super::mistake::Mistake;
use super::settings;
use super::story::{Deed, Setting, Who};
use super::table::{Field, Table};

/// What the steps of a story refer to.
pub(super) struct Context {
    pub(super) line: OrderLine,
    /// The refunds that have been opened so far, by the story's names for them.
    pub(super) opened: BTreeSet<String>,
    pub(super) number: usize,
}

/// Everything that can be done, as stories call it.
pub(super) const DEEDS: &[&str] = &[
    "make_offer",
    "accept",
    "reject",
    "withdraw",
    "agree",
    "refuse",
    "modify",
    "cancel",
    "escalate",
    "ship",
    "confirm_receipt",
    "refuse_receipt",
    "waive_return",
    "rule",
    "extend",
    "report_payout",
    "retry_payout",
    "mark_shipped",
    "report_notice",
    "add_file",
    "erase_file",
    "erase",
    "open",
    "put_policy",
    "put_rollout",
    "put_seller",
    "put_saved_offer",
    "look_at_options",
    "check_saved_offer",
    "nothing",
];

pub(super) fn deed(
    step: &Table<'_>,
    does: &Field<'_>,
    word: &str,
    who: Who,
    context: &Context,
) -> Result<Deed, Mistake> {
    let command = command(step, word, context)?;
    let by_buyer = command.as_ref().is_some_and(|command| command.kind().roles() == [Role::Buyer]);
    if who == Who::Platform && (by_buyer || ["accept", "reject", "open"].contains(&word)) {
        return Err(does.mistake("here the platform's back end speaks for the buyer", r#"who = "buyer""#));
    }
    if let Some(command) = command {
        return Ok(Deed::Command(command));
    }
    match word {
        "nothing" => Ok(Deed::Nothing),
        "look_at_options" => {
            only(does, who, &[Who::Seller])?;
            Ok(Deed::LookAtOptions)
        }
        "put_saved_offer" => {
            only(does, who, &[Who::Operator, Who::Platform, Who::Seller])?;
            let saved = step.need("saved_offer", r#"{ id = "small", type = "REFUND_ONLY", amount = "2.00" }"#)?;
            let saved = settings::saved_offer(saved.table("the offer")?, &context.line)?;
            Ok(Deed::Put(Setting::SavedOffer(Box::new(saved))))
        }
        "check_saved_offer" => {
            only(does, who, &[Who::Seller])?;
            let saved = step.need("saved_offer", r#""small""#)?;
            Ok(Deed::CheckSaved(saved.text("a prepared offer's id between quotes")?.to_owned()))
        }
        "report_notice" => {
            only(does, who, &[Who::Platform, Who::Operator])?;
            let to = step.need("to", r#""buyer", "seller" or "operator""#)?.word()?;
            Ok(Deed::ReportNotice { to, result: step.need("result", r#""accepted" or "failed""#)?.word()? })
        }
        "add_file" | "erase_file" => on_files(step, does, word, who),
        "erase" => {
            only(does, who, &[Who::Operator])?;
            Ok(Deed::Erase(erasing(step)?))
        }
        "accept" | "reject" => answer(step, word == "accept", context),
        "open" => open(step, who, context),
        "put_policy" => {
            only(does, who, &[Who::Operator])?;
            let overrides = settings::policy(step.need("policy", "{ payout = \"confirmed\" }")?.table("the policy")?)?;
            Ok(Deed::Put(Setting::Policy(Box::new(overrides))))
        }
        "put_rollout" => {
            only(does, who, &[Who::Operator])?;
            let rollout = step.need("rollout", "{ percentage = 100 }")?.table("the roll-out")?;
            Ok(Deed::Put(Setting::Rollout(settings::rollout(rollout)?)))
        }
        "put_seller" => {
            only(does, who, &[Who::Operator, Who::Platform, Who::Seller])?;
            let seller = step.need("seller", "{ addresses = [\"warehouse\"] }")?.table("the seller")?;
            if who == Who::Seller
                && let Some(policy) = seller.get("policy")
            {
                return Err(policy.mistake("a seller's policy is the platform's to change", r#"who = "operator""#));
            }
            Ok(Deed::Put(Setting::Seller(settings::seller(Some(seller), Who::Seller)?)))
        }
        other => {
            let expected = format!("one of: {}", DEEDS.join(", "));
            Err(does.mistake(format!("{other:?} is nothing that can be done"), expected))
        }
    }
}

fn on_files(step: &Table<'_>, does: &Field<'_>, word: &str, who: Who) -> Result<Deed, Mistake> {
    if word == "erase_file" {
        only(does, who, &[Who::Operator])?;
        return Ok(Deed::EraseFile(step.need("file", r#""dent""#)?.word()?));
    }
    only(does, who, &[Who::Buyer, Who::Seller, Who::Operator, Who::AnotherBuyer, Who::AnotherSeller])?;
    Ok(Deed::AddFile(step.need("file", r#""dent""#)?.word()?))
}

/// What is to be erased of what is known of people: all that may be, because the refund is over, where a step says no
/// more.
fn erasing(step: &Table<'_>) -> Result<Erasing, Mistake> {
    let named = step.get("what").map(|field| field.list(r#"a list, such as ["text", "contact"]"#)).transpose()?;
    let what = named.map(|kinds| kinds.iter().map(Field::word).collect::<Result<Vec<_>, _>>()).transpose()?;
    let because = step.get("because").map(|field| field.word()).transpose()?.unwrap_or(ErasedBecause::Final);
    Ok(Erasing { what, because, reason: reason(step, "The buyer asked for it")? })
}

fn only(does: &Field<'_>, who: Who, allowed: &[Who]) -> Result<(), Mistake> {
    if allowed.contains(&who) {
        return Ok(());
    }
    let names: Vec<_> = allowed.iter().map(|who| who.as_str()).collect();
    Err(does.mistake(format!("a story's {who} does not do this", who = who.as_str()), names.join(" or ")))
}

/// The commands that are complete as they are written; nothing for any other deed.
fn command(step: &Table<'_>, word: &str, context: &Context) -> Result<Option<Command>, Mistake> {
    let currency = Some(context.line.paid.currency());
    Ok(Some(match word {
        "make_offer" => Command::MakeOffer(offer(step, context)?),
        "withdraw" => Command::WithdrawOffer,
        "agree" => Command::Agree { return_address_id: address(step)? },
        "refuse" => Command::Refuse { reason: settings::why(step, "It left us in good order")? },
        "modify" => {
            step.need("type", r#""REFUND_ONLY""#)?;
            step.need("amount", r#""5.00""#)?;
            Command::Modify { request: settings::request(step, &context.line)? }
        }
        "cancel" => {
            let reason = step.get("reason").map(|field| field.parsed("why, between quotes")).transpose()?;
            Command::Cancel { reason }
        }
        "escalate" => Command::Escalate { reason: settings::why(step, "We can't agree")? },
        "ship" => Command::Ship {
            carrier: label(step, "carrier", "SF Express")?,
            tracking_number: label(step, "tracking_number", "SF-1001")?,
        },
        "confirm_receipt" => Command::ConfirmReceipt,
        "refuse_receipt" => Command::RefuseReceipt { reason: settings::why(step, "The parcel was empty")? },
        "waive_return" => Command::WaiveReturn,
        "rule" => {
            let decision = step.need("decision", r#""REFUND" or "CLOSE""#)?;
            let ruling = match decision.word::<Decision>()?.0 {
                true => Ruling::Refund { amount: step.need("amount", r#""10.00""#)?.money(currency)? },
                false => Ruling::Close,
            };
            Command::Rule { ruling, reason: reason(step, "Both were heard")?, files: settings::files(step)? }
        }
        "extend" => Command::Extend {
            kind: step.need("deadline", r#""seller_decide""#)?.word()?,
            to: step.need("to", r#""T+48h""#)?.instant()?,
        },
        "report_payout" => {
            let reason = step.get("reason").map(|field| field.parsed("why, between quotes")).transpose()?;
            let named = |field: Field<'_>| field.parsed("what the provider calls it, between quotes");
            Command::ReportPayout(PayoutReport {
                attempt: step.get("attempt").map(|field| field.number("an attempt's number")).transpose()?,
                result: step.need("result", r#""succeeded", "failed" or "reversed""#)?.word()?,
                provider_reference: step.get("provider_reference").map(named).transpose()?,
                reason,
            })
        }
        "retry_payout" => Command::RetryPayout,
        "mark_shipped" => Command::MarkShipped,
        _ => return Ok(None),
    }))
}

fn offer(step: &Table<'_>, context: &Context) -> Result<MakeOffer, Mistake> {
    Ok(MakeOffer {
        negotiation_id: settings::text(&format!("neg_story_{}", context.number)),
        kind: step.need("type", r#""REFUND_ONLY""#)?.word()?,
        amount: step.need("amount", r#""2.00""#)?.money(Some(context.line.paid.currency()))?,
        return_address_id: address(step)?,
        message: step.get("message").map(|field| field.parsed("what the buyer is told")).transpose()?,
        agreed_offline: step.get("agreed_offline").map(|field| field.flag()).transpose()?.unwrap_or(false),
        files: settings::files(step)?,
    })
}

/// An answer names its own refund's offer, unless it says another.
fn answer(step: &Table<'_>, accept: bool, context: &Context) -> Result<Deed, Mistake> {
    let own = step.get("refund").map(|field| field.text("a refund's name")).transpose()?.unwrap_or("first");
    let Some(named) = step.get("offer_of") else {
        return Ok(Deed::Answer { accept, offer_of: Some(own.to_owned()) });
    };
    let name = named.text("a refund's name between quotes")?;
    match name {
        "nobody" => Ok(Deed::Answer { accept, offer_of: None }),
        name if context.opened.contains(name) => Ok(Deed::Answer { accept, offer_of: Some(name.to_owned()) }),
        name => Err(named.mistake(format!("refund {name:?} has not been opened"), r#"a refund's name, or "nobody""#)),
    }
}

fn open(step: &Table<'_>, who: Who, context: &Context) -> Result<Deed, Mistake> {
    let line = settings::line(step, context.line.clone())?;
    let request = settings::request(step, &line)?;
    let seller = step.get("seller").map(|field| field.word()).transpose()?.unwrap_or(Who::Seller);
    Ok(Deed::Open(settings::opening(context.number, seller, who, line, request)))
}

fn address(step: &Table<'_>) -> Result<Option<AddressId>, Mistake> {
    step.get("return_address").map(|field| field.parsed("the name of one of the seller's addresses")).transpose()
}

fn reason(step: &Table<'_>, standard: &str) -> Result<Reason, Mistake> {
    let given = step.get("reason").map(|field| field.parsed("why, between quotes")).transpose()?;
    Ok(given.unwrap_or_else(|| settings::text(standard)))
}

fn label(step: &Table<'_>, key: &'static str, standard: &str) -> Result<Label, Mistake> {
    let given = step.get(key).map(|field| field.parsed("text between quotes")).transpose()?;
    Ok(given.unwrap_or_else(|| settings::text(standard)))
}

/// `REFUND` (true) or `CLOSE`.
struct Decision(bool);

impl std::str::FromStr for Decision {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "REFUND" => Ok(Self(true)),
            "CLOSE" => Ok(Self(false)),
            _ => Err(UnknownName { given: text.to_owned(), expected: &["REFUND", "CLOSE"] }),
        }
    }
}
