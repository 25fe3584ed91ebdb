//! What is told of notices.

use refund_core::{Notice, NoticeChannel, Reason, RefundId, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::notice::NoticeId;
use crate::wire::refund::DeadlineOut;

/// A notice that is to be sent: to whom, and of what. How its reader is reached is asked for with the refund.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeRequestedData {
    notice_id: String,
    /// `buyer`, `seller` or `operator`.
    to: Role,
    /// Of which events of the refund it tells, by their numbers.
    about: Vec<u64>,
    /// The deadlines that it has to name.
    deadlines: Vec<DeadlineOut>,
    /// Notices that need not be sent any more, because this one stands for them.
    replaces: Vec<String>,
}

/// What a channel said of a notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeReportedData {
    notice_id: String,
    /// `buyer`, `seller` or `operator`.
    to: Role,
    channel: NoticeChannel,
    /// Why it failed, in the channel's words: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

fn id(refund_id: &RefundId, number: u64) -> String {
    NoticeId { refund_id: refund_id.clone(), number }.to_string()
}

pub(super) fn requested(refund_id: &RefundId, number: u64, notice: &Notice) -> NoticeRequestedData {
    NoticeRequestedData {
        notice_id: id(refund_id, number),
        to: notice.to,
        about: notice.about.clone(),
        deadlines: notice.deadlines.iter().copied().map(DeadlineOut::from).collect(),
        replaces: notice.replaces.iter().map(|replaced| id(refund_id, *replaced)).collect(),
    }
}

pub(super) fn reported(
    refund_id: &RefundId,
    number: u64,
    to: Role,
    channel: NoticeChannel,
    reason: Option<&Reason>,
) -> NoticeReportedData {
    NoticeReportedData { notice_id: id(refund_id, number), to, channel, reason: reason.cloned() }
}
