//! Reading a whole story, and checking that it can be played.

use std::collections::BTreeSet;
use std::path::Path;

use refund_core::Rule;
use toml::de::DeTable;

use super::expect::expectations;
use super::mistake::{Mistake, Source};
use super::steps::{self, Context};
use super::story::{Deed, Scenario, Setting, Step, Who};
use super::table::Table;
use super::{instant, settings};

impl Scenario {
    /// Reads the story in a file.
    ///
    /// # Errors
    /// The [`Mistake`] that is in it, or that it can't be read at all.
    pub fn load(path: &Path) -> Result<Self, Mistake> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let nothing = Source { name: name.clone(), text: String::new() };
            nothing.mistake(0..0, format!("the file can't be read: {error}"), "a story in TOML")
        })?;
        Self::read(&name, &text)
    }

    /// Reads a story from text; the name is where messages say that it stands.
    ///
    /// # Errors
    /// The first [`Mistake`] that is found.
    pub fn read(file: &str, text: &str) -> Result<Self, Mistake> {
        let source = Source { name: file.to_owned(), text: text.to_owned() };
        let document = DeTable::parse(text).map_err(|error| {
            source.mistake(error.span().unwrap_or(text.len()..text.len()), error.message().replace('\n', ", "), "")
        })?;
        let table = Table::new(&source, "a story", &document);
        let title = table.need("title", r#""What it is about""#)?.text("a sentence between quotes")?.to_owned();
        let rules = named_rules(&table)?;
        let tell_reminders = table.get("tell_reminders").map(|field| field.flag()).transpose()?.unwrap_or(false);
        let before = before(&table)?;
        let steps = all_steps(&table)?;
        table.finish()?;
        let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(file);
        Ok(Self { name: stem.to_owned(), title, rules, before, steps, tell_reminders, source })
    }
}

fn named_rules(table: &Table<'_>) -> Result<Vec<Rule>, Mistake> {
    const EXPECTED: &str = r#"["S5", "R9"]"#;
    let list = table.need("rules", EXPECTED)?;
    let mut named = Vec::new();
    for item in list.list(EXPECTED)? {
        let id = item.text("a rule's id between quotes")?;
        let unknown = || item.mistake(format!("there is no rule {id:?}"), "an id of docs/rules.md, such as S5 or R9");
        named.push(id.parse().map_err(|_| unknown())?);
    }
    if named.is_empty() { Err(list.mistake("a story tells about at least one rule", EXPECTED)) } else { Ok(named) }
}

fn before(table: &Table<'_>) -> Result<Vec<Setting>, Mistake> {
    let mut before = Vec::new();
    if let Some(overrides) = table.table("policy")? {
        before.push(Setting::Policy(Box::new(settings::policy(overrides)?)));
    }
    let seller = table.table("seller")?;
    let set_up = seller.as_ref().and_then(|seller| seller.get("set_up")).map(|field| field.flag()).transpose()?;
    let seller = settings::seller(seller, Who::Seller)?;
    if set_up.unwrap_or(true) {
        before.push(Setting::Seller(seller));
    }
    before.push(Setting::Seller(settings::seller(None, Who::AnotherSeller)?));
    if let Some(rollout) = table.table("rollout")? {
        before.push(Setting::Rollout(settings::rollout(rollout)?));
    }
    Ok(before)
}

fn all_steps(table: &Table<'_>) -> Result<Vec<Step>, Mistake> {
    let mut line = settings::bin();
    if let Some(differs) = table.table("line")? {
        line = settings::line(&differs, line)?;
        differs.finish()?;
    }
    let mut context = Context { line, opened: BTreeSet::new(), number: 0 };
    let mut steps = vec![first_step(table, &context)?];
    for field in table.get("step").map(|field| field.list("[[step]] tables")).transpose()?.unwrap_or_default() {
        context.number = steps.len();
        context.opened = steps.iter().filter(|step| step.opens()).map(|step| step.refund.clone()).collect();
        let step = one_step(field.table("a step")?, &context, steps.last().map_or(instant::opening(), |last| last.at))?;
        steps.push(step);
    }
    Ok(steps)
}

/// The opening of the first refund at T.
fn first_step(table: &Table<'_>, context: &Context) -> Result<Step, Mistake> {
    let asked = table.table("request")?;
    let mut request = settings::plain_request(&context.line);
    let mut expected = Vec::new();
    let mut span = 0..0;
    if let Some(asked) = asked {
        request = settings::request(&asked, &context.line)?;
        expected = expectations(&asked, context.line.paid.currency())?;
        span = asked.span();
        asked.finish()?;
    }
    let deed = Deed::Open(settings::opening(0, Who::Seller, Who::Buyer, context.line.clone(), request));
    let step = Step {
        at: instant::opening(),
        who: Who::Buyer,
        refund: "first".to_owned(),
        deed,
        expectations: expected,
        span,
    };
    Ok(step)
}

fn one_step(table: Table<'_>, context: &Context, not_before: refund_core::Timestamp) -> Result<Step, Mistake> {
    let at_field = table.need("at", r#""T+1h""#)?;
    let at = at_field.instant()?;
    if at < not_before {
        let message = format!("this is before the step above it, which is at {}", instant::show(not_before));
        return Err(at_field.mistake(message, "steps in the order of time"));
    }
    let does = table.need("does", r#""make_offer""#)?;
    let word = does.text("what is done, between quotes")?;
    let who = match table.get("who") {
        Some(who) => who.word()?,
        None if word == "nothing" => Who::Operator,
        None => return Err(table.mistake("a step needs `who`", r#"who = "seller""#)),
    };
    let refund = table.get("refund");
    let name =
        refund.as_ref().map(|field| field.text("a refund's name between quotes")).transpose()?.unwrap_or("first");
    let deed = steps::deed(&table, &does, word, who, context)?;
    let needs_it = !matches!(deed, Deed::Open(_) | Deed::Put(_) | Deed::Nothing);
    if (needs_it || refund.is_some()) && !matches!(deed, Deed::Open(_)) && !context.opened.contains(name) {
        let known: Vec<_> = context.opened.iter().map(String::as_str).collect();
        let expected = if known.is_empty() { "a step that opens it first".to_owned() } else { known.join(" or ") };
        let place = refund.as_ref().unwrap_or(&does);
        return Err(place.mistake(format!("refund {name:?} has not been opened"), expected));
    }
    let (refund, span) = (name.to_owned(), does.span.clone());
    let expectations = expectations(&table, context.line.paid.currency())?;
    let step = Step { at, who, refund, deed, expectations, span };
    table.finish()?;
    Ok(step)
}
