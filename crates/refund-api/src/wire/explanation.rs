//! Why a refund stands where it stands, in JSON, and what comes of it.

use refund_core::{
    Actor, CommandKind, Disclosed, EventType, Explained, Foretold, Role, Rule, StatusKind, Timestamp, Whose,
};
use refund_store::Prospect;
use serde::Serialize;
use utoipa::ToSchema;

use super::code::Code;
use super::event::{EventData, EventOut};
use super::notice::NoticeId;
use super::options::ObjectionOut;
use super::refund::RefundOut;

/// A refund, explained.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationOut {
    pub(crate) refund: RefundOut,
    pub(crate) so_far: Vec<HappenedOut>,
    /// Where `so_far` goes on, if it does.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
    pub(crate) if_nobody_acts: Vec<ForetoldOut>,
    pub(crate) actions: Vec<ActionOut>,
}

/// Something that happened, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HappenedOut {
    #[serde(flatten)]
    event: EventOut,
    rules: Vec<RuleOut>,
    status_after: StatusKind,
    /// Where silence decided at a deadline that needs one: the notice by which its party knew of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    told_by: Option<ToldByOut>,
}

/// A notice that was accepted, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToldBy)]
struct ToldByOut {
    notice_id: String,
    accepted_at: Timestamp,
}

/// Something that happens if nobody acts, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForetoldOut {
    at: Timestamp,
    #[serde(rename = "type")]
    event_type: EventType,
    rules: Vec<RuleOut>,
    status_after: StatusKind,
    #[schema(value_type = Object)]
    data: EventData,
}

/// A rule that something follows from, and what it says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppliedRule)]
struct RuleOut {
    id: Rule,
    says: &'static str,
}

/// A command, and whether it is possible now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionOut {
    action: CommandKind,
    who: Role,
    possible: bool,
    /// What stands against it, as trying it would be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// When waiting will have helped; null where it won't.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Timestamp>)]
    possible_at: Option<Option<Timestamp>>,
}

impl ActionOut {
    fn new(action: CommandKind, who: Role, against: Option<ObjectionOut>) -> Self {
        let possible = against.is_none();
        let (code, rule, detail, possible_at) = against.map_or((None, None, None, None), |against| {
            let ObjectionOut { code, rule, detail, possible_at } = against;
            (Some(code), Some(rule), Some(detail), Some(possible_at))
        });
        Self { action, who, possible, code, rule, detail, possible_at }
    }
}

impl HappenedOut {
    /// An event under its id, which is the one that is explained, and whose it is.
    pub(crate) fn new(id: String, event: Disclosed<'_>, whose: &Whose, explained: &Explained) -> Self {
        let told_by = explained.told_by.map(|notice| ToldByOut {
            notice_id: NoticeId { refund_id: event.refund_id().clone(), number: notice.number }.to_string(),
            accepted_at: notice.at,
        });
        let (rules, status_after) = (rules(explained), explained.status_after);
        Self { event: EventOut::new(id, event, whose), rules, status_after, told_by }
    }
}

impl ForetoldOut {
    /// What is foretold, as far as that role may know it.
    fn new(foretold: &Foretold, to: Role, whose: &Whose) -> Option<Self> {
        let (event, explained) = (foretold.disclosed_to(to)?, foretold.explained());
        Some(Self {
            at: event.at(),
            event_type: event.event_type(),
            rules: rules(explained),
            status_after: explained.status_after,
            data: EventData::new(event, whose),
        })
    }
}

/// What comes of a refund, as told to a role.
pub(crate) fn prospect_out(prospect: &Prospect, to: Role, whose: &Whose) -> (Vec<ForetoldOut>, Vec<ActionOut>) {
    let foretold = prospect.if_nobody_acts.iter().filter_map(|foretold| ForetoldOut::new(foretold, to, whose));
    let actions = prospect.actions.iter().flat_map(|(Actor { role: who, .. }, actions)| {
        actions.iter().map(|action| ActionOut::new(action.kind, *who, action.against.as_ref().map(ObjectionOut::from)))
    });
    (foretold.collect(), actions.collect())
}

fn rules(explained: &Explained) -> Vec<RuleOut> {
    explained.rules.iter().map(|rule| RuleOut { id: *rule, says: rule.says() }).collect()
}
