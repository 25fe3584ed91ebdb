//! What the store refuses, as problems.

use refund_core::{Role, Rule, SAVED_OFFERS_MAX};
use refund_store::{PEOPLE_MAX, Refused, Seen, StoreError};
use serde_json::json;

use super::Problem;
use crate::wire::RefundOut;
use crate::wire::Unusable;
use crate::wire::code::ApiCode;

impl From<Unusable> for Problem {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Place { code, pointer, detail } => Self::at(code, pointer, detail),
            Unusable::Money { code, pointer, detail } => {
                let mut problem = Self::new(code, detail.clone());
                problem.0.rule = Some(Rule::R28);
                problem.pointing(pointer, detail)
            }
            Unusable::NotFound => Self::not_found(),
            Unusable::Refused(refusal) => Self::refused(&refusal, None),
        }
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::new(ApiCode::Internal, error.to_string())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Rule { refusal, seen } => Self::refused(&refusal, seen.map(|seen| shown_to_all(*seen))),
            Refused::NotFound => Self::not_found(),
            Refused::VersionMissing => {
                Self::new(ApiCode::VersionMissing, "If-Match is needed, with the version that the refund was read with")
            }
            Refused::VersionMoved { seen } => {
                let detail = format!("the refund has version {} by now", seen.refund.version);
                let mut problem = Self::new(ApiCode::VersionMoved, detail);
                problem.0.refund = Some(shown_to_all(*seen));
                problem
            }
            Refused::SettingsMoved => Self::new(ApiCode::SettingsMoved, ApiCode::SettingsMoved.meaning()),
            Refused::KeyReused => Self::new(
                ApiCode::IdempotencyKeyReused,
                "this Idempotency-Key was used with another method, path or body",
            ),
            Refused::MoreIsDue { .. } => Self::new(ApiCode::Busy, "more is due than can be settled at once"),
            Refused::TooOften { wait, possible_at } => Self::too_much_written(wait, possible_at),
            Refused::ShutOut => Self::new(ApiCode::Unauthenticated, "this key or person was shut out meanwhile"),
            Refused::RightTaken => Self::not_for_the_team_role(),
            Refused::TooManyPeople => {
                Self::new(ApiCode::Internal, format!("{PEOPLE_MAX} people of the seller can sign in already"))
            }
            Refused::NameTaken => Self::new(ApiCode::Internal, "somebody else is called that"),
            Refused::ShutOutByOperator => Self::new(ApiCode::Internal, "an operator shut that person out"),
            Refused::LastOwner => Self::new(ApiCode::Internal, "nobody of the seller's could do all any more"),
            Refused::TooManySavedOffers => {
                Self::new(ApiCode::TooManySavedOffers, format!("there are {SAVED_OFFERS_MAX} already"))
            }
            Refused::IdTaken => Self::new(ApiCode::Internal, "two refunds were given one id"),
            Refused::NoTestClock => Self::not_found(),
            Refused::ClockGoesBack { now } => {
                Self::new(ApiCode::ClockGoesBack, format!("the test clock stands at {now} and only moves forward"))
                    .with("now", json!(now))
            }
            Refused::Store(error) => Self::from(&*error),
        }
    }
}

/// A refund in a problem: whoever it is for, it says what everybody may know who may see the refund.
fn shown_to_all(seen: Seen) -> RefundOut {
    RefundOut::new(seen, Role::Buyer)
}

/// What is told of a store that can't be reached: why stands in the log, because it may name machines.
pub(crate) const AWAY: &str =
    "the database can't be reached or takes no writes; the server goes on by itself once it does";

impl From<&StoreError> for ApiCode {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Busy { .. } | StoreError::Closed | StoreError::TooSlow { .. } => Self::Busy,
            StoreError::NotRecorded(_) => Self::NotStored,
            StoreError::Unsure(_) => Self::Unsure,
            StoreError::Stopped(_) | StoreError::Lost(_) => Self::Stopped,
            StoreError::NoSuchPosition(_) => Self::MalformedQuery,
            StoreError::OtherHistory => Self::OtherHistory,
            StoreError::Away(_) => Self::NotReady,
            StoreError::Unreadable(_) => Self::Internal,
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let code = ApiCode::from(error);
        if matches!(code, ApiCode::MalformedQuery | ApiCode::OtherHistory) {
            return Self::new(code, error.to_string());
        }
        if code != ApiCode::Busy {
            tracing::error!(%error, "the store could not do it");
        }
        if let StoreError::Away(_) = error {
            return Self::new(code, format!("store: {AWAY}"))
                .with("failing", json!([{ "check": "store", "detail": AWAY }]));
        }
        // What is wrong with a disk is for the log; the caller is told what it means for them.
        Self::new(code, code.meaning())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}
