//! The TouchDesigner plugins. The part that needs no SDK is always tested, the
//! plugins themselves if the SDK is there.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::Path;
use std::process::Command;

use support::host::{is_there, root, succeeded, those_there};
use support::touchdesigner::{self, Build};

#[test]
fn core_works_and_parameter_documentation_is_current() {
    let test = "core_works_and_parameter_documentation_is_current";
    let Some(build) = Build::make(test, None) else {
        return;
    };
    let output = build.program("core_test").output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &report);

    let committed = root("touchdesigner/docs");
    let generated = tempfile::tempdir().unwrap();
    let bless = std::env::var_os("REXTRACK_BLESS").is_some();
    let folder = if bless { &committed } else { generated.path() };
    let output = build
        .program("parameter_pages")
        .arg(folder)
        .output()
        .unwrap();
    succeeded(&output, "parameter_pages");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        let now = std::fs::read_to_string(folder.join(&name)).unwrap();
        let old = std::fs::read_to_string(committed.join(&name)).unwrap_or_default();
        assert!(
            old.replace("\r\n", "\n") == now,
            "touchdesigner/docs/{} differs from core/parameter.cpp; run this test with \
             REXTRACK_BLESS=1 and commit the file",
            name.display()
        );
    }
}

#[test]
fn plugins_work_in_the_test_host() {
    let test = "plugins_work_in_the_test_host";
    let Some(sdk) = touchdesigner::sdk(test) else {
        return;
    };
    let Some(build) = Build::make(test, Some(&sdk)) else {
        return;
    };
    let mut host = build.program("plugin_test");
    let video = support::asset(test, "vtest.avi");
    if let (Some(video), Some(model)) = (video, support::people_model(test)) {
        host.env("REXTRACK_TD_VIDEO", video)
            .env("REXTRACK_TD_MODELS", support::models_dir())
            .env("REXTRACK_TD_MODEL", model);
    }
    let output = host.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &report);
    println!("{report}");
}

/// `TD_SDK_DIRS` is a list of folders with headers, in the format of PATH: one for
/// each generation of the SDK.
#[test]
fn sources_compile_with_every_generation_of_the_sdk() {
    let test = "sources_compile_with_every_generation_of_the_sdk";
    let Some(folders) = std::env::var_os("TD_SDK_DIRS") else {
        println!("skipped: {test}: set TD_SDK_DIRS to the folders of several SDKs");
        return;
    };
    for folder in std::env::split_paths(&folders) {
        for compiler in those_there(test, ["g++", "clang++"]) {
            for source in sources(&["sdk", "chop", "top"]) {
                let header = match source.split_once('/') {
                    Some(("chop", _)) => "CHOP_CPlusPlusBase.h",
                    Some(("top", _)) => "TOP_CPlusPlusBase.h",
                    _ => "CPlusPlus_Common.h",
                };
                if touchdesigner::has_header(&folder, header) {
                    compiles(compiler, &folder, &source, &[]);
                    println!("{compiler}: {source} with {}", folder.display());
                }
            }
        }
    }
}

/// Compiles with MinGW, which has the real headers of Windows, and with clang for
/// MSVC's target, which has the object layouts and virtual tables of TouchDesigner.
#[test]
fn sources_compile_for_windows() {
    let test = "sources_compile_for_windows";
    if !is_there(MINGW) {
        println!("skipped: {test}: g++-mingw-w64-x86-64-posix is not installed");
        return;
    }
    let sdk = touchdesigner::sdk(test);
    let folders: &[&str] = match sdk {
        Some(_) => &["core", "sdk", "chop", "top"],
        None => &["core"],
    };
    let clang = is_there("clang++").then(msvc_target);
    for source in &sources(folders) {
        let sdk = sdk.as_deref().unwrap_or(Path::new(""));
        compiles(MINGW, sdk, source, &mingw_json());
        if let Some(clang) = &clang {
            compiles("clang++", sdk, source, clang);
        }
    }
}

/// The C++ sources in folders of `touchdesigner/`.
fn sources(folders: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(root("touchdesigner").join(folder)).unwrap() {
            let name = entry.unwrap().file_name();
            if name.to_string_lossy().ends_with(".cpp") {
                names.push(format!("{folder}/{}", name.display()));
            }
        }
    }
    names.sort();
    names
}

const MINGW: &str = "x86_64-w64-mingw32-g++-posix";

/// Finds nlohmann_json, which is the same on all platforms, after the platform's own headers.
fn mingw_json() -> Vec<String> {
    ["-idirafter", "/usr/include"].map(String::from).into()
}

/// Arguments for clang with MSVC's target, with MinGW's headers instead of MSVC's.
fn msvc_target() -> Vec<String> {
    let output = Command::new(MINGW)
        .arg("-print-file-name=include/c++")
        .output();
    let cpp = String::from_utf8(output.unwrap().stdout).unwrap();
    let cpp = cpp.trim();
    let mut arguments: Vec<String> = [
        "--target=x86_64-pc-windows-msvc",
        "-std=gnu++17",
        // What MinGW's headers want to hear from a compiler.
        "-fno-ms-compatibility",
        "-fms-extensions",
        "-fgnuc-version=12.2.0",
        "-fexceptions",
        "-fcxx-exceptions",
        "-D__MINGW32__",
        "-D__MINGW64__",
        "-D__SEH__",
        "-D__declspec(a)=__attribute__((a))",
        "-nostdinc++",
    ]
    .map(String::from)
    .into();
    for folder in [
        cpp,
        &format!("{cpp}/x86_64-w64-mingw32"),
        "/usr/x86_64-w64-mingw32/include",
    ] {
        arguments.extend(["-isystem".into(), folder.into()]);
    }
    arguments.extend(mingw_json());
    arguments
}

/// Compiles a source of the plugins, without linking.
fn compiles(compiler: &str, sdk: &Path, source: &str, more: &[String]) {
    let folder = root("touchdesigner");
    let mut compile = Command::new(compiler);
    compile
        .args(["-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(&folder)
        .arg("-I")
        .arg(folder.join("sdk"))
        .arg("-I")
        .arg(root("include"));
    for folder in touchdesigner::header_folders(sdk) {
        compile.arg("-isystem").arg(folder);
    }
    if !compiler.starts_with("clang") {
        compile.arg("-fpermissive");
    }
    let output = compile.args(more).arg(folder.join(source)).output();
    succeeded(&output.unwrap(), source);
}

#[test]
fn demo_networks_are_complete() {
    let test = "demo_networks_are_complete";
    if !is_there("python3") {
        println!("skipped: {test}: python3 is missing");
        return;
    }
    let script = root("touchdesigner/tests/test_demo_networks.py");
    let output = Command::new("python3").arg(script).output().unwrap();
    succeeded(&output, "test_demo_networks.py");
}
