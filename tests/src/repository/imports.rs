//! Which file of a crate knows which: in one direction alone.

mod circles;
mod floors;
mod names;
mod tree;

use std::collections::BTreeSet;

use super::SourceFile;
use tree::Tree;

/// That a file uses what another defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    from: String,
    to: String,
    /// What it is called where it is used.
    name: String,
}

/// Every import within a crate, of each crate.
fn crates(sources: &[SourceFile]) -> Result<Vec<(Tree, BTreeSet<Import>)>, String> {
    let mut crates = Vec::new();
    for root in sources.iter().filter(|file| is_root(&file.path)) {
        let tree = Tree::of_crate(&root.path, sources)?;
        let imports = tree.imports();
        crates.push((tree, imports));
    }
    Ok(crates)
}

/// Whether a crate begins with that file.
fn is_root(path: &str) -> bool {
    let Some((_, inside)) = path.split_once("src/") else { return false };
    let parts: Vec<_> = inside.split('/').collect();
    matches!(parts.as_slice(), ["lib.rs" | "main.rs"] | ["bin", _] | ["bin", _, "main.rs"])
}

/// The files of each crate that know each other in a circle, and what ties them.
pub(super) fn in_circles(sources: &[SourceFile]) -> Vec<String> {
    told(sources, |_, imports| circles::of(imports))
}

/// The imports of each crate that point to a room further up.
pub(super) fn pointing_up(sources: &[SourceFile]) -> Vec<String> {
    told(sources, floors::pointing_up)
}

fn told(sources: &[SourceFile], look: impl Fn(&Tree, &BTreeSet<Import>) -> Vec<String>) -> Vec<String> {
    match crates(sources) {
        Ok(crates) => crates.iter().flat_map(|(tree, imports)| look(tree, imports)).collect(),
        Err(unreadable) => vec![unreadable],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<SourceFile> {
        let file = |(path, text): &(&str, &str)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() };
        files.iter().map(file).collect()
    }

    #[test]
    fn a_circle_is_found_however_it_is_written() {
        let root = ("a/src/lib.rs", "mod hen;\n\nmod nest;\n");
        let nest = ("a/src/nest/mod.rs", "mod egg;\npub(crate) use egg::Egg;\n");
        let hen = ("a/src/hen.rs", "use crate::nest::Egg;\npub(crate) struct Hen(Egg);\n");
        for egg in [
            "use crate::hen::Hen;\npub(crate) struct Egg(Option<Box<Hen>>);\n",
            "pub(crate) struct Egg(Option<Box<crate::hen::Hen>>);\n",
            "use super::super::hen;\npub(crate) struct Egg(Option<Box<hen::Hen>>);\n",
            "pub(crate) struct Egg;\nfn lay() { use crate::hen::Hen as Mother; let _ = Mother; }\n",
            "pub(crate) struct Egg;\nfn lay() { println!(\"{:?}\", crate::hen::Hen); }\n",
        ] {
            let broken = in_circles(&files(&[root, nest, hen, ("a/src/nest/egg.rs", egg)]));
            assert_eq!(broken.len(), 1, "{egg}");
            assert!(broken[0].contains("a/src/hen.rs -> a/src/nest/egg.rs: Egg"), "{broken:?}");
            assert!(broken[0].contains("a/src/nest/egg.rs -> a/src/hen.rs: "), "{broken:?}");
        }
    }

    #[test]
    fn what_looks_like_a_circle_and_is_none_is_left_alone() {
        let broken = in_circles(&files(&[
            ("a/src/lib.rs", "mod hen;\nmod nest;\npub use hen::Hen;\n"),
            ("a/src/nest/mod.rs", "mod egg;\npub(crate) use egg::Egg;\n"),
            ("a/src/nest/egg.rs", "pub(crate) struct Egg;\n#[cfg(test)]\nmod tests { use crate::hen::Hen; }\n"),
            ("a/src/hen.rs", "use crate::nest::Egg;\npub struct Hen(Egg);\n"),
        ]));
        assert_eq!(broken, Vec::<String>::new());
    }

    #[test]
    fn a_room_knows_none_that_is_named_after_it_behind_a_blank_line() {
        let rooms = [
            ("a/src/cellar.rs", "use crate::roof::Tile;\nfn f(_: Tile) {}\n"),
            ("a/src/roof.rs", "pub(crate) struct Tile;\n"),
        ];
        let with = |root| pointing_up(&files(&[("a/src/lib.rs", root), rooms[0], rooms[1]]));
        assert_eq!(with("mod cellar;\nmod roof;\n"), Vec::<String>::new());
        assert_eq!(with("mod roof;\n\nmod cellar;\n"), Vec::<String>::new());
        let broken = with("mod cellar;\n\nmod roof;\n");
        assert_eq!(broken.len(), 1);
        assert!(broken[0].starts_with("a/src/cellar.rs: Tile is of a/src/roof.rs"), "{broken:?}");
    }
}
