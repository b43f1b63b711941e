//! The rules of import: who may know whom, and no circle among files.
//!
//! The table of folders is the one in `docs/architecture.md`. Files are compared by what
//! they use: a `use`, or a path in code. A re-export is transparent, so that the edge goes
//! to the file that defines the item. Test code does not count.

mod graph;
mod includes;
mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use graph::Graph;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders that each folder of `src/` may import, from the first table of the section
/// in `docs/architecture.md`.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    tables().swap_remove(0)
}

/// What each folder of `touchdesigner/` may include, from the second table.
fn plugin_table() -> BTreeMap<String, BTreeSet<String>> {
    tables().swap_remove(1)
}

fn tables() -> Vec<BTreeMap<String, BTreeSet<String>>> {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let section = text
        .split("## Who may import whom")
        .nth(1)
        .expect("docs/architecture.md has the section \"Who may import whom\"");
    let names = |cell: &str| -> BTreeSet<String> {
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    };
    let section = section.split("\n## ").next().unwrap_or_default();
    let tables = section.split("\n|---").skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').collect();
        let folder = names(cells[1]).into_iter().next().expect("a folder's name");
        (folder, names(cells[2]))
    };
    tables
        .map(|table| {
            let rows = table.lines().skip(1);
            let rows = rows.take_while(|line| line.starts_with('|'));
            rows.map(row).collect()
        })
        .collect()
}

#[test]
fn folders_import_only_what_the_table_allows() {
    let table = table();
    let mut broken = Vec::new();
    for import in rust::Crate::read(&root().join("src"), "lib.rs").imports() {
        let (from, to) = (import.importing_folder(), import.imported_folder());
        if from == to || from == "lib.rs" {
            continue;
        }
        let allowed = table.get(from).unwrap_or_else(|| {
            panic!("src/{from} has no row in the table of docs/architecture.md")
        });
        if !allowed.contains(to) {
            broken.push(format!(
                "{}: {from} may not import {to} (crate::{})",
                import.place, import.path
            ));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn stations_do_not_know_each_other() {
    let stations = ["source", "detect", "track", "slots", "sink"];
    for (folder, allowed) in table() {
        let others = stations
            .iter()
            .filter(|station| allowed.contains(**station));
        if stations.contains(&folder.as_str()) {
            assert_eq!(others.count(), 0, "{folder} knows another station");
        }
    }
}

#[test]
fn files_of_the_library_form_no_circle() {
    assert_no_circle(&rust::Crate::read(&root().join("src"), "lib.rs").files());
}

#[test]
fn files_of_the_service_form_no_circle() {
    let files = rust::Crate::read(&root().join("service/src"), "main.rs").files();
    assert_no_circle(&files);
}

#[test]
fn files_of_the_plugin_form_no_circle() {
    assert_no_circle(&includes::cpp(&root().join("touchdesigner/core")));
}

#[test]
fn halves_of_a_plugin_meet_in_the_c_interface_alone() {
    // What a compiler without MSVC's libraries has; touchdesigner/windows/include has the rest.
    let c_headers = ["stddef.h", "stdint.h", "stdlib.h", "string.h"];
    // The SDK's, and Python's for callbacks.
    let others = ["CHOP_CPlusPlusBase.h", "TOP_CPlusPlusBase.h", "Python.h"];
    let mut broken = Vec::new();
    let plugin = root().join("touchdesigner");
    for (folder, allowed) in plugin_table() {
        for include in includes::all(&plugin.join(&folder)) {
            // A file of the same folder may be named without it.
            let name = match plugin.join(&folder).join(&include.name).is_file() {
                true => format!("{folder}/{}", include.name),
                false => include.name.clone(),
            };
            let (to, _) = name.split_once('/').unwrap_or((&name, ""));
            let is_allowed = match include.is_quoted && plugin.join(&name).is_file() {
                true => to == folder || allowed.contains(to) || allowed.contains(&name),
                // The core may use every library.
                false if folder == "core" => !others[..2].contains(&name.as_str()),
                false => {
                    name == "rextrack.h"
                        || c_headers.contains(&name.as_str())
                        || others.contains(&name.as_str())
                }
            };
            if !is_allowed {
                broken.push(format!("{folder}/{} may not include {name}", include.file));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_of_the_panel_form_no_circle() {
    assert_no_circle(&includes::typescript(&root().join("web/src")));
}

fn assert_no_circle(graph: &Graph) {
    assert!(
        graph.edge_count() > 10,
        "too few imports were found: {graph:?}"
    );
    let circles = graph.circles();
    let shown: Vec<String> = circles.iter().map(|circle| circle.join(" -> ")).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

#[test]
fn circle_is_found_and_a_line_is_not_one() {
    let mut graph = Graph::default();
    graph.add("a", "b");
    graph.add("b", "c");
    assert!(graph.circles().is_empty());
    graph.add("c", "a");
    assert_eq!(graph.circles(), [["a", "b", "c"]]);
}
