//! Imports of C++ and TypeScript, line by line.

use std::path::{Path, PathBuf};

use super::graph::Graph;

/// `#include "..."` among the files of a folder. A .cpp and its own .h are one file, except
/// those of the C interface: its types are below all files, its functions above.
pub fn cpp(folder: &Path) -> Graph {
    let mut graph = Graph::default();
    for (name, text) in files(folder, &["cpp", "h"]) {
        for line in text.lines() {
            let Some(included) = line.trim().strip_prefix("#include \"") else {
                continue;
            };
            let included = included.trim_end_matches('"');
            if folder.join(included).is_file() {
                graph.add(stem(&name), stem(included));
            }
        }
    }
    graph
}

/// An `#include` of a C++ file.
pub struct Include {
    pub file: String,
    pub name: String,
    /// `"name"`, not `<name>`.
    pub is_quoted: bool,
}

/// Each `#include` in the files of a folder.
pub fn all(folder: &Path) -> Vec<Include> {
    let mut found = Vec::new();
    for (file, text) in files(folder, &["cpp", "h"]) {
        for line in text.lines() {
            let Some(rest) = line.trim().strip_prefix("#include ") else {
                continue;
            };
            found.push(Include {
                file: file.clone(),
                name: rest.trim_matches(['"', '<', '>']).to_owned(),
                is_quoted: rest.starts_with('"'),
            });
        }
    }
    assert!(!found.is_empty(), "{} includes nothing", folder.display());
    found
}

/// `import ... from "./..."` and `import("./...")` among the files of a folder. Types
/// count, tests do not.
pub fn typescript(folder: &Path) -> Graph {
    let mut graph = Graph::default();
    for (name, text) in files(folder, &["ts", "tsx"]) {
        if name.contains(".test.") {
            continue;
        }
        for quoted in text
            .split("from \"")
            .skip(1)
            .chain(text.split("import(\"").skip(1))
        {
            let module = quoted.split('"').next().unwrap_or_default();
            if !module.starts_with('.') {
                continue;
            }
            let base = Path::new(&name).parent().unwrap_or(Path::new(""));
            let target = normalized(&base.join(module));
            let found = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"]
                .iter()
                .map(|end| format!("{target}{end}"))
                .find(|file| folder.join(file).is_file());
            if let Some(found) = found {
                graph.add(&name, &found);
            }
        }
    }
    graph
}

fn stem(name: &str) -> &str {
    if name == "interface.h" {
        return name;
    }
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// `a/b/../c` as `a/c`.
fn normalized(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                parts.pop();
            }
            std::path::Component::Normal(part) => parts.push(part.to_string_lossy().into()),
            _ => {}
        }
    }
    parts.join("/")
}

/// The files below a folder with one of these endings: names relative to it, and texts.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|e| endings.iter().any(|ending| e == *ending))
            {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((name.replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}
