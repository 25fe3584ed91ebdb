//! The contract as a page for people: made on the server, with no script and nothing from elsewhere.

mod operations;
mod types;

use askama::Template;
use axum::http::StatusCode;
use data_encoding::BASE64;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::operations::{Group, groups};
use self::types::{Kind, kinds};
use crate::wire::code::Code;

const STYLE: &str = include_str!("../../templates/contract.css");

#[derive(Template)]
#[template(path = "contract.html")]
struct Page<'a> {
    title: &'a str,
    version: &'a str,
    style: &'static str,
    description: String,
    groups: Vec<Group<'a>>,
    statuses: Vec<Status>,
    types: Vec<Kind<'a>>,
}

/// A status, and all the codes that have it.
struct Status {
    status: u16,
    reason: &'static str,
    codes: Vec<Reason>,
}

struct Reason {
    name: &'static str,
    page: String,
    rule: Option<&'static str>,
    meaning: &'static str,
}

/// The page.
pub(super) fn html(document: &Value) -> String {
    let page = Page {
        title: text(document, "/info/title"),
        version: text(document, "/info/version"),
        style: STYLE,
        description: prose(text(document, "/info/description")),
        groups: groups(document),
        statuses: statuses(),
        types: kinds(document),
    };
    // It is written into memory, which can't fail.
    page.render().unwrap_or_default()
}

/// What the page may load: its own style, known by its hash, and nothing else.
pub(super) fn policy() -> String {
    format!("default-src 'none'; style-src 'sha256-{}'", BASE64.encode(&Sha256::digest(STYLE)))
}

fn statuses() -> Vec<Status> {
    let mut codes: Vec<_> = Code::all().collect();
    codes.sort_by_key(|code| code.status());
    let alike = codes.chunk_by(|a, b| a.status() == b.status());
    let status = |codes: &[Code]| {
        let status = codes.first().map_or(StatusCode::default(), |code| code.status());
        Status {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            codes: codes.iter().copied().map(reason).collect(),
        }
    };
    alike.map(status).collect()
}

fn reason(code: Code) -> Reason {
    let rule = if let Code::Rule(refusal) = code { Some(refusal.rule().as_str()) } else { None };
    Reason { name: code.as_str(), page: code.page(""), rule, meaning: code.meaning() }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What is written as Markdown, as HTML. What looks like HTML in it stays text.
fn prose(markdown: &str) -> String {
    use pulldown_cmark::{Event, Parser, html};
    let as_text =
        |event| if let Event::Html(text) | Event::InlineHtml(text) = event { Event::Text(text) } else { event };
    let mut written = String::new();
    html::push_html(&mut written, Parser::new(markdown).map(as_text));
    written
}
