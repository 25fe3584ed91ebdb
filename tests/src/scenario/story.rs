//! A story as it is played: read, checked, with every instant and id in place.

use std::ops::Range;
use std::str::FromStr;

use refund_core::{
    Actor, Address, AddressBook, Command, Erasing, InvalidAddressBook, Label, NoticeResult, Opening, PolicyOverrides,
    Refusal, RefusalCode, Role, Rollout, Rule, SavedOffer, SellerId, Timestamp, UnknownName, Via,
};

use super::files::StoryFile;
use super::mistake::Source;

/// A story of a refund, from a file.
#[derive(Debug)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// What it is about, in a sentence.
    pub title: String,
    /// The rules that it tells about.
    pub rules: Vec<Rule>,
    /// How the world is before the story begins.
    pub before: Vec<Setting>,
    /// What happens, in the order of time. The first step is the opening.
    pub steps: Vec<Step>,
    /// Whether the transcript tells of reminders.
    pub tell_reminders: bool,
    pub(super) source: Source,
}

impl Scenario {
    /// The ids of its rules, with commas between.
    #[must_use]
    pub fn rule_ids(&self) -> String {
        self.rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// One thing that somebody does, and what is expected of it.
#[derive(Debug)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// To which refund, by the story's own name for it.
    pub refund: String,
    /// What.
    pub deed: Deed,
    /// What is expected afterwards.
    pub expectations: Vec<Expectation>,
    pub(super) span: Range<usize>,
}

impl Step {
    /// Whether a refund is open after it that may not have been before.
    pub(super) fn opens(&self) -> bool {
        let refused = self.expectations.iter().any(|expectation| matches!(expectation.about, About::Refused(_)));
        matches!(self.deed, Deed::Open(_)) && !refused
    }
}

/// What somebody does.
#[derive(Debug)]
pub enum Deed {
    /// Nothing: time goes by, and one looks.
    Nothing,
    /// The seller asks what may be offered (R18).
    LookAtOptions,
    /// The seller asks what a prepared offer comes to (R45).
    CheckSaved(String),
    /// A refund is opened.
    Open(Box<Opening>),
    /// A command that is complete as it is.
    Command(Command),
    /// The buyer answers an offer.
    Answer {
        /// Yes or no.
        accept: bool,
        /// The refund whose offer is named; nothing where an offer is named that nobody ever made.
        offer_of: Option<String>,
    },
    /// A channel says what became of the latest notice to somebody (R41).
    ReportNotice {
        /// To whom it is.
        to: Role,
        /// What became of it.
        result: NoticeResult,
    },
    /// A file is added to the refund (R43).
    AddFile(StoryFile),
    /// The operator erases a file of the refund (R43).
    EraseFile(StoryFile),
    /// The operator erases what is known of people on the refund (R46).
    Erase(Erasing),
    /// Settings are changed.
    Put(Setting),
}

/// Settings that can be changed (R34).
#[derive(Debug, Clone)]
pub enum Setting {
    /// The platform's policy: what differs from the default one.
    Policy(Box<PolicyOverrides>),
    /// A seller.
    Seller(SellerPlan),
    /// The roll-out.
    Rollout(Rollout),
    /// An offer that the seller has prepared (R45).
    SavedOffer(Box<SavedOffer>),
}

/// A seller as it is to be set up. Its addresses may turn out to be no address book.
#[derive(Debug, Clone)]
pub struct SellerPlan {
    /// Its id.
    pub id: SellerId,
    /// What people call it.
    pub name: Label,
    /// Its addresses, and whether each is the default.
    pub addresses: Vec<(Address, bool)>,
    /// Its own policy.
    pub policy: PolicyOverrides,
}

impl SellerPlan {
    /// Its policy once that one has put it: a seller keeps the one it had, the platform replaces it.
    pub(super) fn policy_from(&self, who: Who, before: Option<&PolicyOverrides>) -> PolicyOverrides {
        before.filter(|_| who == Who::Seller).unwrap_or(&self.policy).clone()
    }

    /// Its address book.
    ///
    /// # Errors
    /// The refusal where not exactly one address is the default (R29).
    pub fn address_book(&self) -> Result<AddressBook, Refusal> {
        AddressBook::new(self.addresses.clone()).map_err(|invalid| {
            let given = match invalid {
                InvalidAddressBook::NotOneDefault { given } => given,
                // The reader of stories lets neither of these through.
                InvalidAddressBook::SameId { .. } | InvalidAddressBook::TooMany { .. } => 0,
            };
            Refusal::DefaultAddressRequired { given }
        })
    }
}

/// Something that is expected after a step, in the words in which it is compared.
#[derive(Debug)]
pub struct Expectation {
    /// About what.
    pub about: About,
    /// What is expected.
    pub wanted: String,
    pub(super) span: Range<usize>,
}

/// What an expectation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The refusal of the step.
    Refused(RefusalCode),
    /// When the refused becomes possible.
    PossibleAt,
    /// Whether an opening came to the refund that is in progress already.
    OpenedAgain,
    /// The refund's status.
    Status,
    /// Why it was closed.
    ClosedReason,
    /// The negotiation's status.
    Negotiation,
    /// What is carried out.
    Effective,
    /// The deadlines that run.
    Deadlines,
    /// Whether the operator has been called in.
    Escalated,
    /// What somebody may do.
    Actions(Who),
    /// What stands against any offer, or against the one that was asked about.
    Objections,
    /// The terms that a prepared offer comes to.
    ComesTo,
    /// When an offer made now would end.
    OfferExpires,
    /// What happens from here on if nobody acts, reminders aside.
    IfNobodyActs,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The seller of the refund.
    Seller,
    /// The buyer of the refund.
    Buyer,
    /// Whoever runs the platform.
    Operator,
    /// The marketplace's back end.
    Platform,
    /// A seller to whom the refund is none of their business.
    AnotherSeller,
    /// A buyer to whom the refund is none of their business.
    AnotherBuyer,
}

impl Who {
    /// How a story names them.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Buyer => "buyer",
            Self::Operator => "operator",
            Self::Platform => "platform",
            Self::AnotherSeller => "another seller",
            Self::AnotherBuyer => "another buyer",
        }
    }

    /// Their id as a seller or buyer; for the others whatever names them.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Seller => "seller-dented-bin",
            Self::Buyer => "buyer-wu",
            Self::Operator => "operator",
            Self::Platform => "platform",
            Self::AnotherSeller => "seller-another",
            Self::AnotherBuyer => "buyer-another",
        }
    }

    /// In what capacity they act.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Seller | Self::AnotherSeller => Role::Seller,
            Self::Buyer | Self::AnotherBuyer => Role::Buyer,
            Self::Operator => Role::Operator,
            Self::Platform => Role::Platform,
        }
    }

    /// Them, as the core knows them.
    #[must_use]
    pub fn actor(self) -> Actor {
        Actor::new(self.role(), self.id(), Via::User("story".to_owned()))
    }
}

impl FromStr for Who {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Ok(match text {
            "seller" => Self::Seller,
            "buyer" => Self::Buyer,
            "operator" => Self::Operator,
            "platform" => Self::Platform,
            "another seller" => Self::AnotherSeller,
            "another buyer" => Self::AnotherBuyer,
            other => {
                let expected = &["seller", "buyer", "operator", "platform", "another seller", "another buyer"];
                return Err(UnknownName { given: other.to_owned(), expected });
            }
        })
    }
}
