//! What can be done next, as commands that can be typed.

use crate::model::Refund;

/// What this key may do now, as the server says, in commands.
/// One action as a command.
pub(crate) fn commands(refund: &Refund) -> Vec<String> {
    refund.actions.iter().map(|action| command(action, &refund.id)).collect()
}

/// One action as a command.
pub(crate) fn command(action: &str, id: &str) -> String {
    match action {
        "make_offer" => format!("refund offer {id} --type TYPE --amount AMOUNT"),
        "accept_offer" => format!("refund accept {id}"),
        "reject_offer" => format!("refund reject {id}"),
        "withdraw_offer" => format!("refund withdraw {id}"),
        "refuse" => format!("refund refuse {id} --reason TEXT"),
        "modify" => format!("refund modify {id} --type TYPE --amount AMOUNT --reason TEXT"),
        "escalate" => format!("refund escalate {id} --reason TEXT"),
        "ship" => format!("refund ship {id} --carrier NAME --tracking-number NUMBER"),
        "refuse_receipt" => format!("refund refuse-receipt {id} --reason TEXT"),
        "rule" => format!("refund rule {id} --decision REFUND|CLOSE --reason TEXT"),
        "extend" => format!("refund extend {id} --to WHEN"),
        "report_payout" => format!("refund payout report {id} succeeded|failed"),
        "retry_payout" => format!("refund payout retry {id}"),
        other => format!("refund {} {id}", other.replace('_', "-")),
    }
}

/// What one would look at after having changed a refund.
pub(crate) fn after(refund: &Refund) -> String {
    format!("Next: refund explain {}", refund.id)
}
