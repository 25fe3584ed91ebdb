//! Where a story is played: one trait, five stages that must all tell the same.

mod core;
mod http;
mod store;

use refund_core::{
    AddressId, ClosedReason, CommandKind, Deadline, DeadlineKind, Erasing, Event, EventType, EvidenceFile, Fact,
    Foretold, MakeOffer, Money, NegotiationId, NegotiationStatus, NoticeReport, Opening, Options, Payout, PayoutStatus,
    Refund, RefundId, RefundType, Refusal, RefusalCode, Role, StatusKind, Terms, Timestamp, WithdrawnReason,
};
use serde_json::Value;

use super::files::StoryFile;
use super::story::{Setting, Who};
use super::words;

use self::core::CoreStage;
use self::http::HttpStage;
pub use self::http::SAID_BASE;
use self::store::StoreStage;

/// Somewhere a story can be played: it is told what happens, and can be looked at.
pub trait Stage {
    /// Lets time go by until that instant; whatever falls due on the way happens.
    ///
    /// # Errors
    /// [`Not::Broken`] where the stage itself fails.
    fn advance(&mut self, to: Timestamp) -> Result<(), Not>;

    /// Opens a refund; its name on this stage, and whether it is a new one.
    ///
    /// # Errors
    /// [`Not`].
    fn open(&mut self, who: Who, opening: &Opening) -> Result<(RefundId, bool), Not>;

    /// Carries a command out. The id that a stage gives to an offer is seen by looking.
    ///
    /// # Errors
    /// [`Not`].
    fn command(&mut self, refund: &RefundId, who: Who, command: &refund_core::Command) -> Result<(), Not>;

    /// Takes down what a channel says of a notice (R41).
    ///
    /// # Errors
    /// [`Not`].
    fn report_notice(&mut self, refund: &RefundId, who: Who, report: &NoticeReport) -> Result<(), Not>;

    /// Adds a file to a refund (R43).
    ///
    /// # Errors
    /// [`Not`].
    fn add_file(&mut self, refund: &RefundId, who: Who, file: StoryFile) -> Result<(), Not>;

    /// Erases a file of a refund (R43).
    ///
    /// # Errors
    /// [`Not`].
    fn erase_file(&mut self, refund: &RefundId, who: Who, file: StoryFile) -> Result<(), Not>;

    /// Erases what is known of people on a refund (R46).
    ///
    /// # Errors
    /// [`Not`].
    fn erase(&mut self, refund: &RefundId, who: Who, erasing: &Erasing) -> Result<(), Not>;

    /// Changes settings.
    ///
    /// # Errors
    /// [`Not`].
    fn put(&mut self, who: Who, setting: &Setting) -> Result<(), Not>;

    /// A refund as it now is, and everything that has happened to it.
    ///
    /// # Errors
    /// [`Not::Broken`] where the stage itself fails.
    fn look(&mut self, refund: &RefundId) -> Result<Look, Not>;

    /// What somebody may do with a refund now.
    ///
    /// # Errors
    /// [`Not::Broken`] where the stage itself fails.
    fn actions(&mut self, refund: &RefundId, who: Who) -> Result<Vec<CommandKind>, Not>;

    /// What may be offered now (R18).
    ///
    /// # Errors
    /// [`Not`].
    fn options(&mut self, refund: &RefundId, who: Who) -> Result<OptionsLook, Not>;

    /// What a prepared offer comes to (R45).
    ///
    /// # Errors
    /// [`Not`].
    fn check_saved(&mut self, refund: &RefundId, who: Who, saved: &str) -> Result<CheckLook, Not>;

    /// What happens from now on if nobody acts.
    ///
    /// # Errors
    /// [`Not`].
    fn if_nobody_acts(&mut self, refund: &RefundId) -> Result<Vec<(Timestamp, EventType)>, Not>;

    /// Closes whatever is kept and opens it again, where anything is. A restart changes nothing.
    ///
    /// # Errors
    /// [`Not::Broken`] where the stage itself fails.
    fn restart(&mut self) -> Result<(), Not> {
        Ok(())
    }
}

/// The stages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The core's functions and plain maps.
    Core,
    /// The memory model.
    Memory,
    /// The embedded store, which is closed and opened again in the middle of the story.
    Sled,
    /// Two servers on one PostgreSQL, asked in turn, which are closed and opened again in the middle of the story.
    Postgres,
    /// The server, spoken to over HTTP, which is stopped and started again in the middle of the story.
    Http,
}

impl Place {
    /// Every stage.
    pub const ALL: &'static [Self] = &[Self::Core, Self::Memory, Self::Sled, Self::Postgres, Self::Http];

    /// What it is called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Memory => "memory",
            Self::Sled => "sled",
            Self::Postgres => "postgres",
            Self::Http => "http",
        }
    }

    /// A fresh one, on which nothing has happened.
    ///
    /// # Errors
    /// [`Not::Broken`] where it can't be set up.
    pub fn stage(self) -> Result<Box<dyn Stage>, Not> {
        Ok(match self {
            Self::Core => Box::new(CoreStage::default()),
            Self::Memory => Box::new(StoreStage::memory()),
            Self::Sled => Box::new(StoreStage::embedded()?),
            Self::Postgres => Box::new(StoreStage::postgres()?),
            Self::Http => Box::new(HttpStage::new()?),
        })
    }
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Not {
    /// A rule says no.
    Refused(No),
    /// The stage itself failed: no story tells of that.
    Broken(String),
}

/// What a rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct No {
    /// The refusal's name.
    pub code: RefusalCode,
    /// The rule.
    pub rule: String,
    /// When the refused becomes possible by time alone.
    pub possible_at: Option<Timestamp>,
    /// The whole sentence. It may name ids, so no transcript has it.
    pub detail: String,
    /// All that was told of it, where it came over HTTP.
    pub problem: Option<Value>,
}

impl From<Refusal> for Not {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(No {
            code: refusal.code(),
            rule: refusal.rule().to_string(),
            possible_at: refusal.possible_at(),
            detail: refusal.to_string(),
            problem: None,
        })
    }
}

impl std::fmt::Display for Not {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(no) => f.write_str(&no.detail),
            Self::Broken(why) => write!(f, "the stage failed: {why}"),
        }
    }
}

impl std::error::Error for Not {}

impl Not {
    /// A failure of the stage itself.
    pub(super) fn broken(error: impl std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }
}

/// A refund as a transcript tells of it: what every stage can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Counts changes of state.
    pub version: u64,
    /// Where it stands.
    pub status: StatusKind,
    /// Why it was closed.
    pub closed_reason: Option<ClosedReason>,
    /// Whether the operator has been called in.
    pub escalated: bool,
    /// What the buyer asks for.
    pub requested: (RefundType, refund_core::Money),
    /// What is carried out.
    pub effective: Option<Terms>,
    /// The negotiation.
    pub negotiation: Option<NegotiationLook>,
    /// The deadlines that run.
    pub deadlines: Vec<Deadline>,
    /// Whether the goods have been shipped to the buyer.
    pub shipped: bool,
    /// The payout.
    pub payout: Option<PayoutLook>,
    /// Everything that has happened, from the opening.
    pub events: Vec<Happened>,
}

/// A payout as a transcript tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutLook {
    /// Where the money is.
    pub status: PayoutStatus,
    /// How much.
    pub amount: Money,
    /// Which attempt says so.
    pub attempt: u32,
    /// How many there have been.
    pub attempts: u32,
    /// Whether more than one has paid.
    pub paid_twice: bool,
}

impl PayoutLook {
    fn of(payout: &Payout) -> Self {
        Self {
            status: payout.status(),
            amount: payout.amount,
            attempt: payout.deciding().number,
            attempts: payout.present().number,
            paid_twice: payout.is_paid_twice(),
        }
    }
}

/// A negotiation as a transcript tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegotiationLook {
    /// Its name on this stage.
    pub id: NegotiationId,
    /// Where it stands.
    pub status: NegotiationStatus,
    /// What ended it, where nobody answered.
    pub withdrawn_reason: Option<WithdrawnReason>,
    /// What was offered.
    pub terms: Terms,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An event as a transcript tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its number within the refund.
    pub sequence: u64,
    /// What.
    pub kind: EventType,
    /// When.
    pub at: Timestamp,
    /// In what capacity somebody did it.
    pub by: Role,
    /// Of which deadline it reminds.
    pub reminds: Option<DeadlineKind>,
    /// To whom the notice is that it asks for.
    pub notice_to: Option<Role>,
}

/// What may be offered, as a transcript tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionsLook {
    /// What stands against any offer.
    pub objections: Vec<RefusalCode>,
    /// Each type: what stands against it, and the least and the most.
    pub types: Vec<(RefundType, Vec<RefusalCode>, refund_core::Money, refund_core::Money)>,
    /// The addresses that may be named.
    pub addresses: Vec<String>,
    /// When an offer made now would end.
    pub expires_at: Option<Timestamp>,
}

/// What a prepared offer comes to, as a transcript tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckLook {
    /// With or without a return.
    pub kind: RefundType,
    /// The exact amount.
    pub amount: refund_core::Money,
    /// Where goods would go.
    pub address: Option<AddressId>,
    /// All that stands against them.
    pub objections: Vec<RefusalCode>,
}

impl CheckLook {
    fn new(terms: MakeOffer, against: &[Refusal]) -> Self {
        let MakeOffer { kind, amount, return_address_id: address, .. } = terms;
        Self { kind, amount, address, objections: against.iter().map(Refusal::code).collect() }
    }

    /// The terms in short, with their amount as it is told there.
    pub(super) fn terms(&self, amount: &str) -> String {
        words::terms_in_short(self.kind, amount, self.address.as_ref().map(AddressId::as_str))
    }
}

impl Look {
    /// The look of a refund in the core's own type.
    #[must_use]
    pub fn of(refund: &Refund, events: &[Event]) -> Self {
        let closed_reason =
            if let refund_core::Status::Closed { reason, .. } = &refund.status { Some(*reason) } else { None };
        Self {
            version: refund.version,
            status: refund.status.kind(),
            closed_reason,
            escalated: refund.escalated().is_some(),
            requested: (refund.requested.kind, refund.requested.amount),
            effective: refund.effective().cloned(),
            negotiation: refund.negotiation.as_ref().map(|negotiation| NegotiationLook {
                id: negotiation.id.clone(),
                status: negotiation.status(),
                withdrawn_reason: negotiation.withdrawn_reason(),
                terms: negotiation.offer.terms.clone(),
                expires_at: negotiation.answer.by,
            }),
            deadlines: refund.deadlines(),
            shipped: refund.line.shipped,
            payout: refund.payout.as_ref().map(PayoutLook::of),
            events: events.iter().map(Happened::of).collect(),
        }
    }
}

impl Happened {
    fn of(event: &Event) -> Self {
        let reminds = if let Fact::Reminded { kind, .. } = &event.fact { Some(*kind) } else { None };
        let kind = event.fact.event_type();
        let notice_to = event.fact.notice_to().filter(|_| kind == EventType::NoticeRequested);
        Self { sequence: event.sequence, kind, at: event.at, by: event.actor.role, reminds, notice_to }
    }
}

impl From<Options> for OptionsLook {
    fn from(options: Options) -> Self {
        let codes = |refusals: &[Refusal]| refusals.iter().map(Refusal::code).collect::<Vec<_>>();
        let types = options.types.iter();
        Self {
            objections: codes(&options.objections),
            types: types.map(|of| (of.kind, codes(&of.objections), of.amount_min, of.amount_max)).collect(),
            addresses: options.addresses.iter().map(|address| address.id.to_string()).collect(),
            expires_at: options.expires_at,
        }
    }
}

/// What is foretold, as stories expect it.
fn foretold(told: &[Foretold]) -> Vec<(Timestamp, EventType)> {
    told.iter().map(Foretold::explained).map(|told| (told.event.at, told.event.fact.event_type())).collect()
}

/// The files that go with an opening, as whoever keeps them says what they are.
fn handed_in(opening: &Opening) -> Result<Vec<EvidenceFile>, Not> {
    let named = opening.request.reason.files.as_slice().iter().filter_map(|file| StoryFile::of(*file));
    named.map(|file| file.taken_in().map_err(Not::broken)).collect()
}
