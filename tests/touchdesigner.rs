//! The TouchDesigner plugins: the part without the SDK always, the plugins
//! themselves where the SDK is.
#![allow(clippy::unwrap_used)]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use support::host::{is_there, root, succeeded, those_there};
use support::touchdesigner::{self, Build};

#[test]
fn the_part_without_the_sdk_works_and_its_documentation_is_current() {
    let test = "the_part_without_the_sdk_works_and_its_documentation_is_current";
    let Some(build) = Build::make(test, None) else {
        return;
    };
    let output = build.program("core_test").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &said);

    let committed = root("touchdesigner/docs");
    let made = tempfile::tempdir().unwrap();
    let bless = std::env::var_os("REXTRACK_BLESS").is_some();
    let folder = if bless { &committed } else { made.path() };
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
            "touchdesigner/docs/{} is not what core/parameter.cpp says; run this test with \
             REXTRACK_BLESS=1 and commit it",
            name.display()
        );
    }
}

#[test]
fn the_plugins_work_in_a_host() {
    let test = "the_plugins_work_in_a_host";
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
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &said);
    println!("{said}");
}

/// Every folder of headers in `TD_SDK_DIRS` (as PATH is written): one a
/// generation of the SDK.
#[test]
fn one_source_compiles_with_every_generation_of_the_sdk() {
    let test = "one_source_compiles_with_every_generation_of_the_sdk";
    let Some(folders) = std::env::var_os("TD_SDK_DIRS") else {
        println!("skipped: {test}: set TD_SDK_DIRS to the folders of several SDKs");
        return;
    };
    for folder in std::env::split_paths(&folders) {
        for compiler in those_there(test, ["g++", "clang++"]) {
            for (header, source) in [
                ("CHOP_CPlusPlusBase.h", "chop/rextrack_chop.cpp"),
                ("TOP_CPlusPlusBase.h", "top/rextrack_top.cpp"),
                ("CPlusPlus_Common.h", "sdk/operator.cpp"),
            ] {
                if touchdesigner::has_header(&folder, header) {
                    compiles(compiler, &folder, source, &[]);
                    println!("{compiler}: {source} with {}", folder.display());
                }
            }
        }
    }
}

/// With MinGW's headers: by MinGW, which has Windows' real ones, and by clang
/// for MSVC's target, whose layouts and tables are those of TouchDesigner.
#[test]
fn the_sources_compile_for_windows() {
    let test = "the_sources_compile_for_windows";
    if !is_there(MINGW) {
        println!("skipped: {test}: g++-mingw-w64-x86-64-posix is not installed");
        return;
    }
    let mut sources: Vec<String> = std::fs::read_dir(root("touchdesigner/core"))
        .unwrap()
        .map(|entry| format!("core/{}", entry.unwrap().file_name().display()))
        .filter(|name| name.ends_with(".cpp"))
        .collect();
    let sdk = touchdesigner::sdk(test);
    if sdk.is_some() {
        let nodes = [
            "chop/rextrack_chop.cpp",
            "top/rextrack_top.cpp",
            "sdk/operator.cpp",
        ];
        sources.extend(nodes.map(String::from));
    }
    let clang = is_there("clang++").then(msvc_target);
    for source in &sources {
        let sdk = sdk.as_deref().unwrap_or(Path::new(""));
        compiles(MINGW, sdk, source, &mingw_json());
        if let Some(clang) = &clang {
            compiles("clang++", sdk, source, clang);
        }
    }
}

const MINGW: &str = "x86_64-w64-mingw32-g++-posix";

/// For nlohmann_json, which knows no platform; after the platform's own headers.
fn mingw_json() -> Vec<String> {
    ["-idirafter", "/usr/include"].map(String::from).into()
}

/// Clang for MSVC's target, with MinGW's headers in the place of MSVC's.
fn msvc_target() -> Vec<String> {
    let asked = Command::new(MINGW)
        .arg("-print-file-name=include/c++")
        .output();
    let cpp = String::from_utf8(asked.unwrap().stdout).unwrap();
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

/// Compiles a source of the plugins without linking it.
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
fn the_demo_networks_are_built_whole() {
    let test = "the_demo_networks_are_built_whole";
    if !is_there("python3") {
        println!("skipped: {test}: python3 is missing");
        return;
    }
    let script = root("touchdesigner/tests/test_demo_networks.py");
    let output = Command::new("python3").arg(script).output().unwrap();
    succeeded(&output, "test_demo_networks.py");
}
