//! What the server sends by itself: the messages of webhooks, and what their receivers answer.

use serde_json::{Value, json};

/// The section of the contract that lists them.
///
/// All events are one message, whose `data` is a union like everywhere else: a receiver has one address for them.
pub(super) fn section() -> Value {
    json!({
        "event": { "post": message(
            "receive_event", "EventMessage", "Tells an endpoint of an event that it wants to be told of.",
            "It arrives at least once, and in any order: `webhook-id` is the same each time, and `sequence` in `data` \
             is the order within a refund.",
        ) },
        "ping": { "post": message(
            "receive_ping", "PingMessage", "Tries whether messages arrive.",
            "It is sent once, when `POST /v1/webhooks/{id}/ping` asks for it, and never again.",
        ) },
    })
}

fn message(id: &str, schema: &str, summary: &str, description: &str) -> Value {
    let header = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "header", "required": true, "description": description, "schema": schema });
    json!({
        "operationId": id, "tags": ["webhook messages"], "summary": summary, "description": description,
        "parameters": [
            header("webhook-id", "The message's id, the same each time that it is sent.",
                json!({ "type": "string", "pattern": "^msg_" })),
            header("webhook-timestamp", "When it was sent, in seconds since 1970.",
                json!({ "type": "string", "pattern": "^[0-9]+$" })),
            header("webhook-signature", "One signature or two, parted by a space, as the Standard Webhooks specification has them.",
                json!({ "type": "string", "pattern": "^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)?$" })),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
        },
        "responses": {
            "2XX": { "description": "It was taken." },
            "410": { "description": "The endpoint is gone for ever: it is switched off." },
            "default": { "description": "It was not taken, and an event is sent again later; after `Retry-After` where that asks for it." },
        },
        "security": [{}],
    })
}
