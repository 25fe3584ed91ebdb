//! What a channel says of a notice: no command, because it changes nothing about the refund and goes in every status.

use super::case::permitted;
use crate::{Actor, Event, Fact, NoticeReport, NoticeResult, Refund, Refusal, Role, Timestamp};

/// Takes down what a channel says of a notice (R41). Nothing where the refund waits for no word on it: it was reported
/// before, another notice stands for it, or there never was one of that name.
///
/// # Errors
/// [`Refusal::NotYourRole`] where neither the platform's gateway, the operator nor the server itself reports.
pub fn report_notice(
    refund: &Refund,
    actor: &Actor,
    report: &NoticeReport,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    permitted(refund, actor, &[Role::Platform, Role::Operator, Role::System])?;
    let Some(queued) = refund.notices.get(report.number) else { return Ok(Vec::new()) };
    let (number, to, channel) = (report.number, queued.notice.to, report.channel);
    let fact = match report.result {
        NoticeResult::Accepted => Fact::NoticeAccepted { number, to, channel },
        NoticeResult::Failed => Fact::NoticeFailed { number, to, channel, reason: report.reason.clone() },
    };
    Ok(refund.next_events([fact], actor, now, now))
}
