//! `cargo xtask install`: installs library and headers, with files for pkg-config and
//! CMake.

use std::fs;
use std::path::{Path, PathBuf};

use crate::abi;
use xtask::command::Result;
use xtask::program::{self, Profile};
use xtask::system_packages;
use xtask::workspace::Workspace;

const USAGE: &str = "usage: cargo xtask install [--prefix FOLDER] [--library FILE]";

/// Where each file comes from and where in the prefix it goes.
struct Installer<'a> {
    workspace: &'a Workspace,
    prefix: PathBuf,
}

/// Installs to `--prefix` (/usr/local by default; needed on Windows), from a
/// release build, or from the build of the library that `--library` names.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let Options { prefix, library } = Options::read(arguments)?;
    let prefix = match prefix {
        Some(prefix) => prefix,
        None if cfg!(windows) => return Err(format!("install: --prefix is needed\n{USAGE}")),
        None => "/usr/local".into(),
    };
    let prefix = std::path::absolute(&prefix).map_err(|e| format!("install: --prefix: {e}"))?;
    let library = match library {
        Some(library) => library,
        None => built(workspace)?,
    };
    let installer = Installer { workspace, prefix };
    let name = installer.library(&library)?;
    for header in ["rextrack.h", "rextrack.hpp"] {
        installer.copy(
            &workspace.root.join("include").join(header),
            &format!("include/{header}"),
        )?;
    }
    installer.fill_template("rextrack.pc", "lib/pkgconfig", &name)?;
    installer.fill_template("rextrackConfig.cmake", "lib/cmake/rextrack", &name)?;
    installer.fill_template("rextrackConfigVersion.cmake", "lib/cmake/rextrack", &name)?;
    let prefix = installer.prefix.display();
    println!("installed to {prefix}. If your system does not search there, set:");
    println!("  pkg-config   PKG_CONFIG_PATH={prefix}/lib/pkgconfig");
    println!("  CMake        -DCMAKE_PREFIX_PATH={prefix}");
    Ok(())
}

#[derive(Debug, Default, PartialEq)]
struct Options {
    prefix: Option<PathBuf>,
    library: Option<PathBuf>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let wrong = |error: lexopt::Error| format!("install: {error}\n{USAGE}");
        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(wrong)? {
            let place = match argument {
                lexopt::Arg::Long("prefix") => &mut options.prefix,
                lexopt::Arg::Long("library") => &mut options.library,
                other => return Err(wrong(other.unexpected())),
            };
            *place = Some(parser.value().map_err(wrong)?.into());
        }
        Ok(options)
    }
}

/// The library of a release build, the one that the demo makes too.
fn built(workspace: &Workspace) -> Result<PathBuf> {
    system_packages::ensure_build_packages()?;
    let program = program::build(workspace, Profile::Release, &[])?;
    let name = format!(
        "{}rextrack{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    Ok(program.with_file_name(name))
}

/// The names of an installed library.
struct Name {
    /// The file, from the prefix on.
    file: String,
    /// The name that linked programs load.
    soname: String,
}

impl Installer<'_> {
    /// Copies the library under its full name, with the shorter names that the
    /// linker and the loader look for beside it.
    fn library(&self, library: &Path) -> Result<Name> {
        let (version, compatibility) = (version(), abi::compatibility());
        if cfg!(windows) {
            self.copy(library, "bin/rextrack.dll")?;
            self.copy(&library.with_extension("dll.lib"), "lib/rextrack.lib")?;
            return Ok(Name {
                file: "bin/rextrack.dll".into(),
                soname: String::new(),
            });
        }
        let named = |version: &str| match cfg!(target_os = "macos") {
            true => format!("librextrack.{version}.dylib"),
            false => format!("librextrack.so.{version}"),
        };
        let (full, soname) = (named(version), named(&compatibility));
        let plain = named("").replace("..", ".");
        let plain = plain.trim_end_matches('.');
        self.copy(library, &format!("lib/{full}"))?;
        self.alias(&full, &soname)?;
        self.alias(&soname, plain)?;
        Ok(Name {
            file: format!("lib/{full}"),
            soname,
        })
    }

    fn copy(&self, from: &Path, to: &str) -> Result<()> {
        let to = self.destination(to)?;
        // Remove the old file first: a process that has it loaded keeps its copy.
        fs::remove_file(&to).ok();
        fs::copy(from, &to).map(drop).map_err(|e| {
            format!(
                "install: {} cannot be copied to {} ({e})",
                from.display(),
                to.display()
            )
        })
    }

    fn alias(&self, file: &str, name: &str) -> Result<()> {
        let path = self.destination(&format!("lib/{name}"))?;
        fs::remove_file(&path).ok();
        #[cfg(unix)]
        let made = std::os::unix::fs::symlink(file, &path);
        #[cfg(not(unix))]
        let made = fs::copy(path.with_file_name(file), &path);
        made.map(drop)
            .map_err(|e| format!("install: {} cannot be created ({e})", path.display()))
    }

    /// Fills in a file of `packaging/`.
    fn fill_template(&self, file: &str, folder: &str, name: &Name) -> Result<()> {
        let template = self
            .workspace
            .root
            .join("packaging")
            .join(format!("{file}.in"));
        let text = fs::read_to_string(&template)
            .map_err(|e| format!("install: {} cannot be read ({e})", template.display()))?;
        let mut numbers = version().split('.');
        let text = text
            .replace("@VERSION@", version())
            .replace("@MAJOR@", numbers.next().unwrap_or_default())
            .replace("@MINOR@", numbers.next().unwrap_or_default())
            .replace("@LIBRARY@", &name.file)
            .replace("@SONAME@", &name.soname);
        let path = self.destination(&format!("{folder}/{file}"))?;
        fs::write(&path, text)
            .map_err(|e| format!("install: {} cannot be written ({e})", path.display()))
    }

    /// A file of the prefix, in a folder that is there.
    fn destination(&self, file: &str) -> Result<PathBuf> {
        let path = self.prefix.join(file);
        let folder = path.parent().unwrap_or(&self.prefix);
        fs::create_dir_all(folder).map_err(|e| {
            format!(
                "install: {} cannot be created ({e})\n  remedy: choose another --prefix, or get write access \
                 to this one",
                folder.display()
            )
        })?;
        Ok(path)
    }
}

/// The version of all packages of the workspace, xtask's too.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_accept_both_spellings_and_wrong_ones_are_named() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Options::read(&words)
        };
        let options = Options {
            prefix: Some("/opt/x y".into()),
            library: Some("librextrack.so".into()),
        };
        let words = ["--prefix=/opt/x y", "--library", "librextrack.so"];
        assert_eq!(read(&words), Ok(options));
        assert_eq!(read(&[]), Ok(Options::default()));
        for wrong in [&["--prefix"][..], &["--perfix", "/opt"], &["/opt"]] {
            let message = read(wrong).expect_err("refused");
            assert!(
                message.contains(wrong[0]) && message.contains(USAGE),
                "{message}"
            );
        }
    }
}
