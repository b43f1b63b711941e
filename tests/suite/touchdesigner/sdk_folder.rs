//! CMake finds the SDK in each of its layouts, with headers that are empty files, and plans the
//! bundles of macOS.

use std::path::Path;
use std::process::Command;

use crate::support::host::{is_there, root, succeeded};
use crate::support::touchdesigner::{build_folder, configure};

/// Files in a folder of an SDK.
fn put(sdk: &Path, folder: &str, families: &[&str], generation: &str) {
    let folder = sdk.join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for family in families {
        std::fs::write(folder.join(format!("{family}_CPlusPlusBase.h")), "").unwrap();
    }
    std::fs::write(folder.join("CPlusPlus_Common.h"), generation).unwrap();
}

/// As TouchDesigner installs it: no folder is called TOP.
fn put_installed(sdk: &Path) {
    put(sdk, "CHOP", &["CHOP"], "2023");
    put(sdk, "CHOPWithPythonClass", &["CHOP"], "2023");
    put(sdk, "CPUMemoryTOP", &["TOP"], "2023");
    put(sdk, "CudaTOP", &["TOP"], "2023");
    put(sdk, "DAT", &["DAT"], "2023");
}

/// Whether CMake's configure step succeeds, and what it prints, in one line.
fn configured(test: &str, sdk: &Path, nodes: &str) -> Option<(bool, String)> {
    let arguments = [
        format!("-DTD_SDK_DIR={}", sdk.display()),
        format!("-DREXTRACK_NODES={nodes}"),
        "-DREXTRACK_TESTS=OFF".to_owned(),
    ];
    let output = configure(test, &build_folder(test), &arguments)?;
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    // CMake breaks the lines of errors and warnings.
    let words: Vec<&str> = printed.split_whitespace().collect();
    Some((output.status.success(), words.join(" ")))
}

#[test]
fn sdk_is_found_as_installed_and_in_its_repository() {
    let test = "sdk_is_found_as_installed_and_in_its_repository";
    let folder = tempfile::tempdir().unwrap();
    // CMake prints paths without links.
    let folder = folder.path().canonicalize().unwrap();
    let installed = folder.join("Samples").join("CPlusPlus");
    put_installed(&installed);
    let repository = folder.join("CustomOperatorSamples");
    put(&repository, "CHOP/BasicFilterCHOP", &["CHOP"], "2023");
    put(&repository, "TOP/BasicFilterTOP", &["TOP"], "2023");
    for (sdk, chop, top) in [
        (installed.clone(), "CHOP", "CPUMemoryTOP"),
        (installed.join("CHOP"), "CHOP", "CPUMemoryTOP"),
        (installed.join("CPUMemoryTOP"), "CHOP", "CPUMemoryTOP"),
        (repository, "BasicFilterCHOP", "BasicFilterTOP"),
    ] {
        let Some((succeeds, printed)) = configured(test, &sdk, "CHOP;TOP") else {
            return;
        };
        assert!(succeeds, "{}: {printed}", sdk.display());
        assert!(!printed.contains("CMake Warning"), "{printed}");
        for (family, header_folder) in [("CHOP", chop), ("TOP", top)] {
            let line = printed
                .split("-- ")
                .find(|line| line.starts_with(&format!("{family}_CPlusPlusBase.h: ")))
                .unwrap_or_else(|| panic!("{}: {printed}", sdk.display()));
            assert!(line.trim_end().ends_with(header_folder), "{line}");
        }
    }
}

#[test]
fn missing_family_of_the_sdk_fails_the_build() {
    let test = "missing_family_of_the_sdk_fails_the_build";
    for (missing, present) in [("TOP", "CHOP"), ("CHOP", "TOP")] {
        let folder = tempfile::tempdir().unwrap();
        let sdk = folder.path().join("CPlusPlus");
        put(&sdk, present, &[present], "2023");
        put(&sdk, "DAT", &["DAT"], "2023");
        let Some((succeeds, printed)) = configured(test, &sdk, "CHOP;TOP") else {
            return;
        };
        assert!(!succeeds, "{printed}");
        for part in [
            format!("headers are missing: {missing}_CPlusPlusBase.h."),
            "CHOP_CPlusPlusBase.h and TOP_CPlusPlusBase.h".to_owned(),
            "Set TD_SDK_DIR to TouchDesigner's folder Samples/CPlusPlus".to_owned(),
        ] {
            assert!(printed.contains(&part), "{part}: {printed}");
        }
        // One node on purpose.
        let (succeeds, printed) = configured(test, &sdk, present).unwrap();
        assert!(succeeds, "{printed}");
    }
}

#[test]
fn headers_of_two_generations_are_a_warning() {
    let test = "headers_of_two_generations_are_a_warning";
    let folder = tempfile::tempdir().unwrap();
    let sdk = folder.path().join("CPlusPlus");
    put_installed(&sdk);
    put(&sdk, "CPUMemoryTOP", &["TOP"], "2025");
    let Some((succeeds, printed)) = configured(test, &sdk, "CHOP;TOP") else {
        return;
    };
    assert!(succeeds, "{printed}");
    assert!(printed.contains("CMake Warning"), "{printed}");
    assert!(printed.contains("CPlusPlus_Common.h differ"), "{printed}");
}

/// The last step of a build for macOS prints its commands on every system.
#[test]
fn libraries_of_a_bundle_are_signed_before_the_bundle() {
    let test = "libraries_of_a_bundle_are_signed_before_the_bundle";
    if !is_there("cmake") {
        println!("skipped: {test}: cmake is missing");
        return;
    }
    let output = Command::new("cmake")
        .args(["-DDRY_RUN=ON", "-DBUNDLE=/b/RextrackCHOP.plugin"])
        .arg("-DLIBRARIES=/x/librextrack.dylib;/y/libonnxruntime.dylib")
        .arg("-P")
        .arg(root("touchdesigner/macos.cmake"))
        .output()
        .unwrap();
    succeeded(&output, "macos.cmake");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let frameworks = "/b/RextrackCHOP.plugin/Contents/Frameworks";
    let mut rest = printed.as_str();
    for command in [
        format!("-E copy /x/librextrack.dylib {frameworks}/librextrack.dylib\n"),
        format!("-id @rpath/librextrack.dylib {frameworks}/librextrack.dylib\n"),
        format!("codesign --force --sign - {frameworks}/librextrack.dylib\n"),
        format!("-E copy /y/libonnxruntime.dylib {frameworks}/libonnxruntime.dylib\n"),
        format!("-id @rpath/libonnxruntime.dylib {frameworks}/libonnxruntime.dylib\n"),
        format!("codesign --force --sign - {frameworks}/libonnxruntime.dylib\n"),
        "codesign --force --sign - /b/RextrackCHOP.plugin\n".to_owned(),
    ] {
        let place = rest.find(&command);
        let place = place.unwrap_or_else(|| panic!("{command} is missing or late: {printed}"));
        rest = &rest[place + command.len()..];
    }
    assert_eq!(rest, "", "{printed}");
}

/// CMake plans a build for macOS without its compiler; it cannot run it.
#[cfg(target_os = "linux")]
#[test]
fn bundle_has_an_identifier_and_a_version() {
    let test = "bundle_has_an_identifier_and_a_version";
    let folder = tempfile::tempdir().unwrap();
    put_installed(folder.path());
    let arguments = [
        format!("-DTD_SDK_DIR={}", folder.path().display()),
        "-DREXTRACK_TESTS=OFF".to_owned(),
        "-DCMAKE_SYSTEM_NAME=Darwin".to_owned(),
        "-DCMAKE_CXX_COMPILER_WORKS=ON".to_owned(),
        "-DCMAKE_OSX_SYSROOT=/".to_owned(),
    ];
    let build = build_folder(test);
    let Some(output) = configure(test, &build, &arguments) else {
        return;
    };
    succeeded(&output, "cmake for macOS");
    for (plugin, identifier) in [
        ("RextrackCHOP", "org.rextrack.chop"),
        ("RextrackTOP", "org.rextrack.top"),
    ] {
        let list = build.join(format!("Plugins/{plugin}.plugin/Contents/Info.plist"));
        let text = std::fs::read_to_string(list).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        for value in [identifier, version] {
            assert!(
                text.contains(&format!("<string>{value}</string>")),
                "{text}"
            );
        }
    }
    let cache = std::fs::read_to_string(build.join("CMakeCache.txt")).unwrap();
    assert!(cache.contains("CMAKE_OSX_DEPLOYMENT_TARGET:STRING=12.4"));
}
