//! Whether what a server takes and answers is what its contract says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

const PROBLEM: &str = "#/components/schemas/Problem";

/// A call and its answer, as they went over the wire.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// GET, POST ...
    pub method: &'a str,
    /// With its query, if it has one.
    pub path: &'a str,
    /// The body that was sent.
    pub sent: &'a [u8],
    /// The status that was answered.
    pub status: u16,
    /// The answer's media type.
    pub media_type: &'a str,
    /// The answer's body.
    pub answered: &'a str,
}

/// The contract, with what was read of it before.
struct Contract {
    document: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT
        .get_or_init(|| Contract { document: refund_api::openapi("http://127.0.0.1"), validators: Mutex::default() })
}

/// What the contract calls the operation of a path and method.
#[must_use]
pub fn operation_id(method: &str, path: &str) -> Option<&'static str> {
    contract().operation(method, path)?.get("operationId")?.as_str()
}

/// Looks whether the contract knows this answer to this call.
///
/// # Errors
/// What the contract says otherwise.
pub fn check(exchange: &Exchange<'_>) -> Result<(), String> {
    let contract = contract();
    let Exchange { method, path, status, .. } = exchange;
    let wrong = |what: String| format!("{method} {path} was answered {status}: {what}");
    let Some(operation) = contract.operation(method, path) else {
        // No path of the contract's, or not for this method: that is a problem like any other.
        return if [404, 405].contains(status) {
            contract.holds(PROBLEM, exchange.answered).map_err(wrong)
        } else {
            Err(wrong("the contract has no such operation".to_owned()))
        };
    };
    let answer = operation.get("responses").and_then(|answers| answers.get(status.to_string()));
    let answer = answer.ok_or_else(|| wrong("a status that the contract does not list".to_owned()))?;
    contract.answer_holds(answer, exchange).map_err(wrong)?;
    let sends_file = operation.pointer("/requestBody/content/application~1octet-stream").is_some();
    if (200..300).contains(status) && !exchange.sent.is_empty() && !sends_file {
        let sent = operation.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str);
        let sent = sent.ok_or_else(|| wrong("it took a body of which the contract knows nothing".to_owned()))?;
        let body = String::from_utf8_lossy(exchange.sent);
        // A mark of UTF-8 before it is no part of the JSON.
        contract
            .holds(sent, body.trim_start_matches('\u{feff}'))
            .map_err(|what| wrong(format!("it took what the contract would not: {what}")))?;
    }
    Ok(())
}

impl Contract {
    /// The operation of a path and method. A path without parameters goes before one that has some.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let known = self.document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let fitting = known.filter(|(pattern, _)| fits(pattern, path));
        let (_, item) = fitting.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
        item.get(method.to_ascii_lowercase())
    }

    fn answer_holds(&self, answer: &Value, exchange: &Exchange<'_>) -> Result<(), String> {
        let answer = match answer.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(answer),
            None => answer,
        };
        let Some(content) = answer.get("content") else {
            return if exchange.answered.is_empty() {
                Ok(())
            } else {
                Err("a body that is not in the contract".to_owned())
            };
        };
        let media_type = exchange.media_type.split(';').next().unwrap_or_default();
        let schema = content.get(media_type).and_then(|content| content.get("schema"));
        let schema = schema.ok_or_else(|| format!("{media_type:?} is not in the contract"))?;
        match schema.get("$ref").and_then(Value::as_str).filter(|_| media_type.ends_with("json")) {
            Some(schema) => self.holds(schema, exchange.answered),
            // Pages and streams are text, and files are what they are.
            None => Ok(()),
        }
    }

    /// Whether a text is JSON as a schema of the contract has it.
    fn holds(&self, schema: &str, text: &str) -> Result<(), String> {
        let json: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let validator = self.validator(schema)?;
        let wrong = validator.iter_errors(&json).map(|error| format!("\n  {}: {error}", error.instance_path()));
        let wrong: String = wrong.collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("it is no {schema}:{wrong}\n{text}")) }
    }

    fn validator(&self, schema: &str) -> Result<Arc<Validator>, String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = validators.get(schema) {
            return Ok(known.clone());
        }
        let whole = json!({ "$ref": schema, "components": self.document.get("components") });
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let validator = Arc::new(options.build(&whole).map_err(|error| format!("{schema}: {error}"))?);
        validators.insert(schema.to_owned(), validator.clone());
        Ok(validator)
    }
}

/// Whether a path is one of a pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(path).all(|(known, given)| known.starts_with('{') || *known == given)
}
