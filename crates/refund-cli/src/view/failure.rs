//! What is told where something was not done: why, by which rule, when it would be, and what to do next.

use crate::failure::{Failure, Problem};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::time::{Instant, absolute, both};

/// What went wrong, for standard error.
pub(crate) fn told(failure: &Failure, now: Option<Instant>, out: &Output) -> String {
    let refund = out.painted(Tone::Bad, "refund:");
    match failure {
        Failure::ReaderGone => String::new(),
        Failure::Usage(text) | Failure::Broken(text) | Failure::Partly(text) => format!("{refund} {text}"),
        Failure::Unreachable { url, detail } => {
            format!("{refund} no answer from {url}: {detail}\n  nothing was changed; {}", where_to_look(url, detail))
        }
        Failure::Foreign { url, detail } => format!(
            "{refund} {url} is no refund server: {detail}\n  \
             is the address right, and does a proxy stand before it?  refund profile list"
        ),
        Failure::Unknown { detail, repeat } => format!(
            "{refund} the answer was lost: {detail}\n  it is unknown whether this was carried out; \
             to know, repeat it: with its key it is done once at the most\n  {repeat}"
        ),
        Failure::Problem(problem) => format!("{refund} {}", problem_told(problem, now)),
    }
}

fn where_to_look(url: &str, detail: &str) -> &'static str {
    let tls = ["certificate", "tls", "TLS", "InvalidMessage", "corrupt"].iter().any(|word| detail.contains(word));
    match (url.starts_with("https:"), tls) {
        (true, true) => "is its certificate known to this machine, and does it speak https there?",
        _ => "is the server running, and is the address right?  refund profile list",
    }
}

fn problem_told(problem: &Problem, now: Option<Instant>) -> String {
    let Problem { detail, code, rule, errors, possible_at, refund, page, request_id, .. } = problem;
    let kind = match problem.status {
        409 | 412 | 422 => "refused: ",
        _ => "",
    };
    let by = rule.as_ref().map(|rule| format!(", rule {rule}")).unwrap_or_default();
    let mut text = format!("{kind}{detail} ({code}{by})");
    for place in errors {
        text += &format!("\n  {}", place.told());
    }
    if let Some(at) = possible_at {
        let when = now.map_or_else(|| absolute(at), |now| both(at, now));
        text += &format!("\n  possible: {when}");
    }
    if let Some(refund) = refund {
        text += &format!("\n  the refund is {}, version {}", refund.status, refund.version);
    }
    text += &format!("\n  next: {}", next(problem));
    if problem.status >= 500 {
        text += &format!("\n  the server's log has it under {request_id}");
    }
    if problem.status >= 400 && !page.is_empty() && matches!(problem.status, 409 | 412 | 422) {
        text += &format!("\n  more: {page}");
    }
    text
}

/// What to do about it. The server's own remedy comes first.
fn next(problem: &Problem) -> String {
    let Problem { remedy, refund, refund_id, allowed, .. } = problem;
    let id = refund.as_ref().map(|refund| &refund.id).or(refund_id.as_ref());
    match (problem.code.as_str(), id) {
        ("refund_in_progress", Some(id)) => return format!("refund show {id}"),
        ("version_moved", Some(id)) => return format!("look at what changed, and decide again: refund show {id}"),
        ("unauthenticated", _) => {
            return "is the key revoked or cut short, or was the demo made anew?  refund profile add NAME …".to_owned();
        }
        ("not_your_role", _) if !allowed.is_empty() => {
            let whose = allowed.iter().map(|role| match role.as_str() {
                "buyer" => "the platform, which acts for buyers",
                other => other,
            });
            let whose = whose.collect::<Vec<_>>().join(" or ");
            return format!("this takes a key of {whose}: --profile NAME, see refund profile list");
        }
        ("not_found", _) => {
            return "check the id, and that the key may know of it: refund list, refund profile list".to_owned();
        }
        _ => {}
    }
    match (remedy, id) {
        (Some(remedy), _) => remedy.clone(),
        (None, Some(id)) => format!("refund explain {id}"),
        (None, None) if problem.status < 500 => "mend that and try again".to_owned(),
        (None, None) => "send the same again later".to_owned(),
    }
}
