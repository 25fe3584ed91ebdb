//! What is told of a parcel on its way back.

use refund_core::{Label, Shipment, Timer, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// How the parcel is traced.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReturnShippedData {
    carrier: Label,
    tracking_number: Label,
    /// Whether it was on its way already, and only this was wrong.
    corrected: bool,
    /// There where it was not: a correction moves no deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_confirms_by: Option<Timestamp>,
}

pub(super) fn shipped(shipment: &Shipment, confirm: &Timer) -> ReturnShippedData {
    ReturnShippedData {
        carrier: shipment.carrier.clone(),
        tracking_number: shipment.tracking_number.clone(),
        corrected: false,
        seller_confirms_by: Some(confirm.by),
    }
}

pub(super) fn corrected(carrier: &Label, tracking_number: &Label) -> ReturnShippedData {
    let (carrier, tracking_number) = (carrier.clone(), tracking_number.clone());
    ReturnShippedData { carrier, tracking_number, corrected: true, seller_confirms_by: None }
}
