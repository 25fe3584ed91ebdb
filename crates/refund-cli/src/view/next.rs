//! What can be done next, as commands that can be typed.

use crate::model::Refund;

/// What this key may do now, as the server says, in commands.
pub(crate) fn commands(refund: &Refund) -> Vec<String> {
    refund.actions.iter().map(|action| command(action, &refund.id)).collect()
}

/// One action as a command that can be typed.
pub(crate) fn command(action: &str, id: &str) -> String {
    let needs = match action {
        "make_offer" => " --type TYPE --amount AMOUNT",
        "modify" => " --type TYPE --amount AMOUNT --reason TEXT",
        "refuse" | "escalate" | "refuse_receipt" => " --reason TEXT",
        "ship" => " --carrier NAME --tracking-number NUMBER",
        "rule" => " --decision REFUND|CLOSE [--amount AMOUNT] --reason TEXT",
        "extend" => " [--deadline KIND] --to WHEN",
        "report_payout" => " succeeded|failed|reversed",
        _ => "",
    };
    format!("refund {} {id}{needs}", words(action))
}

/// What this desk calls an action.
pub(crate) fn words(action: &str) -> String {
    match action {
        "make_offer" => "offer".to_owned(),
        "report_payout" => "payout report".to_owned(),
        "retry_payout" => "payout retry".to_owned(),
        other => other.trim_end_matches("_offer").replace('_', "-"),
    }
}

/// What one would look at after having changed a refund.
pub(crate) fn after(refund: &Refund) -> String {
    format!("Next: refund explain {}", refund.id)
}
