//! Each operation as the page shows it.

use serde_json::Value;

use super::types::kind;
use super::{prose, text};

/// Operations that belong together.
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    pub(super) anchor: String,
    pub(super) says: &'a str,
    pub(super) operations: Vec<Operation<'a>>,
}

pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) summary: &'a str,
    pub(super) description: String,
    pub(super) who: String,
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer<'a>>,
    pub(super) refusals: Vec<&'a str>,
}

pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a str,
    pub(super) is_required: bool,
    pub(super) kind: String,
    pub(super) description: String,
}

pub(super) struct Body {
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) example: Option<String>,
}

pub(super) struct Answer<'a> {
    pub(super) status: &'a str,
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) example: Option<String>,
}

pub(super) fn groups(document: &Value) -> Vec<Group<'_>> {
    let tags = document.get("tags").and_then(Value::as_array).into_iter().flatten();
    let group = |tag| {
        let name = text(tag, "/name");
        let all = members(document.get("paths")).chain(members(document.get("webhooks")));
        let operations = all.flat_map(|(path, item)| {
            let of_this = |operation: &Value| text(operation, "/tags/0") == name;
            let operations = members(Some(item)).filter(move |(_, operation)| of_this(operation));
            operations.map(move |(method, operation)| Operation::new(document, path, method, operation))
        });
        Group {
            name,
            anchor: name.replace(' ', "-"),
            says: text(tag, "/description"),
            operations: operations.collect(),
        }
    };
    tags.map(group).filter(|group| !group.operations.is_empty()).collect()
}

/// An object's members, with their names.
fn members(object: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

impl<'a> Operation<'a> {
    fn new(document: &'a Value, path: &'a str, method: &'a str, operation: &'a Value) -> Self {
        let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let (refusals, answers): (Vec<_>, Vec<_>) =
            members(operation.get("responses")).partition(|(_, answer)| answer.get("$ref").is_some());
        Self {
            id: text(operation, "/operationId"),
            method,
            path,
            summary: text(operation, "/summary"),
            description: prose(text(operation, "/description")),
            // What the server sends by itself has a name where others have a path.
            who: if path.starts_with('/') { who(operation) } else { "Sent to your endpoint".to_owned() },
            parameters: parameters.map(|parameter| Parameter::new(document, parameter)).collect(),
            body: operation.get("requestBody").map(Body::new),
            answers: answers.into_iter().map(|(status, answer)| Answer::new(status, answer)).collect(),
            refusals: refusals.into_iter().map(|(status, _)| status).collect(),
        }
    }
}

/// Who may call, in words.
fn who(operation: &Value) -> String {
    let ways = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    let callers: Vec<_> = ways
        .flat_map(|way| match way.get("key").and_then(Value::as_array) {
            Some(roles) => roles.iter().filter_map(Value::as_str).collect(),
            None if way.get("link").is_some() => vec!["buyer"],
            None => vec!["anybody"],
        })
        .collect();
    format!("For {}", callers.join(", "))
}

impl<'a> Parameter<'a> {
    fn new(document: &'a Value, parameter: &'a Value) -> Self {
        let shared = text(parameter, "/$ref").strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        let parameter = shared.unwrap_or(parameter);
        Self {
            name: text(parameter, "/name"),
            place: text(parameter, "/in"),
            is_required: parameter.get("required") == Some(&Value::Bool(true)),
            kind: parameter.get("schema").map(kind).unwrap_or_default(),
            description: prose(text(parameter, "/description")),
        }
    }
}

impl Body {
    fn new(body: &Value) -> Self {
        let content = body.pointer("/content/application~1json");
        Self {
            kind: content.and_then(|content| content.get("schema")).map(kind).unwrap_or_default(),
            is_required: body.get("required") == Some(&Value::Bool(true)),
            example: content.and_then(example),
        }
    }
}

impl<'a> Answer<'a> {
    fn new(status: &'a str, answer: &Value) -> Self {
        let content = members(answer.get("content")).next();
        let (media_type, content) = content.map_or(("", None), |(media_type, content)| (media_type, Some(content)));
        let of_json = content.filter(|_| media_type == "application/json").and_then(|content| content.get("schema"));
        Self {
            status,
            kind: of_json.map_or(media_type.to_owned(), kind),
            description: prose(text(answer, "/description")),
            example: content.and_then(example),
        }
    }
}

fn example(content: &Value) -> Option<String> {
    content.get("example").map(|example| format!("{example:#}"))
}
