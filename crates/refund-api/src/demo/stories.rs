//! The demo's refunds, from a file that anyone can read: one in every status, and the offers in theirs.

use std::sync::Arc;

use refund_core::{
    Actor, AddressId, BuyerId, Category, Command, Label, LineId, MakeOffer, Money, NamedFiles, Opening, OrderId,
    OrderLine, PayoutReport, PayoutResult, Reason, References, Refund, RefundType, Request as Asked, Role, SellerId,
    Timestamp, Via, Why,
};
use refund_store::{Advance, Answer, Fingerprint, IdempotencyKey, Refused, Request, Store, Work};
use serde::Deserialize;
use sha2::{Digest, Sha256};

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
    reason: Why,
    steps: Vec<String>,
}

fn general() -> Category {
    Category::General
}

type Played<T> = Result<T, String>;

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Plays each story, a minute of the test clock apart, and leaves the clock at the present.
///
/// Each step is done once, whoever does it first: several who play the same go through it together, and one who was
/// interrupted goes on. What was played so long ago that no answer is remembered is passed over.
pub(super) async fn play(store: &dyn Store, present: Timestamp) -> Played<()> {
    let stories: Vec<Story> = serde_json::from_str(STORIES).map_err(said)?;
    let mut was_played_now = false;
    for story in stories {
        let mut once = story.once();
        let opening = story.opening(store)?;
        // In this order: whoever finds the refund finds the answer too.
        let is_there = !store.on_line(&opening.line_key()).await.map_err(said)?.is_empty();
        if is_there && !once.is_remembered(store).await? {
            continue;
        }
        was_played_now = true;
        once.pass(store, Advance::Seconds(60)).await?;
        let actor = buyer(&opening.buyer_id);
        let mut refund = once.submit(store, Request::new(actor, Work::open(opening))).await?;
        for step in &story.steps {
            if step == SILENCE {
                once.pass(store, Advance::Seconds(36 * 3600)).await?;
                continue;
            }
            let (actor, command) = read(step, &refund)?;
            let request = Request::new(actor, Work::Command { refund_id: refund.id.clone(), command });
            refund = once.submit(store, request).await?;
        }
    }
    if !was_played_now {
        return Ok(());
    }
    let mut once = Once { name: "present".to_owned(), fingerprint: [0; 32], next: 0 };
    once.pass(store, Advance::To(present.max(store.now()))).await
}

/// A step in which nobody does anything.
const SILENCE: &str = "36 hours of silence";

/// What makes each step of something happen once.
struct Once {
    name: String,
    fingerprint: Fingerprint,
    /// The number of the next step.
    next: usize,
}

impl Once {
    fn key(&self) -> IdempotencyKey {
        IdempotencyKey { caller: "demo".to_owned(), key: format!("{}/{}", self.name, self.next) }
    }

    /// Whether the next step was done not long ago, as the same step of the same.
    async fn is_remembered(&self, store: &dyn Store) -> Played<bool> {
        match store.answered(&self.key(), self.fingerprint).await {
            Ok(answer) => Ok(answer.is_some()),
            Err(Refused::KeyReused) => Ok(false),
            Err(refused) => Err(format!("{refused:?}")),
        }
    }

    /// Lets time pass.
    async fn pass(&mut self, store: &dyn Store, advance: Advance) -> Played<()> {
        self.done(store, Request::by_system(Work::AdvanceTestClock { advance })).await.map(drop)
    }

    async fn submit(&mut self, store: &dyn Store, request: Request) -> Played<Arc<Refund>> {
        if let Answer::Refund { seen, .. } = self.done(store, request).await? {
            Ok(seen.refund)
        } else {
            Err("no refund".to_owned())
        }
    }

    async fn done(&mut self, store: &dyn Store, request: Request) -> Played<Answer> {
        let idempotency = Some((self.key(), self.fingerprint));
        self.next = self.next.saturating_add(1);
        let answered = store.submit(Request { idempotency, ..request }).await;
        answered.map(|answered| answered.answer).map_err(|refused| format!("{refused:?}"))
    }
}

fn buyer(id: &BuyerId) -> Actor {
    Actor::new(Role::Buyer, id.as_str(), Via::Key("demo".to_owned()))
}

fn cny(amount: &str) -> Played<Money> {
    Money::parse("CNY".parse().map_err(said)?, amount).map_err(said)
}

impl Story {
    fn once(&self) -> Once {
        let told = format!("{:?} {:?} {} {:?}", self.ask, self.category, self.paid, self.steps);
        Once { name: self.order.to_string(), fingerprint: Sha256::digest(told).into(), next: 0 }
    }

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
                image_url: None,
            },
            request: Asked { kind: self.ask, amount: paid, reason: self.reason.clone() },
            buyer_contact: None,
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
        ["offer", amount] => (seller(), offer(RefundType::RefundOnly, amount)?),
        ["offer", "return", amount] => (seller(), offer(RefundType::ReturnAndRefund, amount)?),
        ["accept"] => (buyer(), Command::AcceptOffer { negotiation_id: answered()? }),
        ["reject"] => (buyer(), Command::RejectOffer { negotiation_id: answered()? }),
        ["agree"] => (seller(), Command::Agree { return_address_id: None }),
        ["refuse"] => (seller(), Command::Refuse { reason: reason("It is as it was described.")?.into() }),
        ["escalate"] => (buyer(), Command::Escalate { reason: reason("We do not come to terms.")?.into() }),
        ["cancel"] => (buyer(), Command::Cancel { reason: None }),
        ["ship"] => {
            let carrier = Label::new("SF Express").map_err(said)?;
            (buyer(), Command::Ship { carrier, tracking_number: Label::new("SF-5550-0199").map_err(said)? })
        }
        ["refuse", "receipt"] => (seller(), Command::RefuseReceipt { reason: reason("It came back used.")?.into() }),
        ["payout", "fails"] => {
            let reason = Some(reason("The account is closed.")?);
            let report = PayoutReport { reason, ..PayoutReport::of(PayoutResult::Failed) };
            (Actor::new(Role::Platform, "demo", Via::Key("demo".to_owned())), Command::ReportPayout(report))
        }
        _ => return Err(format!("no such step: {step}")),
    })
}

fn offer(kind: RefundType, amount: &str) -> Played<Command> {
    let goes_back = kind == RefundType::ReturnAndRefund;
    let address = goes_back.then(|| AddressId::new("main")).transpose().map_err(said)?;
    Ok(Command::MakeOffer(MakeOffer {
        negotiation_id: entropy::negotiation_id().map_err(said)?,
        kind,
        amount: cny(amount)?,
        return_address_id: address,
        message: Some("As we agreed on the phone.".parse().map_err(said)?),
        agreed_offline: true,
        files: NamedFiles::default(),
    }))
}
