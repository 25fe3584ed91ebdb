//! What follows from an operation's shape: parameters, headers, and the answers that are a no.

use axum::http::StatusCode;
use refund_core::ID_LEN_MAX;
use serde_json::{Map, Value, json};

use super::codes::response_name;
use super::shape::{Shape, Version, answers_refund};

/// Where an operation stands.
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    /// Whether what is shown there can be replaced there too.
    pub(super) is_replaceable: bool,
}

/// Says of an operation what follows from what it says of itself.
///
/// What is there to be replaced is answered with an `ETag`.
pub(super) fn complete(place: &Place<'_>, operation: &mut Map<String, Value>, schemas: &Value) {
    let &Place { path, method, is_replaceable } = place;
    let shape = Shape::of(path, method, operation);
    let is_tagged = method == "get" && (is_replaceable || shape.answers_refund);
    add_parameters(path, &shape, operation);
    if is_tagged {
        spare_what_is_known(operation);
    }
    if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
        // A body in which nothing is needed may be left out.
        let is_required = needs_something(body, schemas);
        body.insert("required".to_owned(), json!(is_required));
    }
    let Some(answers) = operation.entry("responses").or_insert(json!({})).as_object_mut() else { return };
    for status in shape.refusals() {
        answers.entry(status.as_str()).or_insert(json!({}));
    }
    for (status, answer) in answers.iter_mut() {
        complete_answer(status, answer, &shape, schemas);
        if is_replaceable && let Some(headers) = answer.get_mut("headers").and_then(Value::as_object_mut) {
            headers.insert("ETag".to_owned(), json!({ "$ref": "#/components/headers/SettingsETag" }));
        }
    }
    // A status that no code has is never answered.
    answers.retain(|_, answer| !answer.is_null());
}

/// What has a tag is not sent to whoever has it.
fn spare_what_is_known(operation: &mut Map<String, Value>) {
    let parameters = operation.entry("parameters").or_insert(json!([])).as_array_mut();
    parameters.into_iter().for_each(|all| all.push(json!({ "$ref": "#/components/parameters/IfNoneMatch" })));
    let answers = operation.entry("responses").or_insert(json!({})).as_object_mut();
    let known = json!({ "description": "It is the one that you have.", "headers": {} });
    answers.into_iter().for_each(|answers| drop(answers.insert("304".to_owned(), known.clone())));
}

fn complete_answer(status: &str, answer: &mut Value, shape: &Shape, schemas: &Value) {
    let refused = StatusCode::from_bytes(status.as_bytes()).ok().filter(|status| status.as_u16() >= 400);
    if let Some(status) = refused {
        let pointer = |name| json!({ "$ref": format!("#/components/responses/{name}") });
        *answer = response_name(status).map_or(Value::Null, pointer);
        return;
    }
    let mut headers = vec!["X-Request-Id"];
    if answers_refund(answer) {
        headers.push("ETag");
    }
    if shape.is_remembered {
        headers.push("Idempotency-Replayed");
    }
    let described = answer.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let described = if described { None } else { description(answer, schemas) };
    let Some(answer) = answer.as_object_mut() else { return };
    answer.extend(described.map(|text| ("description".to_owned(), json!(text))));
    let all = answer.entry("headers").or_insert(json!({}));
    if let Some(all) = all.as_object_mut() {
        let pointer = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
        all.extend(headers.into_iter().map(|name| (name.to_owned(), pointer(name))));
    }
}

/// What an answer is, in the words of its schema.
fn description(answer: &Value, schemas: &Value) -> Option<String> {
    let schema = answer.pointer("/content/application~1json/schema/$ref")?.as_str()?;
    let says = schemas.get(schema.rsplit('/').next()?)?.get("description")?.as_str()?;
    says.lines().next().map(str::to_owned)
}

fn needs_something(body: &Map<String, Value>, schemas: &Value) -> bool {
    let schema = body.get("content").and_then(|content| content.pointer("/application~1json/schema/$ref"));
    let name = schema.and_then(Value::as_str).and_then(|pointer| pointer.rsplit('/').next());
    let required = name.and_then(|name| schemas.get(name)?.get("required")?.as_array());
    required.is_some_and(|required| !required.is_empty())
}

fn add_parameters(path: &str, shape: &Shape, operation: &mut Map<String, Value>) {
    let said = operation.entry("parameters").or_insert(json!([]));
    let Some(said) = said.as_array_mut() else { return };
    let is_said = |name: &str, said: &[Value]| said.iter().any(|parameter| parameter.get("name") == Some(&json!(name)));
    let mut before = "";
    for segment in path.split('/') {
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'))
            && !is_said(name, said)
        {
            said.push(in_path(name, before));
        }
        before = segment;
    }
    if shape.is_remembered {
        said.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    if shape.takes_version {
        let name = match shape.version {
            Version::Everybody => "IfMatch",
            Version::Some => "IfMatchOptional",
            Version::Nobody => "IfMatchIfSent",
        };
        said.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }
    if shape.replaces {
        said.push(json!({ "$ref": "#/components/parameters/IfMatchSettings" }));
    }
    if said.is_empty() {
        operation.remove("parameters");
    }
}

/// A parameter of the path: the id of whatever the segment before it lists.
fn in_path(name: &str, listed: &str) -> Value {
    let thing = if name == "id" { listed.trim_end_matches('s').to_owned() } else { name.replace('_', " ") };
    let thing = thing.trim_end_matches(" id");
    json!({
        "name": name, "in": "path", "required": true, "description": format!("Which {thing}."),
        "schema": { "type": "string", "minLength": 1, "maxLength": ID_LEN_MAX, "pattern": IN_PATH },
    })
}

/// A tag as it comes back, with what a proxy that compresses makes of it.
fn come_back(own: &str) -> String {
    format!("^(W/)?\"{own}((--?|;)(gzip|br|zstd|deflate))?\"$")
}

/// An id without a slash, neither `.` nor `..`.
const IN_PATH: &str = r"^(\.{0,2}[!-\-0-~]|\.{3})[!-.0-~]*$";

/// What settings are known by.
const SETTINGS_TAG: &str = "^\"[0-9a-f]{32}\"$";

/// A refund's version, and how often something has come of its files.
const VERSION: &str = r"[1-9][0-9]{0,17}(\.[1-9][0-9]{0,2})?";

/// The parameters that many operations take.
pub(super) fn parameters() -> Value {
    let version = |is_required: bool, description: &str| {
        json!({
            "name": "If-Match", "in": "header", "required": is_required, "description": description,
            "schema": { "type": "string", "minLength": 3, "maxLength": 35, "pattern": come_back(VERSION) },
            "example": "\"1\"",
        })
    };
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes it safe to send again: for 31 days the same key with the same path and body gets \
                            the same answer, and nothing is done twice.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$" },
        },
        "IfMatch": version(true, "The version that the command is about: the refund's `ETag`."),
        "IfMatchOptional": version(
            false,
            "The version that the command is about: the refund's `ETag`. A seller or an operator has to say it.",
        ),
        "IfMatchIfSent": version(
            false,
            "The version that the refund has to have still, where that matters: the refund's `ETag`.",
        ),
        "IfNoneMatch": {
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The `ETag` of the one that you have: it is not sent again as long as it has the same. A \
                            setting may change a refund's `actions`, which leaves its version.",
            "schema": { "type": "string" },
        },
        "IfMatchSettings": {
            "name": "If-Match", "in": "header", "required": false,
            "description": "The `ETag` that the settings were read with: they are changed only where they are still those.",
            "schema": { "type": "string", "minLength": 34, "maxLength": 45, "pattern": come_back("[0-9a-f]{32}") },
        },
    })
}

/// The headers of answers.
pub(super) fn headers() -> Value {
    let text = |description: &str, pattern: &str| json!({ "description": description, "schema": { "type": "string", "pattern": pattern } });
    json!({
        "ETag": text(
            "The refund's version; behind a dot, where it has files, how often one was added or erased.",
            &format!("^\"{VERSION}\"$"),
        ),
        "SettingsETag": text("What the settings are known by as long as they are the same.", SETTINGS_TAG),
        "Idempotency-Replayed": text("There where this answer was given before under the idempotency key.", "^true$"),
        "Retry-After": {
            "description": "After how many seconds it is worth trying again.",
            "schema": { "type": "integer", "minimum": 0 },
        },
        "WWW-Authenticate": text("How to say who you are.", "^Bearer"),
        "X-Request-Id": text("The call's id, as it was sent or else made; operators find it in the server's log.", "^[!-~]{1,64}$"),
    })
}
