//! What the contract says of the server as a whole.

use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
A seller may once propose other terms for a refund that a buyer has asked for; the buyer answers, and silence has \
a meaning that both know beforehand.

- **Who you are**: `Authorization: Bearer` with an API key, or with the token of a buyer's link. What isn't yours \
looks like what isn't there (404).
- **Safe to send again**: `Idempotency-Key` on every POST that lists it, which is every one that does something once.
- **Nobody decides on what has changed meanwhile**: a seller's or operator's command names the refund's version in \
`If-Match`.
- **Money** is a currency and a decimal string; **instants** are RFC 3339 in UTC; **ids** are opaque.
- **A no** is `application/problem+json` with a stable `code`, a `remedy` and, where waiting helps, `possible_at`. \
It changes nothing. `x-codes` lists every code.
- **Answers may grow**: expect members, names and codes that you don't know yet. Requests are read strictly.";

/// What the operations are grouped by, in the order in which somebody new reads them.
const TAGS: &[(&str, &str)] = &[
    ("refunds", "What a buyer asks for, and what its seller says to it."),
    ("negotiation", "The seller's one offer of other terms, and the buyer's answer."),
    ("returns", "Goods on their way back."),
    ("disputes", "The operator is called in, and rules."),
    ("payouts", "What the payment adapter reports."),
    ("evidence", "Files that show what somebody says."),
    ("erasure", "What is known of people is taken out of a refund for good."),
    ("messages", "What the people around a refund write to each other."),
    ("notices", "Who was told of what concerns them, and what became of it."),
    ("events", "Everything that happened, in order, once."),
    ("statistics", "What came of the offers, in numbers."),
    ("sellers", "Who sells, and where their goods go back to."),
    ("settings", "The policy, and to which sellers negotiation is open."),
    (
        "webhooks",
        "Endpoints that are told of events, by the Standard Webhooks specification, and what was sent to them.",
    ),
    // Of a name of its own: generators make a file of each tag, and two of one name are one.
    ("webhook messages", "What is sent to an endpoint."),
    ("keys", "API keys: made, listed, revoked."),
    ("audit", "Who changed which setting, who ruled, who signed in and who was not let in."),
    ("test clock", "There only where the server was started with one, as in the demo."),
    ("server", "The server itself: its health, its pages, this contract."),
];

/// Puts it at the document's top.
pub(super) fn put(document: &mut Map<String, Value>, base: &str) {
    let tags: Vec<_> = TAGS.iter().map(|(name, says)| json!({ "name": name, "description": says })).collect();
    let head = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Refund negotiation engine",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Sellers and buyers agree on other terms for a refund, by rules that both know.",
            "description": DESCRIPTION,
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": base }],
        "tags": tags,
    });
    if let Value::Object(head) = head {
        document.extend(head);
    }
}

/// How callers say who they are.
pub(super) fn security_schemes() -> Value {
    json!({
        "key": {
            "type": "http", "scheme": "bearer",
            "description": "An API key. Its role is `operator`, `platform` (the marketplace's back end) or `seller`; \
                            each operation lists the roles that may call it.",
        },
        "link": {
            "type": "http", "scheme": "bearer",
            "description": "The token of a buyer's link. It opens one refund.",
        },
    })
}
