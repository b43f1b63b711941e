//! What the fuzz targets met so far, without a fuzzer: see `cargo xtask fuzz`.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[path = "../../fuzz/properties.rs"]
mod properties;

fn each(target: &str, check: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut tried = 0;
    for entry in corpus.read_dir().unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        tried += 1;
    }
    assert!(tried > 5, "{} holds {tried} files", corpus.display());
}

#[test]
fn whatever_is_created_can_be_shown_and_created_again() {
    each("create", properties::create);
}

#[test]
fn patches_apply_whole_or_not_at_all() {
    each("merge_patch", properties::merge_patch);
}
