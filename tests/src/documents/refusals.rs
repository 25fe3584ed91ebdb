//! `docs/refusals/`: a page for each reason for no.

use std::collections::BTreeMap;

use refund_api::Code;
use refund_core::RefusalCode;

use super::{Document, MADE, table};
use crate::scenario::{No, Place, Scenario, play};

/// A refusal as a story met it.
struct Met<'a> {
    story: &'a Scenario,
    no: No,
}

pub(super) fn documents(stories: &[Scenario]) -> Result<Vec<Document>, String> {
    let met = met(stories)?;
    let mut documents = vec![Document { path: "docs/refusals/README.md".to_owned(), text: index() }];
    for code in RefusalCode::ALL {
        let shown = met.get(code).map_or(&[][..], Vec::as_slice);
        documents.push(Document { path: format!("docs/refusals/{code}.md"), text: page(*code, shown) });
    }
    Ok(documents)
}

/// Every refusal that the stories meet on the core, once for each story.
fn met(stories: &[Scenario]) -> Result<BTreeMap<RefusalCode, Vec<Met<'_>>>, String> {
    let mut met: BTreeMap<RefusalCode, Vec<Met<'_>>> = BTreeMap::new();
    for story in stories {
        let played = Place::Core.stage().and_then(|mut stage| play(story, stage.as_mut()));
        for no in played.map_err(|not| format!("{}: {not}", story.name))?.refusals {
            let known = met.entry(no.code).or_default();
            if known.iter().all(|other| other.story.name != story.name) {
                known.push(Met { story, no });
            }
        }
    }
    Ok(met)
}

fn index() -> String {
    let head = ["code", "rule", "HTTP", "what it means"].map(str::to_owned).to_vec();
    let rows = RefusalCode::ALL
        .iter()
        .map(|code| vec![format!("[`{code}`]({code}.md)"), rule_link(*code), status(*code), code.meaning().to_owned()]);
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    format!(
        "{MADE}# Reasons for no\n\n\
         Each refusal has a stable `code`. Where several rules refuse at once the answer is the first in this list.\n\
         A refusal changes nothing.\n\n{}",
        table(&rows)
    )
}

fn page(code: RefusalCode, met: &[Met<'_>]) -> String {
    let says = code.rule().says();
    let mut text = format!(
        "{MADE}# `{code}`\n\n{}\n\n\
         - **What to do**: {}\n\
         - **Rule**: {} · {says}\n\
         - **HTTP**: {}\n",
        code.meaning(),
        code.remedy(),
        rule_link(code),
        status(code),
    );
    if code == RefusalCode::WrongStatus {
        text.push_str("\nThe rule is the refused command's own; `rule` in the answer names it.\n");
    }
    if let Some(example) = met.iter().find(|met| met.no.possible_at.is_some()).or(met.first()) {
        text.push_str(&format!("\n## As it is said\n\n> {}\n", example.no.detail));
        if let Some(at) = example.no.possible_at {
            text.push_str(&format!("\nHere waiting helps: `possible_at` is `{at}`.\n"));
        }
    }
    if !met.is_empty() {
        text.push_str("\n## Stories that meet it\n\n");
    }
    for Met { story, .. } in met {
        text.push_str(&format!("- [{}](../../tests/scenarios/{}.toml)\n", story.title, story.name));
    }
    text
}

fn rule_link(code: RefusalCode) -> String {
    format!("[{}](../rules.md#{})", code.rule(), code.rule().as_str().to_lowercase())
}

fn status(code: RefusalCode) -> String {
    Code::Rule(code).status().as_u16().to_string()
}
