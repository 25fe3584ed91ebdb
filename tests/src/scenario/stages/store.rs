//! A store behind its one door, with a test clock.

use std::sync::Arc;

use refund_core::{
    Command, CommandKind, Erasing, Event, EventType, MailContacts, NegotiationId, NoticeReport, Opening, Policy,
    RefundId, SellerId, Timestamp,
};
use refund_store::conformance::InTurn;
use refund_store::{
    Advance, Answer, Around, Clock, EmbeddedStore, MemoryStore, PostgresAddress, PostgresStore, Refused, Request,
    Seller, SetUp, Store, StoreError, Surroundings, Work, migrate, wait,
};
use refund_test_postgres::{Server, Version};

use super::{CheckLook, Look, Not, OptionsLook, Stage, foretold, handed_in};
use crate::scenario::files::StoryFile;
use crate::scenario::story::{Setting, Who};

/// Opens a store again that was closed.
type Reopen = Box<dyn FnMut() -> Result<Box<dyn Store>, Not>>;

/// A store, and how to open it again where it keeps anything.
pub(super) struct StoreStage {
    store: Box<dyn Store>,
    reopen: Option<Reopen>,
}

impl StoreStage {
    /// The memory model.
    pub(super) fn memory() -> Self {
        Self { store: Box::new(MemoryStore::new(surroundings())), reopen: None }
    }

    /// The embedded store, in a folder that goes when the stage goes.
    pub(super) fn embedded() -> Result<Self, Not> {
        let folder = tempfile::tempdir().map_err(Not::broken)?;
        let mut reopen: Reopen = Box::new(move || {
            let opened = EmbeddedStore::open(folder.path(), surroundings()).map_err(Not::broken)?;
            Ok(Box::new(opened.store))
        });
        Ok(Self { store: reopen()?, reopen: Some(reopen) })
    }

    /// Two servers, asked in turn, on a database that goes with the process.
    pub(super) fn postgres() -> Result<Self, Not> {
        let url = Server::shared(Version::Debian).and_then(Server::database).map_err(Not::broken)?;
        let address = PostgresAddress::parse(&url, None).map_err(Not::broken)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Not::broken)?;
        runtime.block_on(migrate(&address, false)).map_err(Not::broken)?;
        let mut reopen: Reopen = Box::new(move || {
            let open = || PostgresStore::open(&address, None, surroundings()).map_err(Not::broken);
            Ok(Box::new(InTurn::new(Box::new(open()?), vec![Box::new(open()?)])))
        });
        Ok(Self { store: reopen()?, reopen: Some(reopen) })
    }

    fn submit(&self, request: Request) -> Result<Answer, Not> {
        Ok(self.store.submit(request).wait()?.answer)
    }

    fn around(&self, id: &RefundId) -> Result<Around, Not> {
        wait(self.store.refund(id))?.ok_or_else(|| Not::broken("the refund is gone"))
    }
}

/// A test clock, and randomness that is the same every time: nothing in a story depends on it.
fn surroundings() -> Surroundings {
    Surroundings { clock: Clock::Test, entropy: Arc::new(|bytes: &mut [u8]| bytes.fill(7)), hold_settling: false }
}

/// The story's seller.
fn seller() -> Result<SellerId, Not> {
    SellerId::new(Who::Seller.id()).map_err(Not::broken)
}

impl Stage for StoreStage {
    fn advance(&mut self, to: Timestamp) -> Result<(), Not> {
        self.submit(Request::by_system(Work::AdvanceTestClock { advance: Advance::To(to) })).map(drop)
    }

    fn open(&mut self, who: Who, opening: &Opening) -> Result<(RefundId, bool), Not> {
        match self.submit(Request::new(
            who.actor(),
            Work::Open { opening: Box::new(opening.clone()), files: handed_in(opening)? },
        ))? {
            Answer::Refund { seen, created } => Ok((seen.refund.id.clone(), created)),
            other @ (Answer::Seller { .. }
            | Answer::Key(_)
            | Answer::Webhook(_)
            | Answer::User(_)
            | Answer::Message(_)
            | Answer::Clock(_)
            | Answer::Done) => Err(Not::Broken(format!("opening a refund was answered with {other:?}"))),
        }
    }

    fn command(&mut self, id: &RefundId, who: Who, command: &Command) -> Result<(), Not> {
        let (refund_id, command) = (id.clone(), command.clone());
        self.submit(Request::new(who.actor(), Work::Command { refund_id, command })).map(drop)
    }

    fn report_notice(&mut self, id: &RefundId, who: Who, report: &NoticeReport) -> Result<(), Not> {
        let (refund_id, report) = (id.clone(), report.clone());
        self.submit(Request::new(who.actor(), Work::ReportNotice { refund_id, report })).map(drop)
    }

    fn add_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let (refund_id, file) = (id.clone(), Box::new(file.taken_in().map_err(Not::broken)?));
        self.submit(Request::new(who.actor(), Work::AddEvidence { refund_id, file })).map(drop)
    }

    fn erase_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let (refund_id, sha256) = (id.clone(), file.sha256());
        self.submit(Request::new(who.actor(), Work::EraseEvidence { refund_id, sha256 })).map(drop)
    }

    fn erase(&mut self, id: &RefundId, who: Who, erasing: &Erasing) -> Result<(), Not> {
        let (refund_id, erasing) = (id.clone(), erasing.clone());
        self.submit(Request::new(who.actor(), Work::Erase { refund_id, erasing })).map(drop)
    }

    fn put(&mut self, who: Who, setting: &Setting) -> Result<(), Not> {
        let set_up = match setting {
            Setting::Policy(overrides) => SetUp::PutPolicy(Box::new(Policy::default().with(overrides))),
            Setting::Rollout(rollout) => SetUp::PutRollout(Box::new(rollout.clone())),
            Setting::SavedOffer(saved) => SetUp::SaveOffer { seller_id: seller()?, offer: saved.clone() },
            Setting::Seller(plan) => {
                let settings = self.store.settings();
                let policy = plan.policy_from(who, settings.seller(&plan.id).map(|seller| &seller.policy));
                let addresses = plan.address_book()?;
                let (name, contacts) = (plan.name.clone(), MailContacts::default());
                let seller = Box::new(Seller { name, addresses, policy, contacts });
                SetUp::PutSeller { seller_id: plan.id.clone(), seller }
            }
        };
        self.submit(Request::new(who.actor(), set_up)).map(drop)
    }

    fn look(&mut self, id: &RefundId) -> Result<Look, Not> {
        let history = wait(self.store.history(id, 0, usize::MAX))?;
        let events: Vec<Event> = history.into_iter().map(|(_, event)| event).collect();
        Ok(Look::of(&self.around(id)?.refund, &events))
    }

    fn actions(&mut self, id: &RefundId, who: Who) -> Result<Vec<CommandKind>, Not> {
        Ok(self.around(id)?.seen(&[who.actor()], self.store.now()).actions)
    }

    fn options(&mut self, id: &RefundId, who: Who) -> Result<OptionsLook, Not> {
        Ok(self.around(id)?.offer_options(&who.actor(), self.store.now()).into())
    }

    fn check_saved(&mut self, id: &RefundId, who: Who, saved: &str) -> Result<CheckLook, Not> {
        let (around, settings) = (self.around(id)?, self.store.settings());
        let saved = settings.saved_offer(&seller()?, saved);
        let saved = saved.ok_or_else(|| Not::broken("nothing is prepared under that id"))?;
        let terms = around.saved_offer(saved, NegotiationId::new("neg_story").map_err(Not::broken)?, None);
        let against = around.check_offer(&who.actor(), &terms, self.store.now()).err().unwrap_or_default();
        Ok(CheckLook::new(terms, &against))
    }

    fn if_nobody_acts(&mut self, id: &RefundId) -> Result<Vec<(Timestamp, EventType)>, Not> {
        Ok(foretold(&self.around(id)?.prospect(Vec::new(), self.store.now()).if_nobody_acts))
    }

    fn restart(&mut self) -> Result<(), Not> {
        let Some(reopen) = &mut self.reopen else { return Ok(()) };
        self.store.close()?;
        // The old store holds its folder until it is gone.
        self.store = Box::new(MemoryStore::new(surroundings()));
        self.store = reopen()?;
        Ok(())
    }
}

impl From<Refused> for Not {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Rule { refusal, .. } => refusal.into(),
            other @ (Refused::NotFound
            | Refused::VersionMissing
            | Refused::VersionMoved { .. }
            | Refused::SettingsMoved
            | Refused::KeyReused
            | Refused::NoTestClock
            | Refused::ClockGoesBack { .. }
            | Refused::MoreIsDue { .. }
            | Refused::TooOften { .. }
            | Refused::ShutOut
            | Refused::RightTaken
            | Refused::TooManyPeople
            | Refused::NameTaken
            | Refused::ShutOutByOperator
            | Refused::LastOwner
            | Refused::TooManySavedOffers
            | Refused::IdTaken
            | Refused::Store(_)) => Self::Broken(format!("the store refused: {other:?}")),
        }
    }
}

impl From<StoreError> for Not {
    fn from(error: StoreError) -> Self {
        Self::broken(error)
    }
}
