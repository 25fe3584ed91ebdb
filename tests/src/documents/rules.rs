//! `docs/rules.md`: each rule, and where it is written, tested and told.

use std::collections::{BTreeMap, BTreeSet};

use super::MADE;
use crate::repository::{self, SourceFile};
use crate::rules::RULES;
use crate::scenario::Scenario;

pub(super) fn document(stories: &[Scenario]) -> Result<String, String> {
    let named = Named::by(&repository::rust_files()?);
    let sections = RULES.iter().map(|rule| {
        let told = stories.iter().filter(|story| story.rules.iter().any(|id| id == rule.id));
        let told: Vec<_> = told.map(link).collect();
        let rows = [("Code", named.code(rule.id)), ("Tests", named.tests(rule.id)), ("Stories", told.join(", "))];
        let rows = rows.into_iter().filter(|(_, links)| !links.is_empty());
        let rows: String = rows.map(|(title, links)| format!("- {title}: {links}\n")).collect();
        format!("\n## {}\n\n{}\n\n{rows}", rule.id, rule.says)
    });
    Ok(format!(
        "{MADE}# The rules\n\n\
         What the engine does, rule by rule. `S` rules are the description's of the tool; `R` rules settle what it leaves open.\n\
         A file stands under a rule because it names the rule; a story because its `rules` do.\n{}",
        sections.collect::<String>()
    ))
}

fn link(story: &Scenario) -> String {
    let number = story.name.split('-').next().unwrap_or_default();
    format!("[{number}](../tests/scenarios/{}.toml)", story.name)
}

/// What names rules without being about them: the table of all rules, what is read from files, examples.
const ONLY_NAMES: &[&str] = &["tests/src/", "tests/tests/mistakes.rs", "xtask/"];

/// Which files name which rule.
struct Named(BTreeMap<String, BTreeSet<String>>);

impl Named {
    fn by(files: &[SourceFile]) -> Self {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files.iter().filter(|file| !ONLY_NAMES.iter().any(|path| file.path.starts_with(path))) {
            for id in ids(&file.text) {
                named.entry(id).or_default().insert(file.path.clone());
            }
        }
        Self(named)
    }

    fn code(&self, id: &str) -> String {
        self.files(id, |path| path.contains("/src/"))
    }

    fn tests(&self, id: &str) -> String {
        self.files(id, |path| path.contains("/tests/"))
    }

    fn files(&self, id: &str, wanted: impl Fn(&str) -> bool) -> String {
        let paths = self.0.get(id).into_iter().flatten().filter(|path| wanted(path));
        let links = paths.map(|path| {
            let short = path.trim_start_matches("crates/").replace("/src/", "/").replace("tests/tests/", "tests/");
            format!("[{short}](../{path})")
        });
        links.collect::<Vec<_>>().join(", ")
    }
}

/// The rules that a text names: `R12`, `S5`, and all of `R8–R14`.
fn ids(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut before: Option<(char, u32)> = None;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '–' || c == '_')) {
        for (place, part) in word.split('–').enumerate() {
            let Some(id) = id(part) else {
                before = None;
                continue;
            };
            let first = before.filter(|(letter, number)| place > 0 && *letter == id.0 && *number < id.1);
            let from = first.map_or(id.1, |(_, number)| number);
            ids.extend((from..=id.1).map(|number| format!("{}{number}", id.0)));
            before = Some(id);
        }
    }
    ids
}

fn id(word: &str) -> Option<(char, u32)> {
    let letter = word.chars().next().filter(|letter| matches!(letter, 'R' | 'S'))?;
    let number = word.get(1..).filter(|digits| digits.len() <= 2)?.parse().ok()?;
    RULES.iter().any(|rule| rule.id == word).then_some((letter, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_every_rule_in_it() {
        let named: Vec<_> = ids("as R8–R11 say, S2 and (S5); not R99, AR1, R1x or `R300`").into_iter().collect();
        assert_eq!(named, ["R10", "R11", "R8", "R9", "S2", "S5"]);
    }
}
