//! Circles of files.

use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::Import;

/// How many of a circle's imports are told: it is cut at one of few.
const TOLD: usize = 12;

/// Each circle, with what ties it.
pub(super) fn of(imports: &BTreeSet<Import>) -> Vec<String> {
    let graph: DiGraphMap<&str, ()> = imports.iter().map(|import| (import.from.as_str(), import.to.as_str())).collect();
    tarjan_scc(&graph).iter().filter(|files| files.len() > 1).map(|files| told(files, imports)).collect()
}

fn told(files: &[&str], imports: &BTreeSet<Import>) -> String {
    let within = |path: &String| files.contains(&path.as_str());
    let ties = imports.iter().filter(|import| within(&import.from) && within(&import.to));
    let told: Vec<_> =
        ties.clone().take(TOLD).map(|Import { from, to, name }| format!("{from} -> {to}: {name}")).collect();
    let more = ties.count().saturating_sub(told.len());
    let more = if more == 0 { String::new() } else { format!("\n           and {more} more") };
    let says = "files know each other in a circle: move what two of them need below both";
    format!("{} {says}\n           {}{more}", files.len(), told.join("\n           "))
}
