//! Finding ONNX Runtime: wrong files give an error with the reason, a later search in the same
//! process may succeed, and a loaded runtime stays. One test, because a process has one runtime.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use rextrack::internals::detect::{DetectError, ErrorKind, runtime};

/// A library that claims to be ONNX Runtime 1.17.3; `None` without a C compiler.
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
fn rejected(path: &Path) -> DetectError {
    let error = runtime::locate(Some(path)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    error
}

/// The reason why the search did not use the only library there is.
#[track_caller]
fn reason(path: &Path) -> String {
    match rejected(path) {
        DetectError::NoRuntime { mut searched } => searched.remove(0).reason,
        error => panic!("{error}"),
    }
}

#[test]
fn unusable_runtimes_are_rejected_and_a_usable_one_still_loads() {
    const TEST: &str = "unusable_runtimes_are_rejected_and_a_usable_one_still_loads";
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(reason(&dir.path().join("nowhere.so")), "does not exist");
    assert_eq!(reason(dir.path()), "contains no ONNX Runtime");

    let file = dir.path().join("text.so");
    std::fs::write(&file, "no library").unwrap();
    assert!(reason(&file).starts_with("cannot be loaded"));

    match cfg!(unix).then(|| outdated(dir.path())).flatten() {
        Some(old) => {
            assert_eq!(reason(&old), "version 1.17.3, 1.20 or newer is needed");
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
        "its own path gives the same runtime"
    );

    // From here on the process has its runtime.
    let DetectError::RuntimeFixed { loaded, .. } = rejected(&file) else {
        panic!("another runtime than the loaded one was not rejected");
    };
    assert_eq!(loaded, located.path);
    assert_eq!(runtime::locate(None).unwrap(), located);
}
