//! `cargo xtask rules`: the rules of the repository.

use refund_tests::repository::checks;

pub(crate) fn run() -> Result<String, String> {
    let checks = checks()?;
    let mut broken = 0_usize;
    for check in &checks {
        println!("{} {}", if check.broken.is_empty() { "holds " } else { "BROKEN" }, check.says);
        for place in &check.broken {
            println!("         {place}");
            broken = broken.saturating_add(1);
        }
    }
    if broken == 0 { Ok(format!("{} rules hold", checks.len())) } else { Err(format!("broken at {broken} places")) }
}
