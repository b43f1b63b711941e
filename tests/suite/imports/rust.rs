//! Imports of a crate's modules, read with `syn`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::graph::Graph;
use super::includes;

/// The modules of a crate by their path, such as `source::video`.
pub struct Crate(BTreeMap<String, Module>);

struct Module {
    file: String,
    /// Child modules in files of their own.
    children: BTreeSet<String>,
    /// Names that a `use` brings in, with the path behind them; all of `path` for `*`.
    uses: Vec<(Option<String>, Vec<String>)>,
    /// Paths that the module's own code uses, re-exports left out; with their lines.
    paths: BTreeSet<(usize, Vec<String>)>,
    /// How many inline modules (`mod x { ... }`) are open while the file is read.
    depth: usize,
}

/// One import of one module by another.
pub struct Import {
    /// File and line.
    pub place: String,
    /// The path after `crate::`.
    pub path: String,
    from: String,
}

impl Import {
    pub fn importing_folder(&self) -> &str {
        self.from.split("::").next().unwrap_or_default()
    }

    pub fn imported_folder(&self) -> &str {
        self.path.split("::").next().unwrap_or_default()
    }
}

impl Crate {
    /// Reads the files below `src`, of which `main` is the crate's root.
    pub fn read(src: &Path, main: &str) -> Self {
        let mut modules = BTreeMap::new();
        for (file, text) in includes::files(src, &["rs"]) {
            let name = file.trim_end_matches(".rs").replace('/', "::");
            let name = match name.strip_suffix("::mod") {
                Some(folder) => folder.to_owned(),
                None if file == main => String::new(),
                None => name,
            };
            let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
            let mut module = Module {
                file,
                children: BTreeSet::new(),
                uses: Vec::new(),
                paths: BTreeSet::new(),
                depth: 0,
            };
            module.read(&syntax.items);
            modules.insert(name, module);
        }
        // A file that is declared under `#[cfg(test)]` is test code.
        let declared: BTreeSet<String> = modules
            .iter()
            .flat_map(|(name, module)| module.children.iter().map(|child| join(name, child)))
            .collect();
        modules.retain(|name, _| {
            let mut name = name.as_str();
            loop {
                if name.is_empty() {
                    return true;
                }
                if !declared.contains(name) {
                    return false;
                }
                name = name.rsplit_once("::").map_or("", |(parent, _)| parent);
            }
        });
        Self(modules)
    }

    /// All paths that modules use, absolute from the crate's root.
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (name, module) in &self.0 {
            let own = module.paths.iter().map(|(line, path)| (*line, path));
            // A private `use` is among the paths already.
            let is_noted = |path: &Vec<String>| module.paths.iter().any(|(_, noted)| noted == path);
            let used = module.uses.iter().map(|(_, path)| (0, path));
            let used = used.filter(|(_, path)| !is_noted(path));
            for (line, path) in own.chain(used) {
                if let Some(path) = self.absolute(name, path)
                    && !path.is_empty()
                {
                    imports.push(Import {
                        place: format!("{}:{line}", module.file),
                        path: path.join("::"),
                        from: if name.is_empty() {
                            module.file.clone()
                        } else {
                            name.clone()
                        },
                    });
                }
            }
        }
        imports
    }

    /// Which file uses which.
    pub fn files(&self) -> Graph {
        let mut graph = Graph::default();
        for (name, module) in &self.0 {
            for (_, path) in &module.paths {
                let target = self
                    .absolute(name, path)
                    .map(|path| self.defining(&path, 0));
                if let Some(target) = target {
                    graph.add(&module.file, &self.0[&target].file);
                }
            }
        }
        graph
    }

    /// A path as the crate's root sees it; `None` if it leads out of the crate.
    fn absolute(&self, module: &str, path: &[String]) -> Option<Vec<String>> {
        let mut at: Vec<String> = split(module);
        let mut rest = path.iter().peekable();
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest.next();
            }
            "self" => {
                rest.next();
            }
            "super" => {
                while rest.next_if(|part| *part == "super").is_some() {
                    at.pop();
                }
            }
            first => {
                // A child module, or a name that a `use` brought in: that `use` counts.
                if !self.0.get(module)?.children.contains(first) {
                    return None;
                }
            }
        }
        at.extend(rest.cloned());
        Some(at)
    }

    /// The module that defines the item behind an absolute path: re-exports are followed.
    fn defining(&self, path: &[String], depth: usize) -> String {
        let mut module = String::new();
        for (index, part) in path.iter().enumerate() {
            let child = join(&module, part);
            if self.0.contains_key(&child) {
                module = child;
                continue;
            }
            let Some(found) = self.0.get(&module).filter(|_| depth < 8) else {
                break;
            };
            let reexport = found.uses.iter().find_map(|(name, target)| match name {
                Some(name) if name == part => self.absolute(&module, target),
                _ => None,
            });
            if let Some(mut target) = reexport {
                target.extend(path[index + 1..].iter().cloned());
                return self.defining(&target, depth + 1);
            }
            break;
        }
        module
    }
}

impl Module {
    fn read(&mut self, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Mod(module) if is_test(&module.attrs) => {}
                syn::Item::Mod(module) if module.content.is_none() => {
                    self.children.insert(module.ident.to_string());
                }
                syn::Item::Use(item) if !is_test(&item.attrs) => {
                    let line = item.use_token.span.start().line;
                    let public = !matches!(item.vis, syn::Visibility::Inherited);
                    self.read_use(&item.tree, Vec::new(), line, public);
                }
                syn::Item::Fn(item) if is_test(&item.attrs) => {}
                syn::Item::Impl(item) if is_test(&item.attrs) => {}
                other => self.visit_item(other),
            }
        }
    }

    fn read_use(&mut self, tree: &syn::UseTree, mut path: Vec<String>, line: usize, public: bool) {
        let name = match tree {
            syn::UseTree::Path(next) => {
                path.push(next.ident.to_string());
                return self.read_use(&next.tree, path, line, public);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.read_use(tree, path.clone(), line, public);
                }
                return;
            }
            syn::UseTree::Name(name) if name.ident == "self" => path.last().cloned(),
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                Some(name.ident.to_string())
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                Some(name.rename.to_string())
            }
            syn::UseTree::Glob(_) => None,
        };
        if self.depth > 0 {
            return self.record(line, path);
        }
        if !public {
            self.record(line, path.clone());
        }
        self.uses.push((name, path));
    }

    /// Notes a path. In an inline module `super` first leads to the file's own module.
    fn record(&mut self, line: usize, mut path: Vec<String>) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        if self.depth > 0 && supers > 0 {
            if supers <= self.depth {
                path.splice(..supers, ["self".to_owned()]);
            } else {
                path.drain(..self.depth);
            }
        }
        self.paths.insert((line, path));
    }

    /// Paths in the tokens of a macro.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut line = 0;
        for token in &tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.take(&mut path, line);
                    }
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.take(&mut path, line);
                    self.read_tokens(group.stream());
                    colons = 0;
                }
                _ => {
                    self.take(&mut path, line);
                    colons = 0;
                }
            }
        }
        self.take(&mut path, line);
    }

    fn take(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.record(line, path);
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let line = path.segments[0].ident.span().start().line;
        if parts.len() > 1 {
            self.record(line, parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.read_tokens(call.tokens.clone());
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            self.depth += 1;
            visit::visit_item_mod(self, module);
            self.depth -= 1;
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.use_token.span.start().line;
        self.read_use(&item.tree, Vec::new(), line, false);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else {
            return attribute.path().is_ident("test");
        };
        list.path.is_ident("cfg")
            && list
                .tokens
                .clone()
                .into_iter()
                .any(|token| matches!(&token, TokenTree::Ident(ident) if ident == "test"))
    })
}

fn join(module: &str, child: &str) -> String {
    if module.is_empty() {
        child.to_owned()
    } else {
        format!("{module}::{child}")
    }
}

fn split(module: &str) -> Vec<String> {
    module
        .split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
