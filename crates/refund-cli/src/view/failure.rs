//! What is told where something was not done: why, by which rule, when it would be, and what to do next.

use crate::failure::{Failure, Problem};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::time::{Instant, absolute, both};

/// What went wrong, for standard error.
///
/// `other` is a profile whose key may do it, where this one's may not; `listed` is the command that lists
/// what was asked for.
pub(crate) fn in_words(
    failure: &Failure,
    now: Option<Instant>,
    other: Option<&str>,
    listed: &str,
    out: &Output,
) -> String {
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
        Failure::Problem(problem) => format!("{refund} {}", problem_told(problem, now, other, listed)),
    }
}

fn where_to_look(url: &str, detail: &str) -> &'static str {
    let tls = ["certificate", "tls", "TLS", "InvalidMessage", "corrupt"].iter().any(|word| detail.contains(word));
    match (url.starts_with("https:"), tls) {
        (true, true) => "is its certificate known to this machine, and does it speak https there?",
        _ => "is the server running, and is the address right?  refund profile list",
    }
}

fn problem_told(problem: &Problem, now: Option<Instant>, other: Option<&str>, listed: &str) -> String {
    let Problem { detail, code, rule, errors, possible_at, refund, request_id, .. } = problem;
    let kind = match problem.status {
        409 | 412 | 422 => "refused: ",
        _ => "",
    };
    let by = rule.as_ref().map(|rule| format!(", rule {rule}")).unwrap_or_default();
    let mut text = format!("{kind}{detail} ({code}{by})");
    for place in errors {
        text += &format!("\n  {}", place.in_words());
    }
    if let Some(at) = possible_at {
        let when = now.map_or_else(|| absolute(at), |now| both(at, now));
        text += &format!("\n  possible: {when}");
    }
    if let Some(refund) = refund {
        text += &format!("\n  the refund is {}, version {}", refund.status, refund.version);
    }
    for line in what_to_do(problem, other, listed) {
        text += &format!("\n  {line}");
    }
    if problem.status >= 500 {
        text += &format!("\n  the server's log has it under {request_id}");
    }
    text
}

/// What to do about it: as a command where this desk has one, else in the server's words.
fn what_to_do(problem: &Problem, other: Option<&str>, listed: &str) -> Vec<String> {
    let Problem { remedy, refund, refund_id, allowed, .. } = problem;
    let id = refund.as_ref().map(|refund| &refund.id).or(refund_id.as_ref());
    let own = match (problem.code.as_str(), id) {
        ("version_moved", Some(id)) => format!("look at what changed, and decide again: refund show {id}"),
        ("settings_moved", _) => "somebody else changed them since they were read here; \
             the same command again reads them anew and changes what they are now"
            .to_owned(),
        ("unauthenticated", _) => {
            "is the key revoked or cut short, or was the demo made anew?  refund profile add NAME …".to_owned()
        }
        ("not_your_role", _) if !allowed.is_empty() => role_needed(allowed, other),
        ("not_found", _) => format!("check the id: {listed}; and whose key it is: refund profile list"),
        // What the server says to that is for those who write JSON.
        ("malformed_body" | "malformed_query" | "malformed_header", _) => "mend that and try again".to_owned(),
        (code, id) => {
            let then = id.map(|id| if code == "refund_in_progress" { "show" } else { "explain" }.to_owned() + " " + id);
            let then = then.map(|then| format!("next: refund {then}"));
            let lines: Vec<String> = remedy.clone().into_iter().chain(then).collect();
            return if lines.is_empty() { vec!["next: send the same again later".to_owned()] } else { lines };
        }
    };
    vec![format!("next: {own}")]
}

/// Whose key it takes, and under which name this machine has one.
fn role_needed(allowed: &[String], other: Option<&str>) -> String {
    let whose = allowed.iter().map(|role| match role.as_str() {
        "buyer" => "the platform's key, which acts for buyers".to_owned(),
        role => format!("the {role}'s key"),
    });
    let whose = whose.collect::<Vec<_>>().join(" or ");
    match other {
        Some(profile) => format!("this takes {whose}: the same with --profile {profile}"),
        None => format!("this takes {whose}: --profile NAME, see refund profile list"),
    }
}
