//! `docs/rules.md`: each rule, and where it is written, tested and told; and the laws.

use std::collections::{BTreeMap, BTreeSet};

use refund_core::Rule;
use refund_store::care::LAWS;

use super::MADE;
use crate::repository::{self, SourceFile};
use crate::scenario::Scenario;

pub(super) fn document(stories: &[Scenario]) -> Result<String, String> {
    let named = Named::by(&repository::rust_files()?);
    let sections = Rule::ALL.iter().map(|rule| {
        let told = stories.iter().filter(|story| story.rules.contains(rule));
        let told: Vec<_> = told.map(link).collect();
        let rows = [("Code", named.code(*rule)), ("Tests", named.tests(*rule)), ("Stories", told.join(", "))];
        let rows = rows.into_iter().filter(|(_, links)| !links.is_empty());
        let rows: String = rows.map(|(title, links)| format!("- {title}: {links}\n")).collect();
        format!("\n## {}\n\n{}\n\n{rows}", rule, rule.says())
    });
    Ok(format!(
        "{MADE}# The rules\n\n\
         What the engine does, rule by rule. `S` rules are the description's of the tool; `R` rules settle what it leaves open.\n\
         A file stands under a rule because it names the rule; a story because its `rules` do.\n{}\n\
         ## Laws\n\n\
         What must hold whatever happens, whichever rules it follows from. [Random histories](../{}) are held to \
         them, and `store verify` holds [what was recorded](../{}) to those that can be seen there.\n\n{}",
        sections.collect::<String>(),
        "crates/refund-core/tests/laws.rs",
        "crates/refund-store/src/care/laws.rs",
        LAWS.iter().map(|(number, says)| format!("- **{number}** {says}\n")).collect::<String>()
    ))
}

fn link(story: &Scenario) -> String {
    let number = story.name.split('-').next().unwrap_or_default();
    format!("[{number}](../tests/scenarios/{}.toml)", story.name)
}

/// What names rules without being about them: the table of all rules, what explains by them, what is read from files, examples.
const ONLY_NAMES: &[&str] = &[
    "crates/refund-core/src/rules.rs",
    "crates/refund-core/src/explain/",
    "crates/refund-core/tests/rules/explain.rs",
    "tests/src/",
    "tests/tests/mistakes.rs",
    "xtask/",
];

/// Which files name which rule.
struct Named(BTreeMap<Rule, BTreeSet<String>>);

impl Named {
    fn by(files: &[SourceFile]) -> Self {
        let mut named: BTreeMap<Rule, BTreeSet<String>> = BTreeMap::new();
        for file in files.iter().filter(|file| !ONLY_NAMES.iter().any(|path| file.path.starts_with(path))) {
            for rule in rules(&file.text) {
                named.entry(rule).or_default().insert(file.path.clone());
            }
        }
        Self(named)
    }

    fn code(&self, rule: Rule) -> String {
        self.files(rule, |path| path.contains("/src/"))
    }

    fn tests(&self, rule: Rule) -> String {
        self.files(rule, |path| path.contains("/tests/"))
    }

    fn files(&self, rule: Rule, wanted: impl Fn(&str) -> bool) -> String {
        let paths = self.0.get(&rule).into_iter().flatten().filter(|path| wanted(path));
        let links = paths.map(|path| {
            let short = path.trim_start_matches("crates/").replace("/src/", "/").replace("tests/tests/", "tests/");
            format!("[{short}](../{path})")
        });
        links.collect::<Vec<_>>().join(", ")
    }
}

/// The rules that a text names: `R12`, `S5`, and all of `R8–R14`.
fn rules(text: &str) -> BTreeSet<Rule> {
    let mut named = BTreeSet::new();
    let mut before: Option<Rule> = None;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '–' || c == '_')) {
        for (place, part) in word.split('–').enumerate() {
            let rule: Option<Rule> = part.parse().ok();
            if let Some(last) = rule {
                let first = before.filter(|_| place > 0).unwrap_or(last);
                named.extend(Rule::ALL.iter().copied().filter(|rule| (first..=last).contains(rule)));
                named.insert(last);
            }
            before = rule;
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_every_rule_in_it() {
        let named: Vec<_> = rules("as R8–R11 say, S2 and (S5); not R99, AR1, R1x or `R300`").into_iter().collect();
        assert_eq!(named, [Rule::S2, Rule::S5, Rule::R8, Rule::R9, Rule::R10, Rule::R11]);
    }
}
