//! System packages: finds missing ones, and installs them with apt or brew.

use std::env;
use std::io::IsTerminal;
use std::process::Command;
use std::sync::OnceLock;

use crate::command::{Result, on_path, query, run_quiet};

/// Debian packages that the build needs, with the name for messages.
const BUILD: [(&str, &[&str]); 3] = [
    ("OpenCV", &["libopencv-dev"]),
    ("libclang", &["clang", "libclang-dev"]),
    ("a C++ compiler", &["g++", "make", "pkg-config"]),
];

/// Debian packages that only the tests need: a real RTSP server, Python's venv, valgrind,
/// CMake and libraries for C++ hosts and the TouchDesigner plugins, a browser, a broker, a C#
/// compiler with its runtime.
const TESTS: [&str; 16] = [
    "gir1.2-gst-rtsp-server-1.0",
    "python3-gi",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-ugly",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-libav",
    "python3-venv",
    "valgrind",
    "cmake",
    "doctest-dev",
    "nlohmann-json3-dev",
    "chromium",
    "mosquitto",
    "mono-mcs",
    "mono-runtime",
];

/// Installs the packages of the build. True if it installed something.
///
/// On a system without apt and brew, the error lists the packages and the commands.
pub fn ensure_build_packages() -> Result<bool> {
    if cfg!(target_os = "linux") && has_apt() {
        return ensure_debian_build_packages();
    }
    let missing: Vec<&str> = [("OpenCV", has_opencv()), ("libclang", has_libclang())]
        .into_iter()
        .filter_map(|(what, there)| (!there).then_some(what))
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let missing = missing.join(", ");
    if cfg!(target_os = "macos") && on_path("brew").is_some() {
        println!("setup: {missing} missing, brew installs opencv llvm pkgconf (some minutes)");
        let mut brew = Command::new("brew");
        brew.args(["install", "--quiet", "opencv", "llvm", "pkgconf"]);
        run_quiet(
            "setup: brew",
            &mut brew,
            "run the command yourself and fix what it reports",
        )?;
        return Ok(true);
    }
    Err(format!(
        "setup: {missing} missing, which the build needs\n  remedy: {}",
        by_hand()
    ))
}

/// Installs the packages of the tests. True if it installed something.
pub fn ensure_test_packages() -> Result<bool> {
    if !has_apt() {
        return Err(
            "setup: the tests' RTSP server comes from Debian's packages, \
                    which this system does not have: tests that need it are skipped"
                .into(),
        );
    }
    let missing = not_installed(&TESTS);
    if missing.is_empty() {
        return Ok(false);
    }
    println!(
        "setup: the tests need {} (up to 500 MB, some minutes)",
        missing.join(" ")
    );
    apt_install(&missing)?;
    Ok(true)
}

/// Installs Debian packages as root, after bringing apt's lists up to date once.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    apt_update()?;
    let arguments = [
        &["install", "-y", "-qq", "--no-install-recommends"],
        packages,
    ]
    .concat();
    run_quiet(
        "setup: apt-get install",
        as_root("apt-get", &arguments)
            .ok_or_else(|| no_root(&format!("apt-get install {}", packages.join(" "))))?
            .env("DEBIAN_FRONTEND", "noninteractive"),
        "run the command yourself and fix what it reports",
    )?;
    Ok(())
}

/// Brings apt's package lists up to date, once in a program's life.
pub fn apt_update() -> Result<()> {
    static DONE: OnceLock<Result<()>> = OnceLock::new();
    DONE.get_or_init(|| {
        println!("setup: bringing apt's package lists up to date");
        let mut update =
            as_root("apt-get", &["update", "-qq"]).ok_or_else(|| no_root("apt-get update"))?;
        // One of several lists that fails leaves a warning and exit status 0:
        // the install after it says whether that mattered.
        run_quiet(
            "setup: apt-get update",
            &mut update,
            "see that this machine reaches its package mirror",
        )?;
        Ok(())
    })
    .clone()
}

/// Whether this system installs packages with apt.
pub fn has_apt() -> bool {
    on_path("apt-get").is_some() && on_path("dpkg-query").is_some()
}

/// Those of `packages` that dpkg does not have installed.
pub fn not_installed<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    // dpkg-query exits 1 when it knows one of them not at all; the lines it
    // prints about the others stand all the same.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Abbrev}${Package}\\n"])
        .args(packages)
        .output();
    let listed = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    missing_in(&listed.unwrap_or_default(), packages)
}

fn missing_in<'a>(listed: &str, packages: &[&'a str]) -> Vec<&'a str> {
    let installed: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        // "ii" and, for a package on hold, "hi": installed, whatever is wanted.
        .filter(|(status, _)| status.chars().nth(1) == Some('i'))
        .map(|(_, package)| package.trim())
        .collect();
    packages
        .iter()
        .copied()
        .filter(|package| !installed.contains(package))
        .collect()
}

fn ensure_debian_build_packages() -> Result<bool> {
    let all: Vec<&str> = BUILD
        .iter()
        .flat_map(|(_, packages)| packages.iter().copied())
        .collect();
    let not_installed = not_installed(&all);
    // An OpenCV, LLVM or compiler that the user installed is as good as Debian's.
    let wanted = |what: &str| match what {
        "OpenCV" => !has_opencv(),
        "libclang" => env::var_os("LIBCLANG_PATH").is_none(),
        _ => ["c++", "make", "pkg-config"]
            .iter()
            .any(|program| on_path(program).is_none()),
    };
    let missing: Vec<(&str, Vec<&str>)> = BUILD
        .iter()
        .map(|(what, packages)| {
            let missing = packages
                .iter()
                .filter(|p| not_installed.contains(p))
                .copied()
                .collect();
            (*what, missing)
        })
        .filter(|(what, missing): &(&str, Vec<&str>)| !missing.is_empty() && wanted(what))
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let names: Vec<&str> = missing.iter().map(|(what, _)| *what).collect();
    let packages = missing
        .iter()
        .flat_map(|(_, packages)| packages.clone())
        .collect::<Vec<_>>();
    let size = if names.contains(&"OpenCV") {
        " (about 500 MB, one minute)"
    } else {
        ""
    };
    println!(
        "setup: {} missing, installing {}{size}",
        names.join(", "),
        packages.join(" ")
    );
    apt_install(&packages)?;
    Ok(true)
}

fn has_opencv() -> bool {
    let named = ["OPENCV_LINK_LIBS", "OpenCV_DIR", "VCPKG_ROOT"];
    named.iter().any(|variable| env::var_os(variable).is_some())
        || query(Command::new("pkg-config").args(["--exists", "opencv4"])).is_some()
}

fn has_libclang() -> bool {
    // Xcode's command line tools bring libclang, and so do the packages that
    // bring clang itself.
    env::var_os("LIBCLANG_PATH").is_some() || on_path("clang").is_some()
}

/// A command that runs as root: as it is, or through sudo. `None` when neither can be.
fn as_root(program: &str, arguments: &[&str]) -> Option<Command> {
    if query(Command::new("id").arg("-u")).as_deref() == Some("0") {
        let mut command = Command::new(program);
        command.args(arguments);
        return Some(command);
    }
    on_path("sudo")?;
    let mut command = Command::new("sudo");
    // Without a terminal nobody can type a password, so sudo must fail at once instead of
    // waiting. sudo drops our environment, hence env.
    if !std::io::stdin().is_terminal() {
        command.arg("-n");
    }
    command
        .args(["env", "DEBIAN_FRONTEND=noninteractive", program])
        .args(arguments);
    Some(command)
}

fn no_root(command: &str) -> String {
    format!(
        "setup: {command} needs root, and there is no sudo here\n  remedy: run `{command}` as \
         root, then this again"
    )
}

/// What to install by hand on a system whose packages we do not install.
fn by_hand() -> &'static str {
    if cfg!(target_os = "macos") {
        "install Homebrew from https://brew.sh, then `brew install opencv llvm pkgconf`"
    } else if cfg!(windows) {
        "`choco install llvm opencv`, then in a new terminal (adapt folder and version):\n    \
         setx LIBCLANG_PATH \"C:\\Program Files\\LLVM\\bin\"\n    \
         setx OPENCV_INCLUDE_PATHS C:\\tools\\opencv\\build\\include\n    \
         setx OPENCV_LINK_PATHS C:\\tools\\opencv\\build\\x64\\vc16\\lib\n    \
         setx OPENCV_LINK_LIBS opencv_world4110\n    \
         and put C:\\tools\\opencv\\build\\x64\\vc16\\bin on the PATH; \
         or `winget install LLVM.LLVM`, `vcpkg install opencv4` and VCPKG_ROOT set to vcpkg's folder"
    } else {
        "install OpenCV 4 with its headers, clang with libclang, and pkg-config:\n    \
         Fedora: sudo dnf install opencv-devel clang clang-devel pkgconf gcc-c++\n    \
         Arch:   sudo pacman -S opencv clang pkgconf qt6-base vtk hdf5\n    \
         openSUSE: sudo zypper install opencv-devel clang-devel gcc-c++"
    }
}

#[cfg(test)]
mod tests {
    use super::missing_in;

    #[test]
    fn only_installed_packages_count() {
        let listed = "ii clang\nun gstreamer1.0-plugins-bad\nrc g++\nhi libopencv-dev\n";
        let asked = [
            "clang",
            "g++",
            "libopencv-dev",
            "gstreamer1.0-plugins-bad",
            "gstreamer1.0-libav",
        ];
        assert_eq!(
            missing_in(listed, &asked),
            ["g++", "gstreamer1.0-plugins-bad", "gstreamer1.0-libav"]
        );
        assert_eq!(missing_in("", &["clang"]), ["clang"]);
    }
}
