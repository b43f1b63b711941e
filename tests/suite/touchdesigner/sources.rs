//! The sources of both halves compile with each compiler and each generation of the SDK.

use std::path::Path;
use std::process::Command;

use crate::support::host::{is_there, root, succeeded, those_there};
use crate::support::touchdesigner::{self, FAMILIES, header_folder};

const MINGW: &str = "x86_64-w64-mingw32-g++-posix";

/// `TD_SDK_DIRS` is a list of folders with headers, in the format of PATH: one for
/// each generation of the SDK. A generation may have the headers of one family only.
#[test]
fn sources_compile_with_every_generation_of_the_sdk() {
    let test = "sources_compile_with_every_generation_of_the_sdk";
    let Some(folders) = std::env::var_os("TD_SDK_DIRS") else {
        println!("skipped: {test}: set TD_SDK_DIRS to the folders of several SDKs");
        return;
    };
    let own = ["-fno-exceptions", "-fno-rtti"].map(String::from);
    for sdk in std::env::split_paths(&folders) {
        for compiler in those_there(test, ["g++", "clang++"]) {
            sdk_half_compiles(compiler, &sdk, &own);
            if let Some(python) = python_headers() {
                let with_python: Vec<_> = own.iter().cloned().chain(python).collect();
                sdk_half_compiles(compiler, &sdk, &with_python);
            }
        }
        sdk_half_compiles_for_windows(test, &sdk);
    }
}

/// Compiles the core with MinGW, which has the real headers of Windows, and with clang for
/// MSVC's target; and the half with the SDK as the build for Windows does.
#[test]
fn sources_compile_for_windows() {
    let test = "sources_compile_for_windows";
    if !is_there(MINGW) {
        println!("skipped: {test}: g++-mingw-w64-x86-64-posix is not installed");
        return;
    }
    let clang = is_there("clang++").then(msvc_target_with_library);
    for source in sources("core") {
        compiles(MINGW, None, &source, &mingw_json());
        if let Some(clang) = &clang {
            compiles("clang++", None, &source, clang);
        }
    }
    if let Some(sdk) = touchdesigner::sdk(test) {
        sdk_half_compiles_for_windows(test, &sdk);
    }
}

/// Arguments for the build with callbacks, where this machine has Python's headers.
fn python_headers() -> Option<Vec<String>> {
    let output = Command::new("python3-config").arg("--includes").output();
    let output = output.ok().filter(|output| output.status.success())?;
    let folders = String::from_utf8(output.stdout).ok()?;
    let folders = folders
        .split_whitespace()
        .map(|f| f.replace("-I", "-isystem"));
    Some(folders.chain(["-DREXTRACK_TD_PYTHON".into()]).collect())
}

fn sdk_half_compiles_for_windows(test: &str, sdk: &Path) {
    if is_there("clang++") {
        sdk_half_compiles("clang++", sdk, &msvc_target());
    } else {
        println!("skipped: {test}: clang++ is not installed, which compiles for MSVC's target");
    }
    if is_there(MINGW) {
        let own = ["-fno-exceptions", "-fno-rtti"].map(String::from);
        sdk_half_compiles(MINGW, sdk, &own);
    } else {
        println!("skipped: {test}: g++-mingw-w64-x86-64-posix is not installed");
    }
}

/// Compiles `sdk/` and the node for each family whose header is there.
#[track_caller]
fn sdk_half_compiles(compiler: &str, sdk: &Path, arguments: &[String]) {
    let mut count = 0;
    for (family, node) in FAMILIES {
        let Some(headers) = header_folder(sdk, family) else {
            continue;
        };
        for source in sources("sdk").into_iter().chain(sources(node)) {
            compiles(compiler, Some(&headers), &source, arguments);
            println!("{compiler}: {source} with {}", headers.display());
            count += 1;
        }
    }
    assert!(
        count > 0,
        "{} has neither CHOP_CPlusPlusBase.h nor TOP_CPlusPlusBase.h",
        sdk.display()
    );
}

/// The C++ sources in a folder of `touchdesigner/`.
fn sources(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root("touchdesigner").join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names
        .map(|name| format!("{folder}/{}", name.display()))
        .filter(|name| name.ends_with(".cpp"))
        .collect();
    names.sort();
    names
}

/// Finds nlohmann_json, which is the same on all platforms, after the platform's own headers.
fn mingw_json() -> Vec<String> {
    ["-idirafter", "/usr/include"].map(String::from).into()
}

/// Arguments for clang with MSVC's target and without a standard library, as in
/// `touchdesigner/windows/msvc_abi.cmake`.
fn msvc_target() -> Vec<String> {
    let stand_ins = root("touchdesigner/windows/include");
    let mut arguments: Vec<String> = [
        "--target=x86_64-pc-windows-msvc",
        "-ffreestanding",
        "-fno-exceptions",
        "-fno-rtti",
        "-fno-threadsafe-statics",
        "-fms-extensions",
        "-nostdinc++",
        "-nostdlibinc",
        "-isystem",
    ]
    .map(String::from)
    .into();
    arguments.push(stand_ins.display().to_string());
    arguments
}

/// Arguments for clang with MSVC's target, with MinGW's headers instead of MSVC's.
fn msvc_target_with_library() -> Vec<String> {
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

/// Compiles a source of the plugins, without linking. `headers` is the folder of the SDK.
#[track_caller]
fn compiles(compiler: &str, headers: Option<&Path>, source: &str, more: &[String]) {
    let folder = root("touchdesigner");
    let mut compile = Command::new(compiler);
    compile
        .args(["-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(&folder)
        .arg("-I")
        .arg(root("include"));
    if let Some(headers) = headers {
        compile.arg("-isystem").arg(headers);
        if !compiler.starts_with("clang") {
            // A member in the SDK has the name of its type.
            compile.arg("-fpermissive");
        }
    }
    let output = compile.args(more).arg(folder.join(source)).output();
    succeeded(&output.unwrap(), &format!("{compiler}: {source}"));
}
