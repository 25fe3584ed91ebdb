//! Notices in JSON: what they are called, and what became of them.

use std::collections::BTreeMap;

use refund_core::{
    Event, Fact, Notice, NoticeChannel, NoticeReport, NoticeResult, NoticeStatus, Reason, RefundId, Role, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refund::DeadlineOut;

/// What begins the name of a notice.
const PREFIX: &str = "ntc_";

/// What a notice is called outside: its refund, and its name there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoticeId {
    pub(crate) refund_id: RefundId,
    pub(crate) number: u64,
}

impl std::fmt::Display for NoticeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PREFIX}{}-{}", self.refund_id, self.number)
    }
}

impl std::str::FromStr for NoticeId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (refund_id, digits) = text.strip_prefix(PREFIX).and_then(|id| id.rsplit_once('-')).ok_or(())?;
        let number = digits.parse().map_err(|_| ())?;
        let id = Self { refund_id: refund_id.parse().map_err(|_| ())?, number };
        if id.to_string() == text { Ok(id) } else { Err(()) }
    }
}

/// A notice, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeOut {
    id: String,
    refund_id: RefundId,
    /// To whom it is: `buyer`, `seller` or `operator`.
    to: Role,
    status: NoticeStatus,
    /// Of which events of the refund it tells, by their numbers.
    about: Vec<u64>,
    /// The deadlines that it names.
    deadlines: Vec<DeadlineOut>,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When a channel said what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_at: Option<Timestamp>,
    /// Which channel did.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<NoticeChannel>,
    /// Why it failed, in the channel's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// The notice that stands for it, and for which this one need not be sent any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
}

impl NoticeOut {
    /// All notices of a refund by their names, out of what happened to it, in order.
    pub(crate) fn all<'e>(history: impl IntoIterator<Item = &'e Event>) -> BTreeMap<u64, Self> {
        let mut all: BTreeMap<u64, Self> = BTreeMap::new();
        for event in history {
            let mut report = |number: &u64, status, channel: NoticeChannel, reason: Option<&Reason>| {
                if let Some(notice) = all.get_mut(number) {
                    notice.status = status;
                    notice.channel = Some(channel);
                    notice.reason = reason.cloned();
                    notice.reported_at = Some(event.at);
                }
            };
            if let Fact::NoticeAccepted { number, channel, .. } = &event.fact {
                report(number, NoticeStatus::Accepted, *channel, None);
            } else if let Fact::NoticeFailed { number, channel, reason, .. } = &event.fact {
                report(number, NoticeStatus::Failed, *channel, reason.as_ref());
            } else if let Fact::NoticeRequested { notice } = &event.fact {
                let requested = Self::requested(event, notice);
                for number in &notice.replaces {
                    if let Some(before) = all.get_mut(number) {
                        before.replaced_by = Some(requested.id.clone());
                    }
                }
                all.insert(notice.number(event.sequence), requested);
            }
        }
        all
    }

    fn requested(event: &Event, notice: &Notice) -> Self {
        Self {
            id: NoticeId { refund_id: event.refund_id.clone(), number: notice.number(event.sequence) }.to_string(),
            refund_id: event.refund_id.clone(),
            to: notice.to,
            status: NoticeStatus::Queued,
            about: notice.about.clone(),
            deadlines: notice.deadlines.iter().copied().map(DeadlineOut::from).collect(),
            requested_at: event.at,
            reported_at: None,
            channel: None,
            reason: None,
            replaced_by: None,
        }
    }

    /// What became of it.
    pub(crate) fn status(&self) -> NoticeStatus {
        self.status
    }

    /// Whether nobody has said what became of it, and no other one stands for it.
    pub(crate) fn is_open(&self) -> bool {
        self.status == NoticeStatus::Queued && !self.is_replaced()
    }

    /// Whether another one stands for it.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced_by.is_some()
    }

    /// What it is called.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

/// What the platform's gateway says of a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeReportIn {
    result: NoticeResult,
    /// Why it failed, in the gateway's words.
    #[serde(default)]
    reason: Option<Reason>,
}

impl NoticeReportIn {
    pub(crate) fn read(self, number: u64) -> NoticeReport {
        NoticeReport { number, channel: NoticeChannel::Gateway, result: self.result, reason: self.reason }
    }
}
