//! `docs/policy.md`: every number and switch, the rule that it tunes, and what a new value applies to.

use refund_core::PolicyField;

use super::{MADE, table};

pub(super) fn document() -> String {
    let head = ["field", "rule", "what it says", "default", "a new value applies to", "and leaves"];
    let rows = PolicyField::ALL.iter().map(|field| {
        let rule = field.rule();
        vec![
            format!("`{field}`"),
            format!("[{rule}](rules.md#{})", rule.as_str().to_lowercase()),
            field.means().to_owned(),
            field.default_in_words().to_owned(),
            field.applies_to().to_owned(),
            field.keeps().to_owned(),
        ]
    });
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect();
    format!(
        "{MADE}# The policy\n\n\
         What the operator may tune with `PUT /v1/policy`, and for one seller with `policy` in `PUT /v1/sellers/{{id}}`.\n\
         `POST /v1/policy/check` says beforehand what a change would mean. {}\n\n{}",
        refund_core::Rule::R34.says(),
        table(&rows)
    )
}
