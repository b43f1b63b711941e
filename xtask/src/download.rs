//! Getting one file from an origin of the manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{Result, on_path, quiet};
use crate::system;
use crate::workspace::Workspace;

/// How long to wait for a server before giving up, in seconds.
const TIMEOUT_S: &str = "20";

/// An origin as a person calls it.
pub fn place(origin: &str) -> &str {
    match origin
        .strip_prefix("deb:")
        .and_then(|rest| rest.split_once(':'))
    {
        Some((package, _)) => package,
        None => origin,
    }
}

/// Fetches `origin` and gives the path of what arrived: `to`, or a file that
/// the system already has. The error is one line.
pub fn fetch(workspace: &Workspace, origin: &str, to: &Path) -> Result<PathBuf> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    match origin
        .strip_prefix("deb:")
        .and_then(|rest| rest.split_once(':'))
    {
        Some((package, path)) => from_package(workspace, package, path, to),
        None => from_address(origin, to).map(|()| to.to_path_buf()),
    }
}

/// Takes one file out of a Debian package without installing the package.
fn from_package(workspace: &Workspace, package: &str, path: &str, to: &Path) -> Result<PathBuf> {
    let installed = PathBuf::from(path);
    if installed.is_file() {
        return Ok(installed);
    }
    if !system::has_apt() {
        return Err(format!(
            "{package}: a Debian package, and this system has no apt"
        ));
    }
    let folder = workspace.target.join("deb");
    let result = package_file(package, path, &folder, to);
    let _ = fs::remove_dir_all(&folder);
    result.map_err(|message| one_line(package, &message))
}

fn package_file(package: &str, path: &str, folder: &Path, to: &Path) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let get = || {
        let mut get = Command::new("apt-get");
        // As root apt steps down to a user who may not write here; it copes,
        // but warns. Its sandbox protects nothing in a download that dpkg checks.
        get.args(["download", "-qq", "-o", "APT::Sandbox::User=root", package])
            .current_dir(folder);
        quiet("setup: apt-get download", &mut get, "apt-get update")
    };
    // On a fresh machine apt knows no package until its lists are there.
    if get().is_err() {
        system::apt_update()?;
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
    })?;
    Ok(to.to_path_buf())
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
    // dpkg-deb may fail for a pipe that tar closed early; tar's word counts.
    let _ = dpkg.wait();
    match tar {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{} holds no {path}", deb.display())),
        Err(error) => Err(format!("tar: {error}")),
    }
}

/// Downloads an address with whatever this machine has for that.
fn from_address(address: &str, to: &Path) -> Result<()> {
    let mut command = if let Some(curl) = on_path("curl") {
        let mut curl = Command::new(curl);
        // A stalled transfer ends too, however long a slow one may take.
        curl.args(["-fsSL", "--connect-timeout", TIMEOUT_S])
            .args(["--speed-time", TIMEOUT_S, "--speed-limit", "1000", "-o"])
            .arg(to)
            .arg(address);
        curl
    } else if let Some(python) = on_path("python3").or_else(|| on_path("python")) {
        let script = "import shutil, sys, urllib.request\n\
             with urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[3])) as source:\n    \
             shutil.copyfileobj(source, open(sys.argv[2], 'wb'))";
        let mut python = Command::new(python);
        python.args(["-c", script, address]).arg(to).arg(TIMEOUT_S);
        python
    } else if cfg!(windows) {
        let mut shell = Command::new("powershell");
        shell.args(["-NoProfile", "-Command"]).arg(format!(
            "$ProgressPreference = 'SilentlyContinue'; Invoke-WebRequest -UseBasicParsing \
             -TimeoutSec {TIMEOUT_S} -Uri '{address}' -OutFile '{}'",
            to.display()
        ));
        shell
    } else {
        return Err(format!(
            "{address}: neither curl nor python3 is there to download it"
        ));
    };
    quiet("setup: download", &mut command, "")
        .map(|_| ())
        .map_err(|message| one_line(address, &message))
}

/// A failure's last line of output, under the name of the place that failed:
/// one of several places tried needs no more.
fn one_line(place: &str, message: &str) -> String {
    let said = message.lines().rfind(|line| line.starts_with("    "));
    let said = said.or_else(|| message.lines().next()).unwrap_or_default();
    format!("{place}: {}", said.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_called_by_its_name() {
        assert_eq!(place("deb:opencv-doc:/usr/share/x.avi"), "opencv-doc");
        assert_eq!(place("https://example.org/x"), "https://example.org/x");
    }

    #[test]
    fn of_a_failure_the_programs_own_last_word_is_kept() {
        let message = "setup: download failed (exit status: 6)\n  command: curl x\n  last lines:\
                       \n    curl: (6) Could not resolve host: x\n  remedy: ";
        assert_eq!(
            one_line("https://x", message),
            "https://x: curl: (6) Could not resolve host: x"
        );
        assert_eq!(one_line("a", "gzip cannot read a"), "a: gzip cannot read a");
    }
}
