//! What holds for the contract as a whole, whatever paths it has.

use std::collections::BTreeSet;

use refund_core::EventType;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::rename::pointed_at;
use super::{beginning, document, operations};

fn contract() -> Value {
    crate::openapi("http://127.0.0.1:8080")
}

/// What is wrong with an operation: what a generated client or a reader would miss.
fn faults(mut document: Value) -> Vec<String> {
    let described: BTreeSet<String> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect();
    let mut ids = BTreeSet::new();
    let mut faults = Vec::new();
    for (path, method, operation) in operations(&mut document) {
        let mut fault = |is_so: bool, says: &str| {
            if is_so {
                faults.push(format!("{method} {path} {says}"));
            }
        };
        let id = operation["operationId"].as_str().unwrap_or_default();
        let is_name = id.contains('_') && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        fault(!is_name, "has no operation_id such as make_offer");
        fault(!ids.insert(id.to_owned()), "has the operation_id of another");
        fault(!operation.contains_key("summary"), "has no doc comment");
        fault(!operation.contains_key("security"), "does not say who may call it: security(())");
        let tag = operation.get("tags").and_then(|tags| tags.pointer("/0")?.as_str()).unwrap_or_default();
        fault(!described.contains(tag), "has a tag that head.rs does not describe");
        let answers = operation["responses"].as_object().unwrap();
        fault(!answers.keys().any(|status| status.starts_with('2')), "has no answer for when all goes well");
        for (status, answer) in answers {
            let is_said =
                answer["description"].as_str().is_some_and(|text| !text.is_empty()) || answer["$ref"].is_string();
            fault(!is_said, &format!("does not say what {status} is"));
        }
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let is_said = parameter["description"].is_string() || parameter["$ref"].is_string();
            fault(!is_said, &format!("does not say what {} is", parameter["name"]));
        }
    }
    faults
}

/// Says nothing of itself but where it is.
#[utoipa::path(get, path = "/bare")]
async fn bare() {}

#[test]
fn every_operation_says_all_that_a_client_needs() {
    assert_eq!(faults(contract()), [""; 0]);
}

#[test]
fn a_bare_handler_is_seen() {
    let routes = OpenApiRouter::<()>::with_openapi(beginning()).routes(routes!(bare));
    let faults = faults(document(routes.into_openapi(), "http://127.0.0.1:8080"));
    let missed = ["operation_id such as", "a tag that", "security(())", "all goes well"];
    for what in missed {
        assert!(faults.iter().any(|fault| fault.contains(what)), "{what}: {faults:?}");
    }
}

#[test]
fn no_path_is_beside_the_contract() {
    let table = include_str!("../routes/mod.rs");
    assert!(!table.contains(".route("), "write the path beside its handler and list it with .routes(routes!(...))");
}

#[test]
fn whatever_is_pointed_at_is_there() {
    let contract = contract();
    let mut names = Vec::new();
    pointed_at(&contract, &mut names);
    names.retain(|name| contract["components"]["schemas"].get(name).is_none());
    assert_eq!(names, [""; 0], "a type that only a parameter has: put #[param(inline)] beside it");
}

#[test]
fn every_schema_has_a_name_for_others() {
    let contract = contract();
    let names = contract["components"]["schemas"].as_object().unwrap().keys();
    let odd: Vec<_> =
        names.filter(|name| name.ends_with("Out") || name.ends_with("In") || name.contains('_')).collect();
    assert_eq!(odd, [""; 0], "two types would have one name: give one of them another with #[schema(as = ...)]");
}

/// What only a server in trouble says, or one with limits, or a page, or a path that has no such method; and what is said
/// of files that were handed in.
const SAID_IN_TROUBLE: &[&str] = &[
    "settling_held",
    "forged_form",
    "method_not_allowed",
    "body_too_slow",
    "files_away",
    "too_many_requests",
    "too_much_written",
    "busy",
    "not_stored",
    "not_counted",
    "not_ready",
    "stopped",
    "unsure",
    "internal",
];

#[test]
fn every_answer_and_every_no_has_an_example() {
    let mut contract = contract();
    let mut without = BTreeSet::new();
    for (_, _, operation) in operations(&mut contract) {
        let id = operation["operationId"].as_str().unwrap();
        let answers = operation["responses"].as_object().unwrap().iter();
        let mut bodies = answers.map(|(_, answer)| answer).chain(operation.get("requestBody"));
        let has_none = |body: &Value| body["content"]["application/json"].get("example").is_none();
        if bodies.any(|body| body["content"].get("application/json").is_some() && has_none(body)) {
            without.insert(id.to_owned());
        }
    }
    assert_eq!(without, BTreeSet::from(["get_contract".to_owned()]), "put a call into tests/src/examples/tour.rs");
    let responses = contract["components"]["responses"].as_object().unwrap().values();
    let shown = responses.filter_map(|answer| answer["content"]["application/problem+json"]["examples"].as_object());
    let shown: BTreeSet<_> = shown.flatten().map(|(code, _)| code.as_str()).collect();
    let codes = contract["x-codes"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap());
    let without: Vec<_> = codes.filter(|code| !shown.contains(code)).collect();
    assert_eq!(without, SAID_IN_TROUBLE, "a story or tests/src/examples/no.rs has to meet it");
}

/// A copy of a type would be a type of its own in a generated client.
#[test]
fn a_page_points_at_what_it_is_a_page_of() {
    let contract = contract();
    let pages = contract["components"]["schemas"].as_object().unwrap().iter();
    for (name, page) in pages.filter(|(name, _)| name.ends_with("Page")) {
        let item = format!("#/components/schemas/{}", name.trim_end_matches("Page"));
        assert_eq!(page["properties"]["items"]["items"], json!({ "$ref": item }), "{name}");
    }
}

#[test]
fn requests_are_strict_and_answers_are_open() {
    let contract = contract();
    let schema = |name: &str| contract["components"]["schemas"][name].clone();
    for name in ["OpenInput", "OrderLineInput", "MoneyInput", "RolloutInput", "BatchInput", "PolicyOverridesInput"] {
        assert_eq!(schema(name)["additionalProperties"], json!(false), "{name}");
    }
    for name in ["Refund", "Money", "Rollout", "Batch", "PolicyOverrides", "Policy", "Problem"] {
        assert!(schema(name).is_object() && schema(name).get("additionalProperties").is_none(), "{name}");
    }
}

#[test]
fn each_type_of_event_is_told_typed_and_one_that_is_not_known_has_a_place() {
    let contract = contract();
    let schema = |name: &str| contract["components"]["schemas"][name].clone();
    for told in ["Event", "Happened", "Foretold"] {
        let mapping = schema(told)["discriminator"]["mapping"].clone();
        let known: BTreeSet<_> = mapping.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known, EventType::ALL.iter().map(|kind| kind.as_str()).collect::<BTreeSet<_>>());
        for (kind, pointer) in mapping.as_object().unwrap() {
            let members = schema(pointer.as_str().unwrap().rsplit('/').next().unwrap())["properties"].clone();
            assert_eq!(members["type"]["const"], *kind);
            assert!(members["data"]["$ref"].is_string(), "{told} {kind}");
        }
        let last = schema(told)["oneOf"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last, json!({ "$ref": format!("#/components/schemas/Other{told}") }));
    }
    let message = contract["webhooks"]["event"]["post"]["requestBody"]["content"]["application/json"]["schema"].clone();
    assert_eq!(message, json!({ "$ref": "#/components/schemas/EventMessage" }));
}

/// What is wrong with an answer for a client of yesterday: a name that has to be known, or a member that may be missing
/// because the server would fill it in.
#[test]
fn names_in_answers_may_grow_and_nothing_in_them_is_left_out() {
    let mut contract = contract();
    let schemas = contract["components"]["schemas"].clone();
    let mut todo = Vec::new();
    for (_, _, operation) in operations(&mut contract) {
        pointed_at(&operation["responses"], &mut todo);
    }
    pointed_at(&contract["components"]["responses"], &mut todo);
    pointed_at(&contract["webhooks"], &mut todo);
    let (mut seen, mut closed, mut filled) = (BTreeSet::new(), Vec::new(), Vec::new());
    while let Some(name) = todo.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let mut schema = schemas[&name].clone();
        if let Some(known) = schema.as_object_mut().unwrap().remove("x-known-values") {
            let mut listed = Vec::new();
            pointed_at(&known, &mut listed);
            assert!(schemas[&listed[0]]["enum"].is_array(), "{name}");
        }
        closed.extend(schema.get("enum").map(|_| name.clone()));
        for (member, says) in schema["properties"].as_object().into_iter().flatten() {
            filled.extend(says.get("default").filter(|default| !default.is_null()).map(|_| format!("{name}.{member}")));
        }
        pointed_at(&schema, &mut todo);
    }
    assert!(seen.contains("Refund") && seen.contains("Problem") && seen.contains("Policy"), "{seen:?}");
    assert_eq!((closed, filled), (vec![], vec![]));
    assert_eq!(schemas["OfferInput"]["properties"]["type"]["$ref"], "#/components/schemas/RefundType");
    assert_eq!(schemas["RefundType"]["enum"], json!(["REFUND_ONLY", "RETURN_AND_REFUND"]));
    assert!(schemas["Policy"]["required"].as_array().unwrap().contains(&json!("payout")));
}
