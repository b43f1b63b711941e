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
    let model = support::asset(test, "yolox_nano.onnx");
    if let (Some(video), Some(model), true) = (video, model, support::has_runtime(test)) {
        host.env("REXTRACK_TD_VIDEO", video)
            .env("REXTRACK_TD_MODELS", model.parent().unwrap());
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
                    compiles(compiler, &folder, source);
                    println!("{compiler}: {source} with {}", folder.display());
                }
            }
        }
    }
}

/// The platform's own code with Windows' real headers, by MinGW. A plugin that
/// MinGW links would not run in TouchDesigner, whose objects are MSVC's.
#[test]
fn the_sources_compile_for_windows() {
    let test = "the_sources_compile_for_windows";
    let compiler = "x86_64-w64-mingw32-g++-posix";
    if !is_there(compiler) {
        println!("skipped: {test}: g++-mingw-w64-x86-64-posix is not installed");
        return;
    }
    for entry in std::fs::read_dir(root("touchdesigner/core")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "cpp") {
            let source = path.strip_prefix(root("touchdesigner")).unwrap();
            compiles(compiler, Path::new(""), source.to_str().unwrap());
        }
    }
    let Some(sdk) = touchdesigner::sdk(test) else {
        return;
    };
    for source in [
        "chop/rextrack_chop.cpp",
        "top/rextrack_top.cpp",
        "sdk/operator.cpp",
    ] {
        compiles(compiler, &sdk, source);
    }
}

/// Compiles a source of the plugins without linking it.
fn compiles(compiler: &str, sdk: &Path, source: &str) {
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
    if compiler.contains("mingw") {
        // For nlohmann_json, which knows no platform; after MinGW's own headers.
        compile.args(["-idirafter", "/usr/include"]);
    }
    let output = compile.arg(folder.join(source)).output();
    succeeded(&output.unwrap(), source);
}
