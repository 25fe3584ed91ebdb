//! The demo's refunds, from a file that anyone can read: one in every status, and the offers in theirs.

use std::sync::Arc;

use refund_core::{
    Actor, AddressId, BuyerId, Category, Command, Label, LineId, MakeOffer, Money, Opening, OrderId, OrderLine,
    PayoutReport, PayoutResult, Reason, References, Refund, RefundType, Request as Asked, Role, SellerId, Via,
};
use refund_store::{Advance, Answer, Request, Store, Work};
use serde::Deserialize;

use crate::machine::entropy;

const STORIES: &str = include_str!("stories.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    title: Label,
    order: OrderId,
    seller: SellerId,
    #[serde(default = "general")]
    category: Category,
    ask: RefundType,
    paid: String,
    reason: Reason,
    steps: Vec<String>,
}

fn general() -> Category {
    Category::General
}

type Played<T> = Result<T, String>;

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Plays each story whose order line has no refund yet, a minute of the test clock apart.
pub(super) async fn play(store: &dyn Store) -> Played<()> {
    let stories: Vec<Story> = serde_json::from_str(STORIES).map_err(said)?;
    for story in stories {
        let opening = story.opening(store)?;
        if !store.on_line(&opening.line_key()).await.map_err(said)?.is_empty() {
            continue;
        }
        pass(store, Advance::Seconds(60)).await?;
        let actor = buyer(&opening.buyer_id);
        let mut refund = submit(store, Request::new(actor, Work::Open { opening: Box::new(opening) })).await?;
        for step in &story.steps {
            if step == SILENCE {
                pass(store, Advance::Seconds(36 * 3600)).await?;
                continue;
            }
            let (actor, command) = read(step, &refund)?;
            let request = Request::new(actor, Work::Command { refund_id: refund.id.clone(), command });
            refund = submit(store, request).await?;
        }
    }
    Ok(())
}

/// A step in which nobody does anything.
const SILENCE: &str = "36 hours of silence";

/// Lets time pass.
pub(super) async fn pass(store: &dyn Store, advance: Advance) -> Played<()> {
    let request = Request::by_system(Work::AdvanceTestClock { advance });
    store.submit(request).await.map(|_| ()).map_err(|refused| format!("{refused:?}"))
}

async fn submit(store: &dyn Store, request: Request) -> Played<Arc<Refund>> {
    let answered = store.submit(request).await.map_err(|refused| format!("{refused:?}"))?;
    if let Answer::Refund { seen, .. } = answered.answer { Ok(seen.refund) } else { Err("no refund".to_owned()) }
}

fn buyer(id: &BuyerId) -> Actor {
    Actor::new(Role::Buyer, id.as_str(), Via::Key("demo".to_owned()))
}

fn cny(amount: &str) -> Played<Money> {
    Money::parse("CNY".parse().map_err(said)?, amount).map_err(said)
}

impl Story {
    fn opening(&self, store: &dyn Store) -> Played<Opening> {
        let paid = cny(&self.paid)?;
        Ok(Opening {
            refund_id: entropy::refund_id(store.latest()).map_err(said)?,
            seller_id: self.seller.clone(),
            buyer_id: BuyerId::new(format!("buyer-{}", self.order)).map_err(said)?,
            line: OrderLine {
                order_id: self.order.clone(),
                line_id: LineId::new("1").map_err(said)?,
                title: self.title.clone(),
                category: self.category,
                paid,
                shipped: true,
                freight_insurance: true,
            },
            request: Asked { kind: self.ask, amount: paid, reason: self.reason.clone() },
            references: References::default(),
        })
    }
}

/// A step in words: who does it, and what it is.
fn read(step: &str, refund: &Refund) -> Played<(Actor, Command)> {
    let seller = || Actor::new(Role::Seller, refund.seller_id.as_str(), Via::Key("demo".to_owned()));
    let buyer = || buyer(&refund.buyer_id);
    let reason = |text: &str| Reason::new(text).map_err(said);
    let answered = || refund.negotiation.as_ref().map(|offer| offer.id.clone()).ok_or("no offer to answer");
    let words: Vec<&str> = step.split(' ').collect();
    Ok(match words.as_slice() {
        ["offer", amount] => (seller(), offer(refund, RefundType::RefundOnly, amount)?),
        ["offer", "return", amount] => (seller(), offer(refund, RefundType::ReturnAndRefund, amount)?),
        ["accept"] => (buyer(), Command::AcceptOffer { negotiation_id: answered()? }),
        ["reject"] => (buyer(), Command::RejectOffer { negotiation_id: answered()? }),
        ["agree"] => (seller(), Command::Agree { return_address_id: None }),
        ["refuse"] => (seller(), Command::Refuse { reason: reason("It is as it was described.")? }),
        ["escalate"] => (buyer(), Command::Escalate { reason: reason("We do not come to terms.")? }),
        ["cancel"] => (buyer(), Command::Cancel { reason: None }),
        ["ship"] => {
            let carrier = Label::new("SF Express").map_err(said)?;
            (buyer(), Command::Ship { carrier, tracking_number: Label::new("SF-5550-0199").map_err(said)? })
        }
        ["refuse", "receipt"] => (seller(), Command::RefuseReceipt { reason: reason("It came back used.")? }),
        ["payout", "fails"] => {
            let reason = Some(reason("The account is closed.")?);
            let report = PayoutReport { reason, ..PayoutReport::of(PayoutResult::Failed) };
            (Actor::new(Role::Platform, "demo", Via::Key("demo".to_owned())), Command::ReportPayout(report))
        }
        _ => return Err(format!("no such step: {step}")),
    })
}

fn offer(refund: &Refund, kind: RefundType, amount: &str) -> Played<Command> {
    let goes_back = kind == RefundType::ReturnAndRefund;
    let address = goes_back.then(|| AddressId::new("main")).transpose().map_err(said)?;
    Ok(Command::MakeOffer(MakeOffer {
        negotiation_id: entropy::negotiation_id(&refund.id).map_err(said)?,
        kind,
        amount: cny(amount)?,
        return_address_id: address,
        message: Some("As we agreed on the phone.".parse().map_err(said)?),
        agreed_offline: true,
    }))
}
