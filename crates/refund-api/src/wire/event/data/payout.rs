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
    pub(super) attempt: u32,
    /// By which the provider knows the attempt, so that asking twice pays once.
    pub(super) attempt_key: String,
    /// By when it should be reported on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) report_by: Option<Timestamp>,
}

/// How much was paid, and by which attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaidData {
    pub(super) amount: MoneyOut,
    pub(super) attempt: u32,
    /// What the provider calls it; never told to the buyer.
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}

/// Which attempt failed, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutFailedData {
    pub(super) attempt: u32,
    /// In the provider's words; never told to the buyer.
    #[schema(required)]
    pub(super) reason: Option<Reason>,
    /// What the provider calls it; never told to the buyer.
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}

/// Which attempt's money came back, how much, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutReversedData {
    pub(super) amount: MoneyOut,
    pub(super) attempt: u32,
    /// In the provider's words; never told to the buyer.
    #[schema(required)]
    pub(super) reason: Option<Reason>,
    /// What the provider calls it; never told to the buyer.
    #[schema(required)]
    pub(super) provider_reference: Option<Label>,
}
