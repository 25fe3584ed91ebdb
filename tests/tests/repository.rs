//! The repository's own rules.

use refund_tests::repository::checks;

#[test]
fn every_rule_of_the_repository_holds() {
    let broken: Vec<String> = checks()
        .expect("files that can be read")
        .into_iter()
        .filter(|check| !check.broken.is_empty())
        .map(|check| format!("{}:\n  {}", check.says, check.broken.join("\n  ")))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
