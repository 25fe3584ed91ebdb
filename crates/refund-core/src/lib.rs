#![doc = include_str!("../README.md")]

mod actions;
mod actor;
mod address_book;
mod agreement;
mod audit;
mod checked;
mod command;
mod contact;
mod deadline;
mod decide;
mod disclosure;
mod erasure;
mod event;
mod evidence;
mod evolve;
mod explain;
mod grounds;
mod id;
mod image_url;
mod ledger;
mod mail_contact;
mod message;
mod money;
mod names;
mod negotiation;
mod notice;
mod objections;
mod open;
#[cfg(feature = "openapi")]
mod openapi;
mod options;
mod payout;
pub mod policy;
mod reasons;
mod references;
mod refund;
mod refusal;
pub mod rollout;
mod rules;
mod saved_offer;
#[cfg(feature = "openapi")]
mod schema;
mod settle;
mod status;
mod telling;
mod terms;
mod text;
mod time;
mod url_text;
mod why;
mod without;

pub use actions::{Action, actions, all_actions, outcome};
pub use actor::{Actor, Role, Via};
pub use address_book::{ADDRESSES_MAX, AddressBook, InvalidAddressBook};
pub use audit::AuditType;
pub use command::{Command, CommandKind, MakeOffer, PayoutReport, PayoutResult, Ruling};
pub use contact::{Contact, EmailAddress, InvalidContact, LanguageTag, PhoneNumber, TimeZoneName};
pub use deadline::{AcceptedNotice, Deadline, DeadlineKind, ExtendedBecause, NeededNotice, OnSilence, Timer, Watch};
pub use decide::{add_evidence, decide, erase, erase_evidence, erased_by, post, report_notice};
pub use disclosure::{Disclosed, DisclosedActor, DisclosedPayout, DisclosedTerms};
pub use erasure::{Erased, ErasedBecause, ErasedKind, Erasing};
pub use event::{Event, EventType, Fact};
pub use evidence::{
    AddedFile, EVIDENCE_MAX, Erasure, Evidence, EvidenceFile, EvidenceType, FileHash, FileName, FileSize, InvalidFile,
    InvalidFileHash, NamedFiles,
};
pub use evolve::{evolve, opened, replay, status_after};
pub use explain::{Explained, Foretold, explain, foretell};
pub use grounds::Grounds;
pub use id::{
    AddressId, BuyerId, ExternalReference, ID_LEN_MAX, InvalidId, LineId, NegotiationId, OrderId, RefundId, SellerId,
    is_id,
};
pub use image_url::{ImageUrl, InvalidImageUrl};
pub use ledger::LineLedger;
pub use mail_contact::{InvalidMailContacts, MailContact, MailContacts, NoticeKind};
pub use message::{
    Attachment, AttachmentUrl, Attachments, InvalidAttachment, MESSAGES_MAX, MediaType, Message, MessageCounts,
    Sha256Hex,
};
pub use money::{Currency, InvalidMoney, Money};
pub use names::UnknownName;
pub use negotiation::{Negotiation, NegotiationState, NegotiationStatus, Offer, WithdrawnReason};
pub use notice::{
    NOTICE_LEAP, Notice, NoticeChannel, NoticeReport, NoticeResult, NoticeStatus, QueuedNotice, QueuedNotices,
};
pub use open::{Line, Opened, open};
pub use options::{Options, TypeOption, check_offer, options};
pub use payout::{PAYOUT_ATTEMPTS_MAX, Payout, PayoutAttempt, PayoutStatus, attempt_key};
pub use policy::{FreshGoods, PayoutMode, Policy, PolicyField, PolicyOverrides};
pub use reasons::{InvalidReasons, ListedReason, ReasonText, Reasons};
pub use references::{InvalidMetadata, Metadata, MetadataEntry, MetadataName, References};
pub use refund::{Refund, Whose};
pub use refusal::{LineField, Refusal, RefusalCode};
pub use rollout::{Because, Rollout, Verdict};
pub use rules::Rule;
pub use saved_offer::{InvalidShare, SAVED_OFFERS_MAX, SavedAmount, SavedOffer, Share};
pub use settle::settle;
pub use status::{Agreed, ClosedReason, Dispute, Escalation, Shipment, Status, StatusKind};
pub use telling::{GATHERED_WITHIN, READERS};
pub use terms::{Address, Category, LineKey, Opening, OrderLine, RefundType, Request, Terms};
pub use text::{InvalidText, Label, MessageText, OfferMessage, Reason, Text};
pub use time::{InvalidSpan, InvalidTimestamp, Span, Timestamp};
pub use why::{Fault, InvalidReasonCode, ReasonCode, ReasonFor, Why};
