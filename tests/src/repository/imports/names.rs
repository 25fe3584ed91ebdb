//! What one module's own code names, and what it defines.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, Macro, Meta, Path, UseTree, Visibility};

/// One name that is brought in.
#[derive(Debug, Clone)]
pub(super) struct Use {
    /// What it is called here; nothing where all of a module is brought in.
    pub(super) name: Option<String>,
    pub(super) path: Vec<String>,
    /// Whether it is handed on to others: then it need not be used here.
    pub(super) handed_on: bool,
}

/// What is written in one module, its inner modules left out.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) uses: Vec<Use>,
    pub(super) mentioned: BTreeSet<Vec<String>>,
    pub(super) defined: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut names = Self::default();
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            names.defined.extend(defined(item));
            if !matches!(item, Item::Mod(_)) {
                names.visit_item(item);
            }
        }
        names
    }

    fn flatten(&mut self, tree: &UseTree, before: &[String], handed_on: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.flatten(&path.tree, &with(&path.ident), handed_on),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.flatten(tree, before, handed_on)),
            UseTree::Glob(_) => self.uses.push(Use { name: None, path: before.to_vec(), handed_on }),
            UseTree::Name(name) if name.ident == "self" => {
                self.uses.push(Use { name: before.last().cloned(), path: before.to_vec(), handed_on });
            }
            UseTree::Name(name) => {
                self.uses.push(Use { name: Some(name.ident.to_string()), path: with(&name.ident), handed_on });
            }
            UseTree::Rename(rename) => {
                let path = if rename.ident == "self" { before.to_vec() } else { with(&rename.ident) };
                self.uses.push(Use { name: Some(rename.rename.to_string()), path, handed_on });
            }
        }
    }

    /// The paths in what a macro is given: how it reads them is not known, only that they stand there.
    fn in_macro(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0_u8;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons = colons.saturating_add(1),
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.mentioned.insert(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Group(group) => self.in_macro(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => colons = 0,
            }
        }
        self.mentioned.insert(path);
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let handed_on = !matches!(item.vis, Visibility::Inherited);
        self.flatten(&item.tree, &[], handed_on);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.mentioned.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.in_macro(called.tokens.clone());
        visit::visit_macro(self, called);
    }
}

/// Whether it is there for tests alone, which may know everything.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what an item can be grows with the language")]
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what an item can be grows with the language")]
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
