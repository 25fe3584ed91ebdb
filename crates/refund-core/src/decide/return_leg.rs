//! The return leg (R24).

use super::case::{Case, Decision};
use crate::agreement::payment;
use crate::{Agreed, Fact, Label, Reason, Shipment, Timer};

pub(super) fn ship(case: &Case<'_>, carrier: &Label, tracking_number: &Label) -> Decision {
    let policy = case.grounds.policy;
    let shipment =
        Shipment { carrier: carrier.clone(), tracking_number: tracking_number.clone(), shipped_at: case.now };
    let confirm = Timer::running(case.now, policy.seller_confirm_seconds, &policy.reminders_seconds);
    Ok(vec![Fact::ReturnShipped { shipment, confirm }])
}

/// Sending the same again is no correction and no event.
pub(super) fn correct(shipment: &Shipment, carrier: &Label, tracking_number: &Label) -> Decision {
    if shipment.carrier == *carrier && shipment.tracking_number == *tracking_number {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::TrackingCorrected { carrier: carrier.clone(), tracking_number: tracking_number.clone() }])
}

pub(super) fn confirm(agreed: &Agreed) -> Decision {
    Ok(vec![Fact::ReceiptConfirmed, payment(agreed)])
}

pub(super) fn waive(agreed: &Agreed) -> Decision {
    Ok(vec![Fact::ReturnWaived, payment(agreed)])
}

pub(super) fn refuse(case: &Case<'_>, reason: &Reason) -> Decision {
    let policy = case.grounds.policy;
    let respond = Timer::running(case.now, policy.buyer_respond_seconds, &policy.reminders_seconds);
    Ok(vec![Fact::ReceiptRefused { reason: reason.clone(), respond }])
}
