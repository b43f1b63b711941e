//! Lists the public items of `src/api`, one line each.

use std::collections::BTreeSet;
use std::path::Path;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, Generics, Item, Visibility};

use super::names::{Paths, Scope, type_parameters};

/// The public API.
pub struct Listing {
    /// One line an item, sorted.
    pub lines: BTreeSet<String>,
    /// Types in signatures that are neither of `std` nor public names of the API.
    pub foreign: Vec<String>,
}

impl Listing {
    /// Reads `src/lib.rs` for the public names and `src/api` for their signatures.
    pub fn of_crate(root: &Path) -> Self {
        let text = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
        let exported = exported(&syn::parse_file(&text).unwrap());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(root.join("src/api")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if name != "mod" {
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
        files.sort();
        let files: Vec<_> = files
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        let listing = Self::of_files(&files, exported.iter().map(String::as_str));
        for name in &exported {
            let is_listed = listing.lines.iter().any(|line| defines(line, name));
            assert!(
                is_listed,
                "lib.rs exports {name}, which src/api does not define"
            );
        }
        listing
    }

    /// The items of these files, of which `exported` are public.
    pub fn of_files<'a>(
        files: &[(&str, &str)],
        exported: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let exported: BTreeSet<String> = exported.into_iter().map(str::to_owned).collect();
        let mut listing = Self {
            lines: BTreeSet::new(),
            foreign: Vec::new(),
        };
        for (name, text) in files {
            let file = syn::parse_file(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let scope = Scope::of(&file, &exported);
            for item in &file.items {
                listing.item(item, &scope);
            }
        }
        listing
    }

    fn item(&mut self, item: &Item, scope: &Scope) {
        match item {
            Item::Struct(item) if scope.exported.contains(&item.ident.to_string()) => {
                let name = format!("{}{}", item.ident, text(&item.generics));
                self.add(
                    scope,
                    &item.generics,
                    &[],
                    format!("struct {name}"),
                    &item.attrs,
                    |_| {},
                );
                self.derives(scope, &name, &item.attrs);
                for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                    let field_name = field.ident.as_ref().map_or("0".into(), ToString::to_string);
                    let line = format!("field {}::{field_name}: {}", item.ident, text(&field.ty));
                    self.add(scope, &item.generics, &[], line, &[], |paths| {
                        paths.visit_type(&field.ty);
                    });
                }
            }
            Item::Enum(item) if scope.exported.contains(&item.ident.to_string()) => {
                let name = format!("{}{}", item.ident, text(&item.generics));
                self.add(
                    scope,
                    &item.generics,
                    &[],
                    format!("enum {name}"),
                    &item.attrs,
                    |_| {},
                );
                self.derives(scope, &name, &item.attrs);
                for variant in &item.variants {
                    let fields = text(&variant.fields);
                    let line = format!("variant {}::{}{fields}", item.ident, variant.ident);
                    self.add(scope, &item.generics, &[], line, &[], |paths| {
                        paths.visit_fields(&variant.fields);
                    });
                }
            }
            Item::Fn(item) if scope.exported.contains(&item.sig.ident.to_string()) => {
                self.function(scope, &Generics::default(), "", &item.sig, &item.attrs);
            }
            Item::Const(item) if scope.exported.contains(&item.ident.to_string()) => {
                let line = format!("const {}: {}", item.ident, text(&item.ty));
                self.add(scope, &item.generics, &[], line, &[], |paths| {
                    paths.visit_type(&item.ty);
                });
            }
            Item::Trait(item) => panic!("trait {}: the listing cannot describe traits", item.ident),
            Item::Impl(item) => self.implementation(scope, item),
            _ => {}
        }
    }

    fn implementation(&mut self, scope: &Scope, item: &syn::ItemImpl) {
        let syn::Type::Path(own) = &*item.self_ty else {
            return;
        };
        let name = own.path.segments.last().map(|s| s.ident.to_string());
        let name = name.filter(|name| scope.exported.contains(name));
        let Some(name) = name else { return };
        if let Some((_, path, _)) = &item.trait_ {
            let (of, own) = (trait_name(path), text(&item.self_ty));
            let line = format!("impl {of} for {own}");
            self.add(scope, &item.generics, &[], line, &[], |paths| {
                paths.visit_path(path);
            });
            for member in &item.items {
                if let syn::ImplItem::Type(member) = member {
                    let line = format!(
                        "type <{own} as {of}>::{} = {}",
                        member.ident,
                        text(&member.ty)
                    );
                    self.add(scope, &item.generics, &[], line, &[], |paths| {
                        paths.visit_type(&member.ty);
                    });
                }
            }
            return;
        }
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(member) if is_public(&member.vis) => {
                    let owner = format!("{}::", text(&item.self_ty));
                    self.function(scope, &item.generics, &owner, &member.sig, &member.attrs);
                }
                syn::ImplItem::Const(member) if is_public(&member.vis) => {
                    let line = format!("const {name}::{}: {}", member.ident, text(&member.ty));
                    self.add(scope, &item.generics, &[], line, &[], |paths| {
                        paths.visit_type(&member.ty);
                    });
                }
                _ => {}
            }
        }
    }

    fn function(
        &mut self,
        scope: &Scope,
        outer: &Generics,
        owner: &str,
        signature: &syn::Signature,
        attributes: &[Attribute],
    ) {
        let signature_text = text(signature);
        let (before, after) = signature_text
            .split_once("fn ")
            .unwrap_or(("", &signature_text));
        // Whether a function changes its own copy is not part of its signature.
        let after = after.replace("(mut ", "(");
        let line = format!("{before}fn {owner}{after}");
        let inner: Vec<String> = type_parameters(&signature.generics).collect();
        self.add(scope, outer, &inner, line, attributes, |paths| {
            paths.visit_signature(signature);
        });
    }

    fn derives(&mut self, scope: &Scope, name: &str, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|a| a.path().is_ident("derive")) {
            attribute
                .parse_nested_meta(|derive| {
                    let line = format!("impl {} for {name}", trait_name(&derive.path));
                    self.add(scope, &Generics::default(), &[], line, &[], |paths| {
                        paths.visit_path(&derive.path);
                    });
                    Ok(())
                })
                .unwrap();
        }
    }

    /// Adds a line, and the foreign types of its signature, which `visit` goes through.
    fn add(
        &mut self,
        scope: &Scope,
        generics: &Generics,
        more_generics: &[String],
        mut line: String,
        attributes: &[Attribute],
        visit: impl FnOnce(&mut Paths),
    ) {
        for promise in ["must_use", "non_exhaustive"] {
            if attributes.iter().any(|a| a.path().is_ident(promise)) {
                line = format!("{line} ({promise})");
            }
        }
        let known = type_parameters(generics).chain(more_generics.iter().cloned());
        let foreign = scope.foreign_paths(&known.collect(), |each| visit(&mut Paths(each)));
        for path in foreign {
            self.foreign.push(format!(
                "{line}: {path} is neither of std nor a public name of src/api; wrap it"
            ));
        }
        self.lines.insert(line);
    }
}

/// The names that `pub use api::...` exports.
fn exported(file: &syn::File) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in &file.items {
        if let Item::Use(item) = item
            && is_public(&item.vis)
            && let syn::UseTree::Path(path) = &item.tree
            && let syn::UseTree::Group(group) = &*path.tree
        {
            for tree in &group.items {
                match tree {
                    syn::UseTree::Name(name) => names.insert(name.ident.to_string()),
                    _ => panic!("lib.rs: list the names of api one by one"),
                };
            }
        }
    }
    assert!(names.len() > 10, "too few names were found: {names:?}");
    names
}

/// What an item of `lib.rs` makes public, such as `use api`.
pub fn public_root(item: &Item) -> Option<String> {
    match item {
        Item::Use(item) if is_public(&item.vis) => match &item.tree {
            syn::UseTree::Path(path) => Some(format!("use {}", path.ident)),
            _ => Some("use of another form".into()),
        },
        Item::Mod(item) if is_public(&item.vis) => {
            let is_hidden = item.attrs.iter().any(|a| {
                a.path().is_ident("doc") && a.to_token_stream().to_string().contains("hidden")
            });
            let suffix = if is_hidden { " (hidden)" } else { "" };
            Some(format!("mod {}{suffix}", item.ident))
        }
        Item::Fn(item) if is_public(&item.vis) => Some(format!("fn {}", item.sig.ident)),
        Item::Struct(item) if is_public(&item.vis) => Some(format!("struct {}", item.ident)),
        Item::Enum(item) if is_public(&item.vis) => Some(format!("enum {}", item.ident)),
        Item::Trait(item) if is_public(&item.vis) => Some(format!("trait {}", item.ident)),
        Item::Macro(item) if item.attrs.iter().any(|a| a.path().is_ident("macro_export")) => {
            Some("macro".into())
        }
        _ => None,
    }
}

/// Whether a line of the list is the item of that name.
fn defines(line: &str, name: &str) -> bool {
    let rest = ["struct ", "enum ", "fn ", "const "]
        .iter()
        .find_map(|kind| line.strip_prefix(kind)?.strip_prefix(name));
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == ':'))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// A trait without the module it comes from, the same for an `impl` and a derive.
fn trait_name(path: &syn::Path) -> String {
    path.segments.last().map_or_else(String::new, text)
}

/// Tokens as a programmer writes them.
fn text(part: &impl ToTokens) -> String {
    let mut text = part.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" > ", "> "),
        (" >", ">"),
        (" ,", ","),
        (",)", ")"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        (" : ", ": "),
        ("& ", "&"),
        ("[ ", "["),
        (" ]", "]"),
        (" ;", ";"),
    ] {
        text = text.replace(spaced, tight);
    }
    text.replace("->(", "-> (")
        .replace("=(", "= (")
        .replace(",(", ", (")
}
