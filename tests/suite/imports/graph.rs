//! Files and their imports as a directed graph.

use std::collections::{BTreeMap, BTreeSet};

/// Files by name, each with the files that it imports.
#[derive(Debug, Default)]
pub struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// Adds an import. A file that imports itself does not count.
    pub fn add(&mut self, from: &str, to: &str) {
        if from != to {
            self.0.entry(to.to_owned()).or_default();
            self.0
                .entry(from.to_owned())
                .or_default()
                .insert(to.to_owned());
        }
    }

    pub fn edge_count(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// The groups of files that import each other in a circle: the strongly connected
    /// components of more than one file, each in alphabetical order.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reaches: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|f| (f.as_str(), self.reach(f))).collect();
        let mut circles: Vec<Vec<String>> = Vec::new();
        for file in self.0.keys() {
            if circles.iter().flatten().any(|known| known == file) {
                continue;
            }
            let group: Vec<String> = self
                .0
                .keys()
                .filter(|other| {
                    reaches[file.as_str()].contains(other.as_str())
                        && reaches[other.as_str()].contains(file.as_str())
                })
                .cloned()
                .collect();
            if !group.is_empty() {
                circles.push(group);
            }
        }
        circles
    }

    /// All files that a file imports, directly or by way of others.
    fn reach(&self, file: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = self.0[file].iter().map(String::as_str).collect();
        while let Some(file) = next.pop() {
            if seen.insert(file) {
                next.extend(self.0[file].iter().map(String::as_str));
            }
        }
        seen
    }
}
