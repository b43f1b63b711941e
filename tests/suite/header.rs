//! The committed C header matches `src/ffi/`.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// The header that `src/ffi/` gives.
pub fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    // cbindgen finds the other files by the `mod` lines. With the files listed here as well,
    // the header would have their functions twice.
    let builder = cbindgen::Builder::new()
        .with_config(config)
        .with_src(root.join("src/ffi/mod.rs"));
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    // C programmers do not know the heading "Safety".
    let header = String::from_utf8(header).unwrap();
    header.replace(" # Safety\n", " Conditions:\n")
}

#[test]
fn committed_header_is_current() {
    let header = generated();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/rextrack.h");
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(&path, &header).unwrap();
    }
    let committed = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == header,
        "include/rextrack.h does not match src/ffi/; run `cargo xtask header` and commit it"
    );
}

#[test]
fn macros_have_our_prefix() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/rextrack.h");
    let header = std::fs::read_to_string(path).unwrap();
    let macros: Vec<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split_whitespace().next())
        .collect();
    assert!(macros.contains(&"REXTRACK_ABI_MAJOR"), "{macros:?}");
    for name in macros {
        assert!(name.starts_with("REXTRACK_"), "#define {name}");
    }
}
