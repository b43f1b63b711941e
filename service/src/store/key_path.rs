//! Places of keys in a document, which stay the same when entries of a list come and go.

/// The place of a key in the section at `parent`.
pub fn key(parent: &str, key: &str) -> String {
    format!("{parent}.{key}")
}

/// The place of an entry of the list at `parent`: by its id, if it has one.
pub fn entry(parent: &str, index: usize, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{parent}[id={id}]"),
        None => format!("{parent}[{index}]"),
    }
}
