//! Which names a public signature may contain: those of `std` and of the API itself.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

/// Names of the language and of std's prelude that need no `use`.
const PRELUDE: &[&str] = &[
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "isize",
    "f32",
    "f64",
    "str",
    "char",
    "String",
    "Vec",
    "Box",
    "Option",
    "Result",
    "Some",
    "None",
    "Ok",
    "Err",
    "Self",
    "Fn",
    "FnMut",
    "FnOnce",
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Drop",
    "Copy",
    "Clone",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Into",
    "From",
    "TryFrom",
    "TryInto",
    "AsRef",
    "AsMut",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "ToString",
    "ToOwned",
    // Derives.
    "Debug",
    "Hash",
];

/// The names that one file of `src/api` knows.
pub struct Scope<'a> {
    /// The public names of the API.
    pub exported: &'a BTreeSet<String>,
    /// Names that a `use` brings in, with the path behind them.
    uses: BTreeMap<String, Vec<String>>,
}

impl<'a> Scope<'a> {
    pub fn of(file: &syn::File, exported: &'a BTreeSet<String>) -> Self {
        let mut uses = BTreeMap::new();
        for item in &file.items {
            if let syn::Item::Use(item) = item {
                read_use(&item.tree, &mut Vec::new(), &mut uses);
            }
        }
        Self { exported, uses }
    }

    /// Whether a path leads to `std` or to a public name of the API.
    fn is_allowed(&self, path: &[String], generics: &BTreeSet<String>) -> bool {
        let first = path[0].as_str();
        if ["std", "core", "alloc", "Self"].contains(&first) || generics.contains(first) {
            return true;
        }
        if let Some(used) = self.uses.get(first) {
            return self.is_allowed_use(used, &path[1..]);
        }
        if ["crate", "super", "self"].contains(&first) {
            return self.is_allowed_use(path, &[]);
        }
        path.len() == 1 && (PRELUDE.contains(&first) || self.exported.contains(first))
    }

    /// As [`Self::is_allowed`], for a path of a `use` and what follows it in the signature.
    fn is_allowed_use(&self, used: &[String], rest: &[String]) -> bool {
        match used[0].as_str() {
            "std" => true,
            // Files of the API use each other by `super::`.
            "super" => {
                let name = rest.last().or(used.last());
                name.is_some_and(|name| self.exported.contains(name))
            }
            _ => false,
        }
    }

    /// The paths in a part of a signature that lead elsewhere.
    pub fn foreign_paths(
        &self,
        generics: &BTreeSet<String>,
        visit: impl FnOnce(&mut dyn FnMut(&syn::Path)),
    ) -> Vec<String> {
        let mut foreign = Vec::new();
        visit(&mut |path| {
            let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
            if !self.is_allowed(&parts, generics) {
                foreign.push(parts.join("::"));
            }
        });
        foreign
    }
}

fn read_use(tree: &syn::UseTree, path: &mut Vec<String>, uses: &mut BTreeMap<String, Vec<String>>) {
    match tree {
        syn::UseTree::Path(next) => {
            path.push(next.ident.to_string());
            read_use(&next.tree, path, uses);
            path.pop();
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                read_use(tree, path, uses);
            }
        }
        syn::UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = path.last() {
                uses.insert(last.clone(), path.clone());
            }
        }
        syn::UseTree::Name(name) => {
            let full = path.iter().cloned().chain([name.ident.to_string()]);
            uses.insert(name.ident.to_string(), full.collect());
        }
        syn::UseTree::Rename(name) => {
            let full = path.iter().cloned().chain([name.ident.to_string()]);
            uses.insert(name.rename.to_string(), full.collect());
        }
        syn::UseTree::Glob(_) => {}
    }
}

/// Passes every path of a signature to a function, bounds and generic arguments included.
pub struct Paths<'f>(pub &'f mut dyn FnMut(&syn::Path));

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        (self.0)(path);
        visit::visit_path(self, path);
    }

    // Paths of attributes are no types.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    // `pub(super)` is no type.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

/// Names of type parameters.
pub fn type_parameters(generics: &syn::Generics) -> impl Iterator<Item = String> {
    generics.type_params().map(|one| one.ident.to_string())
}
