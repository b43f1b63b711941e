//! One file out of a Debian package, without installing the package.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{Result, run_quiet};
use crate::system_packages;
use crate::temporary::TempDir;

/// Copies the file that `package` installs at `path` to `to`: the installed
/// one if it is there, else the downloaded package's. A folder in `target`
/// takes the package meanwhile.
pub fn file(package: &str, path: &str, target: &Path, to: &Path) -> Result<()> {
    if Path::new(path).is_file() {
        return fs::copy(path, to)
            .map(drop)
            .map_err(|error| format!("{path} cannot be copied to {}: {error}", to.display()));
    }
    if !system_packages::has_apt() {
        return Err("a Debian package, and this system has no apt".into());
    }
    let folder = TempDir::new(target, "deb")?;
    downloaded(package, path, folder.path(), to)
}

fn downloaded(package: &str, path: &str, folder: &Path, to: &Path) -> Result<()> {
    let get = || {
        let mut get = Command::new("apt-get");
        // As root, apt switches to a user without write access here. It works, but warns. Its sandbox protects nothing in a download that dpkg checks.
        get.args(["download", "-qq", "-o", "APT::Sandbox::User=root", package])
            .current_dir(folder);
        run_quiet("setup: apt-get download", &mut get, "apt-get update")
    };
    // On a fresh machine apt knows no package until its lists are there.
    if get().is_err() {
        system_packages::apt_update()?;
        get()?;
    }
    let deb = fs::read_dir(folder)
        .ok()
        .and_then(|mut entries| entries.next())
        .and_then(|entry| Some(entry.ok()?.path()))
        .ok_or("apt-get downloaded nothing")?;
    // Debian compresses large examples now and then; either name will do.
    extract(&deb, path, to).or_else(|_| {
        let packed = to.with_extension("gz");
        extract(&deb, &format!("{path}.gz"), &packed)?;
        let unpacked = fs::File::create(to).map_err(|error| error.to_string())?;
        let gzip = Command::new("gzip")
            .arg("-dc")
            .arg(&packed)
            .stdout(unpacked)
            .status();
        match gzip {
            Ok(status) if status.success() => Ok(()),
            _ => Err(format!("gzip cannot read {}", packed.display())),
        }
    })
}

/// One file of a package, read through tar: unpacking everything would write
/// hundreds of megabytes.
fn extract(deb: &Path, path: &str, to: &Path) -> Result<()> {
    let started = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut dpkg = started.map_err(|error| format!("dpkg-deb: {error}"))?;
    let Some(tarfile) = dpkg.stdout.take() else {
        return Err("dpkg-deb has no output".into());
    };
    let file = fs::File::create(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let tar = Command::new("tar")
        .args(["-xO", &format!(".{path}")])
        .stdin(tarfile)
        .stdout(file)
        .stderr(Stdio::null())
        .status();
    // dpkg-deb may fail because tar closed the pipe early; tar's result counts.
    let _ = dpkg.wait();
    match tar {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{} holds no {path}", deb.display())),
        Err(error) => Err(format!("tar: {error}")),
    }
}
