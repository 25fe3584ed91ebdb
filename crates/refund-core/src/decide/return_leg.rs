//! The return leg (R24).

use super::case::{Case, Decision};
use super::reason::stated;
use crate::agreement::payment;
use crate::{Agreed, Fact, Label, ReasonFor, Shipment, Timer, Why};

pub(super) fn ship(case: &Case<'_>, carrier: &Label, tracking_number: &Label) -> Decision {
    let policy = case.grounds.policy;
    let shipment =
        Shipment { carrier: carrier.clone(), tracking_number: tracking_number.clone(), shipped_at: case.now };
    let confirm = Timer::of_party(case.now, policy.seller_confirm_seconds, policy);
    Ok(vec![Fact::ReturnShipped { shipment, confirm }])
}

/// Sending the same again is no correction and no event.
pub(super) fn correct(case: &Case<'_>, carrier: &Label, tracking_number: &Label) -> Decision {
    let is_same = |shipment: &Shipment| shipment.carrier == *carrier && shipment.tracking_number == *tracking_number;
    if case.refund.shipment.as_ref().is_some_and(is_same) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::TrackingCorrected { carrier: carrier.clone(), tracking_number: tracking_number.clone() }])
}

pub(super) fn confirm(case: &Case<'_>, agreed: &Agreed) -> Decision {
    Ok(vec![Fact::ReceiptConfirmed, payment(agreed, case.now, case.grounds.policy)])
}

pub(super) fn waive(case: &Case<'_>, agreed: &Agreed) -> Decision {
    Ok(vec![Fact::ReturnWaived, payment(agreed, case.now, case.grounds.policy)])
}

pub(super) fn refuse(case: &Case<'_>, reason: &Why) -> Decision {
    let policy = case.grounds.policy;
    stated(case, ReasonFor::RefuseReceipt, reason)?;
    let respond = Timer::of_party(case.now, policy.buyer_respond_seconds, policy);
    Ok(vec![Fact::ReceiptRefused { reason: reason.clone(), respond }])
}
