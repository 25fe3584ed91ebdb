//! What events about the payout say beside their type.

use refund_core::{Label, LineId, OrderId, Reason, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::MoneyOut;

/// All that the payment adapter needs to pay.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutStartedData {
    pub(super) amount: MoneyOut,
    pub(super) order_id: OrderId,
    pub(super) line_id: LineId,
    /// Counted from 1; never told to the buyer.
    #[schema(required)]
    pub(super) attempt: Option<u32>,
    /// By which the provider knows the attempt, so that asking twice pays once; never told to the buyer.
    #[schema(required)]
    pub(super) attempt_key: Option<String>,
    /// By when it should be reported on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) report_by: Option<Timestamp>,
}

/// How much was paid, and by which attempt; a buyer is told neither the attempt nor what the provider calls it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaidData {
    pub(super) amount: MoneyOut,
    #[schema(required)]
    pub(super) attempt: Option<u32>,
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}

/// Which attempt failed, and why in the provider's words; a buyer is told that it failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutFailedData {
    #[schema(required)]
    pub(super) attempt: Option<u32>,
    #[schema(required)]
    pub(super) reason: Option<Reason>,
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}

/// Which attempt's money came back, how much, and why in the provider's words; a buyer is told how much.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutReversedData {
    pub(super) amount: MoneyOut,
    #[schema(required)]
    pub(super) attempt: Option<u32>,
    #[schema(required)]
    pub(super) reason: Option<Reason>,
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}
