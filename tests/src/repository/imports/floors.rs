//! The order of a crate's rooms. Blank lines between the `mod` lines of its first file make floors, the ground first.

use std::collections::BTreeSet;

use super::Import;
use super::tree::Tree;

/// Imports of what stands on a floor further up.
pub(super) fn pointing_up(tree: &Tree, imports: &BTreeSet<Import>) -> Vec<String> {
    let floors = floors(tree.root_text());
    let floor = |path: &str| {
        let room = tree.room_of(path)?;
        floors.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
    };
    let up = imports.iter().filter(|import| floor(&import.from).is_some_and(|from| floor(&import.to) > Some(from)));
    up.map(|Import { from, to, name }| {
        format!("{from}: {name} is of {to}, which stands on a floor further up in {}", tree.root_path())
    })
    .collect()
}

/// The rooms that a crate's first file names, each with its floor.
fn floors(root: &str) -> Vec<(&str, usize)> {
    let mut rooms = Vec::new();
    let mut floor = 0_usize;
    for line in root.lines() {
        if line.is_empty() {
            floor = floor.saturating_add(1);
        }
        let name =
            line.strip_prefix("mod ").or_else(|| line.strip_prefix("pub mod ")).and_then(|name| name.strip_suffix(';'));
        rooms.extend(name.map(|name| (name, floor)));
    }
    rooms
}
