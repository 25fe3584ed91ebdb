//! What the documents and the stories need to know of the rules beside what they say.

use refund_core::Rule;

/// The rules that no story can tell, and where they are told.
const TOLD_ELSEWHERE: &[(Rule, &str)] = &[(Rule::R35, "tests/tests/clocks.rs"), (Rule::R36, "tests/tests/clocks.rs")];

/// Where a rule is told, if no story can tell it.
#[must_use]
pub fn told_elsewhere(rule: Rule) -> Option<&'static str> {
    TOLD_ELSEWHERE.iter().find(|(other, _)| *other == rule).map(|(_, file)| *file)
}
