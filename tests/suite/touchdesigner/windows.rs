//! The plugins for Windows, built on another system and run with Wine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::host::{is_there, root, succeeded};
use crate::support::touchdesigner::{self, Build, build_folder, configure};

const MINGW: &str = "x86_64-w64-mingw32-g++-posix";

/// DLLs that every Windows has.
const SYSTEM_DLLS: [&str; 6] = [
    "KERNEL32.dll",
    "msvcrt.dll",
    "ole32.dll",
    "OLEAUT32.dll",
    "USER32.dll",
    "ADVAPI32.dll",
];

/// The plugins, a host and a stand-in for the library. `None`, and one line that says why,
/// where a tool or the SDK is missing.
fn build(test: &str) -> Option<&'static Build> {
    static BUILD: OnceLock<Option<Build>> = OnceLock::new();
    let sdk = touchdesigner::sdk(test)?;
    for program in [MINGW, "clang++"] {
        if !is_there(program) {
            println!("skipped: {test}: {program} is not installed");
            return None;
        }
    }
    let make = || {
        let toolchain = root("touchdesigner/windows/mingw.cmake");
        let arguments = [
            format!("-DCMAKE_TOOLCHAIN_FILE={}", toolchain.display()),
            format!("-DTD_SDK_DIR={}", sdk.display()),
        ];
        let folder = build_folder("windows");
        let output = configure(test, &folder, &arguments)?;
        succeeded(&output, "cmake for Windows");
        Some(Build::in_folder(folder))
    };
    let built = BUILD.get_or_init(make).as_ref();
    if built.is_none() {
        println!("skipped: {test}: a library of the core is missing");
    }
    built
}

/// Where Wine is. Debian's package wine64 has no program on the PATH.
fn wine(test: &str) -> Option<&'static str> {
    let found = ["wine64", "wine", "/usr/lib/wine/wine64"]
        .into_iter()
        .find(|program| is_there(program));
    if found.is_none() {
        println!("skipped: {test}: wine is not installed");
    }
    found
}

/// Runs the host in `folder`, which has the plugins. Returns what it prints.
#[track_caller]
fn run_host(wine: &str, build: &Build, folder: &Path, more: &[&str]) -> String {
    // Wine's own processes keep a pipe open, so the output goes to a file.
    let report = folder.join("report.txt");
    let status = Command::new(wine)
        .arg(build.path("windows/msvc_host.exe"))
        .arg(format!("Z:{}", folder.display()).replace('/', "\\"))
        .args(more)
        .env("WINEPREFIX", build_folder("wine"))
        .env("WINEDEBUG", "-all")
        .stdin(std::process::Stdio::null())
        .stdout(std::fs::File::create(&report).unwrap())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    let printed = std::fs::read_to_string(report).unwrap();
    assert!(status.success(), "{status}: {printed}");
    printed
}

/// TouchDesigner calls a plugin through MSVC's virtual tables.
#[test]
fn plugin_runs_in_a_host_with_the_msvc_abi() {
    let test = "plugin_runs_in_a_host_with_the_msvc_abi";
    let (Some(wine), Some(build)) = (wine(test), build(test)) else {
        return;
    };
    if !build.path("windows/msvc_host.exe").is_file() {
        println!("skipped: {test}: the host needs the SDK of 2023, TD_SDK_DIR has a later one");
        return;
    }
    std::fs::create_dir_all(build_folder("wine")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for plugin in ["RextrackCHOP.dll", "RextrackTOP.dll"] {
        let from = build.path("Plugins").join(plugin);
        std::fs::copy(from, folder.join(plugin)).unwrap();
    }
    let printed = run_host(wine, build, folder, &["--missing"]);
    assert!(printed.contains("passed"), "{printed}");
    let stub = build.path("windows/rextrack.dll");
    std::fs::copy(stub, folder.join("rextrack.dll")).unwrap();
    let printed = run_host(wine, build, folder, &[]);
    assert!(printed.contains("passed"), "{printed}");
    println!("{printed}");
}

/// Without clang, MinGW would compile the SDK's half with its own virtual tables.
#[test]
fn plugin_from_mingw_alone_is_refused() {
    let test = "plugin_from_mingw_alone_is_refused";
    if !is_there(MINGW) {
        println!("skipped: {test}: {MINGW} is not installed");
        return;
    }
    let sdk = tempfile::tempdir().unwrap();
    for header in ["CHOP_CPlusPlusBase.h", "TOP_CPlusPlusBase.h"] {
        std::fs::write(sdk.path().join(header), "").unwrap();
    }
    let toolchain = root("touchdesigner/windows/mingw.cmake");
    let arguments = [
        format!("-DCMAKE_TOOLCHAIN_FILE={}", toolchain.display()),
        format!("-DTD_SDK_DIR={}", sdk.path().display()),
        "-DREXTRACK_CLANG=OFF".to_owned(),
    ];
    let Some(output) = configure(test, &build_folder(test), &arguments) else {
        return;
    };
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{printed}");
    assert!(printed.contains("clang++ is missing"), "{printed}");
}

#[test]
fn plugin_for_windows_needs_no_dll_of_a_compiler() {
    let test = "plugin_for_windows_needs_no_dll_of_a_compiler";
    let Some(build) = build(test) else {
        return;
    };
    for (plugin, family) in [("RextrackCHOP.dll", "CHOP"), ("RextrackTOP.dll", "TOP")] {
        let path: PathBuf = build.path("Plugins").join(plugin);
        let output = Command::new("x86_64-w64-mingw32-objdump")
            .arg("-p")
            .arg(&path)
            .output()
            .unwrap();
        succeeded(&output, plugin);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let dlls: Vec<&str> = printed
            .lines()
            .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
            .collect();
        assert!(!dlls.is_empty(), "{printed}");
        for dll in dlls {
            let is_of_the_system = SYSTEM_DLLS.iter().any(|one| one.eq_ignore_ascii_case(dll));
            assert!(is_of_the_system, "{plugin} needs {dll}");
        }
        for function in ["FillxPluginInfo", "CreatexInstance", "DestroyxInstance"] {
            let function = function.replace('x', family);
            assert!(printed.contains(&function), "{plugin} lacks {function}");
        }
    }
}
