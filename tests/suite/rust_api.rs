//! The public Rust API: its list is current, and its signatures have no foreign types.

mod listing;
mod names;

use std::collections::BTreeSet;
use std::path::Path;

use listing::Listing;

const HEAD: &str = "\
# The public Rust API: names and signatures, sorted. Generated from src/lib.rs and src/api by
# `cargo xtask generate`. A removed or changed line breaks programs that use it: see the
# decision docs/decisions/0029-a-small-public-rust-api.md.
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn list_of_the_rust_api_is_current() {
    let listing = Listing::of_crate(root());
    let lines: Vec<&str> = listing.lines.iter().map(String::as_str).collect();
    let text = format!("{HEAD}\n{}\n", lines.join("\n"));
    let path = root().join("docs/ref/rust-api.txt");
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let old: BTreeSet<&str> = committed.lines().collect();
    let new: BTreeSet<&str> = text.lines().collect();
    let removed: Vec<_> = old
        .difference(&new)
        .map(|line| format!("- {line}"))
        .collect();
    let added: Vec<_> = new
        .difference(&old)
        .map(|line| format!("+ {line}"))
        .collect();
    assert!(
        committed == text,
        "docs/ref/rust-api.txt is not what src/api says:\n{}\n{}\nA removed line breaks programs: \
         it needs a new major version, or a minor one while the version is 0.x. If the change is \
         intended, run `cargo xtask generate`, commit the list, and add a line to CHANGELOG.md",
        removed.join("\n"),
        added.join("\n")
    );
}

#[test]
fn signatures_of_the_rust_api_have_no_foreign_types() {
    let listing = Listing::of_crate(root());
    assert!(listing.foreign.is_empty(), "{}", listing.foreign.join("\n"));
}

#[test]
fn only_api_and_the_hidden_internals_are_public() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let file = syn::parse_file(&text).unwrap();
    let public = file.items.iter().filter_map(listing::public_root);
    let public: Vec<String> = public.collect();
    assert_eq!(public, ["use api", "mod internals (hidden)"]);
}

#[test]
fn listing_has_public_items_alone_with_their_signatures() {
    let source = "
        use std::fmt;
        /// A type.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub struct Shown { pub a: Option<u32>, b: Hidden }
        struct Hidden;
        pub enum Kind { One, Two(u8) }
        impl Shown {
            #[must_use]
            pub fn get<'a>(&'a self, by: impl Into<String>) -> &'a str { todo() }
            pub(super) fn private(&self) -> Hidden { todo() }
            fn own(&self) -> Hidden { todo() }
        }
        impl fmt::Display for Shown { fn fmt(&self) {} }
        impl From<Hidden> for u8 { fn from(h: Hidden) -> u8 { 0 } }
    ";
    let listing = Listing::of_files(&[("shown", source)], ["Shown", "Kind"]);
    assert_eq!(
        Vec::from_iter(&listing.lines),
        [
            "enum Kind",
            "field Shown::a: Option<u32>",
            "fn Shown::get<'a>(&'a self, by: impl Into<String>) -> &'a str (must_use)",
            "impl Clone for Shown",
            "impl Debug for Shown",
            "impl Display for Shown",
            "struct Shown (non_exhaustive)",
            "variant Kind::One",
            "variant Kind::Two(u8)",
        ]
    );
    assert!(listing.foreign.is_empty(), "{:?}", listing.foreign);
}

#[test]
fn foreign_and_private_types_in_signatures_are_found() {
    let found = |item: &str| {
        let source = format!(
            "use std::time::Duration; use serde_json::Value; use crate::pipeline::PipelineError;
             use super::other::Other; pub struct Shown; impl Shown {{ {item} }}"
        );
        let files = [("shown", source.as_str()), ("other", "pub struct Other;")];
        Listing::of_files(&files, ["Shown", "Other"]).foreign.len()
    };
    for allowed in [
        "pub fn f(&self, t: Duration) -> Result<Self, Other> { }",
        "pub fn f<T: Into<String>>(&self, t: T) -> impl Iterator<Item = (usize, &[T])> { }",
        "fn f(&self) -> Value { }",
        "pub(crate) fn f(&self) -> opencv::core::Mat { }",
    ] {
        assert_eq!(found(allowed), 0, "{allowed}");
    }
    for foreign in [
        "pub fn f(&self) -> Value { }",
        "pub fn f(&self) -> Option<Vec<Value>> { }",
        "pub fn f(&self) -> Result<(), PipelineError> { }",
        "pub fn f(&self, mat: &opencv::core::Mat) { }",
        "pub fn f(&self, frame: crate::flow::Frame) { }",
        "pub fn f(&self, log: impl log::Log) { }",
        "pub fn f<T: serde::Serialize>(&self, t: T) { }",
        "pub fn f<T>(&self, t: T) where T: serde::Serialize { }",
    ] {
        assert_eq!(found(foreign), 1, "{foreign}");
    }
    let derives = "#[derive(Debug, serde::Serialize)] pub struct Shown;
                   impl From<opencv::Error> for Shown {}";
    let foreign = Listing::of_files(&[("shown", derives)], ["Shown"]).foreign;
    assert_eq!(foreign.len(), 2, "{foreign:?}");
}
