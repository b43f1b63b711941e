//! Finding ONNX Runtime: wrong files are named with what is wrong and the
//! remedy, a failed search can be mended while the process runs, and what is
//! loaded stays. One test, since the runtime is one for the process.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use rextrack::detect::{ErrorKind, runtime};

/// A library that says it is ONNX Runtime 1.17.3; none where there is no C compiler.
fn outdated(dir: &Path) -> Option<PathBuf> {
    const SOURCE: &str = r#"
        typedef struct { const void *(*api)(unsigned); const char *(*version)(void); } Base;
        static const void *api(unsigned wanted) { (void)wanted; return 0; }
        static const char *version(void) { return "1.17.3"; }
        static const Base base = { api, version };
        const Base *OrtGetApiBase(void) { return &base; }
    "#;
    let (source, library) = (dir.join("outdated.c"), dir.join("outdated.so"));
    std::fs::write(&source, SOURCE).unwrap();
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source);
    compiler
        .status()
        .is_ok_and(|s| s.success())
        .then_some(library)
}

#[track_caller]
fn refused(path: &Path) -> String {
    let error = runtime::locate(Some(path)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn a_wrong_runtime_is_named_and_the_right_one_still_loads() {
    const TEST: &str = "a_wrong_runtime_is_named_and_the_right_one_still_loads";
    let dir = tempfile::tempdir().unwrap();
    let text = refused(&dir.path().join("nowhere.so"));
    assert!(
        text.contains("does not exist") && text.contains("cargo xtask setup"),
        "{text}"
    );
    assert!(refused(dir.path()).contains("holds no ONNX Runtime"));

    let file = dir.path().join("text.so");
    std::fs::write(&file, "no library").unwrap();
    assert!(refused(&file).contains("cannot be loaded"));

    match cfg!(unix).then(|| outdated(dir.path())).flatten() {
        Some(old) => {
            let text = refused(&old);
            assert!(
                text.contains("version 1.17.3, 1.20 or newer is needed"),
                "{text}"
            );
        }
        None => println!("skipped: {TEST} (too old): there is no C compiler"),
    }

    if !support::has_runtime(TEST) {
        return;
    }
    let located = runtime::locate(None).unwrap();
    assert!(located.path.is_absolute());
    assert!(located.version.starts_with("1."), "{located:?}");
    assert_eq!(
        runtime::locate(Some(&located.path)).unwrap(),
        located,
        "the same by its path"
    );

    // From here on the process has its runtime.
    let text = refused(&file);
    assert!(
        text.contains(located.path.to_str().unwrap()) && text.contains("restart"),
        "{text}"
    );
    assert_eq!(runtime::locate(None).unwrap(), located);
}
