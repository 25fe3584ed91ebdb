//! The modules of one crate, and what a path in one of them leads to.

use std::collections::BTreeSet;

use syn::{Item, ItemMod};

use super::Import;
use super::names::{Names, Use, is_for_tests};
use crate::repository::SourceFile;

/// How often a name may be handed on before it is found.
const HANDED_ON_MAX: u8 = 16;

/// A crate's modules; the first is its root.
#[derive(Debug)]
pub(super) struct Tree {
    modules: Vec<Module>,
    root_text: String,
}

#[derive(Debug)]
struct Module {
    name: String,
    parent: Option<usize>,
    /// The file in which it is written.
    path: String,
    names: Names,
}

/// Where a path leads.
enum Led {
    /// To a module as a whole: what of it is used says another path.
    ToAll,
    /// To something that a module defines.
    Into(usize),
}

impl Tree {
    /// Reads a crate from its root, module by module.
    pub(super) fn of_crate(root: &str, sources: &[SourceFile]) -> Result<Self, String> {
        let file = find(sources, root).ok_or_else(|| format!("{root} is not there"))?;
        let mut tree = Self { modules: Vec::new(), root_text: file.text.clone() };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.read(file, String::new(), None, folder, sources)?;
        Ok(tree)
    }

    fn read(
        &mut self,
        file: &SourceFile,
        name: String,
        parent: Option<usize>,
        folder: &str,
        sources: &[SourceFile],
    ) -> Result<(), String> {
        let parsed = syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        self.add(
            &parsed.items,
            Module { name, parent, path: file.path.clone(), names: Names::default() },
            folder,
            sources,
        )
    }

    fn add(&mut self, items: &[Item], module: Module, folder: &str, sources: &[SourceFile]) -> Result<(), String> {
        let (here, path) = (self.modules.len(), module.path.clone());
        self.modules.push(Module { names: Names::of(items), ..module });
        let inner = items.iter().filter_map(|item| if let Item::Mod(inner) = item { Some(inner) } else { None });
        for ItemMod { ident, content, .. } in inner.filter(|inner| !is_for_tests(&inner.attrs)) {
            let (name, folder) = (ident.to_string(), format!("{folder}/{ident}"));
            if let Some((_, items)) = content {
                let module = Module { name, parent: Some(here), path: path.clone(), names: Names::default() };
                self.add(items, module, &folder, sources)?;
                continue;
            }
            let file = find(sources, &format!("{folder}.rs")).or_else(|| find(sources, &format!("{folder}/mod.rs")));
            let file = file.ok_or_else(|| format!("{path}: the file of `mod {name}` was not found"))?;
            self.read(file, name, Some(here), &folder, sources)?;
        }
        Ok(())
    }

    pub(super) fn root_text(&self) -> &str {
        &self.root_text
    }

    pub(super) fn root_path(&self) -> &str {
        self.modules.first().map_or("", |root| &root.path)
    }

    /// The room of the crate that a file is in; none for its root.
    pub(super) fn room_of(&self, path: &str) -> Option<&str> {
        let mut module = self.modules.iter().find(|module| module.path == path)?;
        loop {
            let parent = module.parent?;
            if parent == 0 {
                return Some(&module.name);
            }
            module = self.modules.get(parent)?;
        }
    }

    /// Every import of what another file of the crate defines. What stands in a folder is a part of the file that the
    /// folder belongs to, and may know it.
    pub(super) fn imports(&self) -> BTreeSet<Import> {
        let mut imports = BTreeSet::new();
        for (place, module) in self.modules.iter().enumerate() {
            let brought = module.names.uses.iter().filter(|brought| !brought.handed_on).map(|brought| &brought.path);
            for path in brought.chain(&module.names.mentioned) {
                let Some(Led::Into(to)) = self.resolve(place, path, HANDED_ON_MAX) else { continue };
                if self.is_part_of(place, to) {
                    continue;
                }
                let Some(to) = self.modules.get(to).map(|module| &module.path).filter(|to| **to != module.path) else {
                    continue;
                };
                let name = path.iter().rfind(|part| *part != "self").cloned().unwrap_or_default();
                imports.insert(Import { from: module.path.clone(), to: to.clone(), name });
            }
        }
        imports
    }

    fn is_part_of(&self, place: usize, whole: usize) -> bool {
        let parent = self.modules.get(place).and_then(|module| module.parent);
        parent.is_some_and(|parent| parent == whole || self.is_part_of(parent, whole))
    }

    /// Where a path leads that stands in a module; nowhere where it is of another crate, or of the language.
    fn resolve(&self, place: usize, path: &[String], left: u8) -> Option<Led> {
        let (first, rest) = path.split_first()?;
        let left = left.checked_sub(1)?;
        match first.as_str() {
            "crate" => self.walk(0, rest, left),
            "self" => self.walk(place, rest, left),
            "super" => self.above(place, rest, left),
            name if self.child(place, name).is_some() || self.brings(place, name).is_some() => {
                self.walk(place, path, left)
            }
            _ => None,
        }
    }

    /// The same behind `super`, which may be there more than once.
    fn above(&self, place: usize, path: &[String], left: u8) -> Option<Led> {
        let parent = self.modules.get(place)?.parent?;
        match path.split_first() {
            Some((first, rest)) if first == "super" => self.above(parent, rest, left),
            _ => self.walk(parent, path, left),
        }
    }

    /// Where a path leads from inside a module.
    fn walk(&self, place: usize, path: &[String], left: u8) -> Option<Led> {
        let Some((first, rest)) = path.split_first() else { return Some(Led::ToAll) };
        if let Some(child) = self.child(place, first) {
            return self.walk(child, rest, left);
        }
        if self.modules.get(place)?.names.defined.contains(first) {
            return Some(Led::Into(place));
        }
        if let Some(brought) = self.brings(place, first) {
            return self.resolve(place, &[&brought.path, rest].concat(), left);
        }
        let whole = self.modules.get(place)?.names.uses.iter().filter(|brought| brought.name.is_none());
        for Use { path: module, .. } in whole {
            if let Some(Led::Into(found)) = self.resolve(place, &[module, path].concat(), left)
                && self.modules.get(found).is_some_and(|module| module.names.defined.contains(first))
            {
                return Some(Led::Into(found));
            }
        }
        // Made by a macro, or brought in by it.
        Some(Led::Into(place))
    }

    fn child(&self, place: usize, name: &str) -> Option<usize> {
        self.modules.iter().position(|module| module.parent == Some(place) && module.name == name)
    }

    fn brings(&self, place: usize, name: &str) -> Option<&Use> {
        let uses = &self.modules.get(place)?.names.uses;
        // A name that is brought in under itself, such as `use syn;`, is another crate's.
        uses.iter().find(|brought| {
            brought.name.as_deref() == Some(name) && brought.path.first().map(String::as_str) != Some(name)
        })
    }
}

fn find<'s>(sources: &'s [SourceFile], path: &str) -> Option<&'s SourceFile> {
    sources.iter().find(|file| file.path == path)
}
