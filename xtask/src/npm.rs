//! Files of npm packages, from the registry that npm is set to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;
use crate::command::{Result, one_line, run_quiet};
use crate::http_client::HttpClient;
use crate::nodejs::NodeJs;
use crate::origin::{NpmFile, is_url};
use crate::python;
use crate::temporary::TempDir;
use crate::transfer;
use crate::workspace::Workspace;

/// Checks a package's file against the registry's digests (Subresource
/// Integrity: `sha512-BASE64`), of which the strongest kind counts.
const CHECK: &str = r#"
import base64, hashlib, sys
file, integrity = sys.argv[1:]
digests = [entry.split("?")[0].partition("-") for entry in integrity.split()]
for kind in ("sha512", "sha384", "sha256"):
    wanted = [digest for name, _, digest in digests if name == kind]
    if wanted:
        break
else:
    sys.exit("no digest of a known kind: " + integrity)
digest = hashlib.new(kind)
with open(file, "rb") as source:
    for block in iter(lambda: source.read(1 << 20), b""):
        digest.update(block)
found = base64.b64encode(digest.digest()).decode()
if found not in wanted:
    sys.exit("%s expected %s, found %s" % (kind, " or ".join(wanted), found))
"#;

/// Writes one file of a package. A package's first folder may have any name.
const EXTRACT: &str = r#"
import shutil, sys, tarfile
package, path, target = sys.argv[1:]
with tarfile.open(package, "r|gz") as archive:
    for member in archive:
        if member.isfile() and member.name.partition("/")[2] == path:
            with open(target, "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
            sys.exit(0)
sys.exit("the package has no file " + path)
"#;

/// Writes the file of an npm package to `to`.
///
/// The package stays in the cache until [`drop_package`]: its next file needs
/// no second download.
pub fn file(workspace: &Workspace, cache: &Cache, file: &NpmFile, to: &Path) -> Result<()> {
    let package = package(workspace, cache, file)?;
    extract(&python::venv(workspace)?, &package, &file.path, to)
}

/// Removes a package from the cache, which has its extracted files.
pub fn drop_package(cache: &Cache, file: &NpmFile) {
    // Another set-up may be unpacking it right now; then that one removes it.
    if let Some(_lock) = cache.try_lock()
        && let Ok(package) = place(cache, file)
    {
        let _ = fs::remove_file(package);
    }
}

fn place(cache: &Cache, file: &NpmFile) -> Result<PathBuf> {
    cache.path(&format!("{}-{}.tgz", file.package, file.version))
}

/// The package, downloaded and checked.
fn package(workspace: &Workspace, cache: &Cache, file: &NpmFile) -> Result<PathBuf> {
    let package = place(cache, file)?;
    if package.is_file() {
        return Ok(package);
    }
    let node = NodeJs::ensure(workspace)?;
    let python = python::venv(workspace)?;
    // It gets its final name after the check.
    let arriving = cache.path(&format!("{}-{}.arriving", file.package, file.version))?;
    arrive(workspace, &node, &python, file, &arriving)?;
    fs::rename(&arriving, &package).map_err(|error| format!("{}: {error}", package.display()))?;
    Ok(package)
}

/// Downloads a package and checks it: by our own client, which resumes, or else
/// by npm. A registry may not answer `npm view`, may want npm's own credentials,
/// or be a mirror that names addresses which only npm knows how to translate.
fn arrive(
    workspace: &Workspace,
    node: &NodeJs,
    python: &Path,
    file: &NpmFile,
    arriving: &Path,
) -> Result<()> {
    let fetched = Facts::ask(workspace, node, file).and_then(|facts| {
        let client = HttpClient::find().unwrap_or_else(|| HttpClient::Python(python.to_owned()));
        transfer::fetch(&client, &facts.tarball, arriving, |file| {
            let mut check = workspace.command(python);
            check.args(["-c", CHECK]).arg(file).arg(&facts.integrity);
            run_quiet("setup: checking the package", &mut check, "try again").map(drop)
        })
    });
    if let Err(message) = fetched {
        let message = one_line(&file.spec(), &message);
        println!("setup: {message}; trying `npm pack`");
        pack(workspace, node, file, arriving)?;
        // The package is complete, so the partial file of our own client is not needed.
        let _ = fs::remove_file(transfer::part_of(arriving));
    }
    Ok(())
}

/// Downloads a package by npm itself, which checks it and cannot resume.
fn pack(workspace: &Workspace, node: &NodeJs, file: &NpmFile, to: &Path) -> Result<()> {
    let folder = TempDir::new(&workspace.target, "npm-pack")?;
    let mut pack = node.npm(workspace);
    pack.args(["pack", "--silent", "--pack-destination"]);
    pack.arg(folder.path()).arg(file.spec());
    run_quiet(
        "setup: npm pack",
        &mut pack,
        "see that this machine reaches the npm registry",
    )
    .and_then(|_| {
        let mut entries = fs::read_dir(folder.path()).map_err(|error| error.to_string())?;
        let entry = entries.next().ok_or("npm pack left no package")?;
        let path = entry.map_err(|error| error.to_string())?.path();
        // Not a rename: the cache may lie on another file system.
        fs::copy(&path, to).map_err(|error| format!("{}: {error}", to.display()))
    })
    .map(drop)
}

fn extract(python: &Path, package: &Path, path: &str, to: &Path) -> Result<()> {
    let mut extract = Command::new(python);
    extract.args(["-c", EXTRACT]).arg(package).arg(path).arg(to);
    run_quiet(
        "setup: unpacking",
        &mut extract,
        "delete the package and try again",
    )
    .map(drop)
}

/// What the registry says about a package.
#[derive(Debug, PartialEq)]
struct Facts {
    tarball: String,
    integrity: String,
}

impl Facts {
    fn ask(workspace: &Workspace, node: &NodeJs, file: &NpmFile) -> Result<Facts> {
        let mut view = node.npm(workspace);
        view.args(["view", "--json"]).arg(file.spec());
        view.args(["dist.tarball", "dist.integrity"]);
        let remedy = "see that this machine reaches the npm registry";
        let said = run_quiet("setup: npm view", &mut view, remedy)?;
        Facts::parse(&said).ok_or_else(|| {
            format!(
                "setup: npm view {} gave no address and digest: {}",
                file.spec(),
                said.trim()
            )
        })
    }

    /// `{"dist.tarball": "https://...", "dist.integrity": "sha512-..."}`
    fn parse(json: &str) -> Option<Facts> {
        let text = |key: &str| {
            let (_, rest) = json.split_once(&format!("\"{key}\""))?;
            let rest = rest.trim_start().strip_prefix(':')?;
            let value = rest.trim_start().strip_prefix('"')?;
            let (value, _) = value.split_once('"')?;
            // Neither an address nor base64 has anything to escape.
            (!value.is_empty() && !value.contains('\\')).then(|| value.to_owned())
        };
        Some(Facts {
            tarball: text("dist.tarball").filter(|address| is_url(address))?,
            integrity: text("dist.integrity")?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::command::query;
    use crate::test_dir::TestDir;

    #[test]
    fn registry_answer_gives_url_and_digest() {
        let json = "{\n  \"dist.tarball\": \"https://r/a-1.tgz\",\n  \"dist.integrity\": \"sha512-ab+/==\"\n}\n";
        let facts = Facts {
            tarball: "https://r/a-1.tgz".into(),
            integrity: "sha512-ab+/==".into(),
        };
        assert_eq!(Facts::parse(json), Some(facts));
        assert_eq!(Facts::parse("{}"), None);
        assert_eq!(
            Facts::parse("{\"dist.tarball\": null, \"dist.integrity\": \"x\"}"),
            None
        );
    }

    #[test]
    fn tarball_that_is_not_a_url_is_rejected() {
        for tarball in [
            "-oProxy",
            "--config",
            "file:///etc/hosts",
            "/a.tgz",
            "a.tgz",
            "ftp://r/a.tgz",
            "https://",
            "https://r/a b.tgz",
        ] {
            let json =
                format!("{{\"dist.tarball\": \"{tarball}\", \"dist.integrity\": \"sha512-ab\"}}");
            assert_eq!(Facts::parse(&json), None, "{tarball}");
        }
    }

    /// A registry that answers no `npm view`, or names no address that we may take.
    #[cfg(unix)]
    #[test]
    fn npm_pack_is_used_when_our_client_fails() {
        let file = NpmFile {
            package: "a".into(),
            version: "1.0.0".into(),
            path: "a.bin".into(),
        };
        let no_address = r#"echo '{"dist.tarball": "--x", "dist.integrity": "sha512-a"}'"#;
        for view in ["exit 1", "echo", no_address] {
            let dir = TestDir::new("npm-pack");
            let workspace = dir.workspace();
            let npm = dir.path("npm.sh");
            // npm pack --silent --pack-destination FOLDER a@1.0.0
            let script = format!(
                "case $1 in view) {view} ;; pack) echo \"$5\" > \"$4/a-1.0.0.tgz\" ;; esac"
            );
            fs::write(&npm, script).unwrap();
            let node = NodeJs::with("sh", npm);
            let arriving = dir.path("a.arriving");
            fs::write(transfer::part_of(&arriving), "half").unwrap();
            arrive(&workspace, &node, Path::new("python3"), &file, &arriving).unwrap();
            assert_eq!(
                fs::read_to_string(&arriving).unwrap(),
                "a@1.0.0\n",
                "{view}"
            );
            assert!(!transfer::part_of(&arriving).exists(), "{view}");
            let left = fs::read_dir(&workspace.target).unwrap().count();
            assert_eq!(left, 0, "{view}");
        }
    }

    #[test]
    fn one_file_is_extracted_and_a_missing_one_is_named() {
        let Some(python) = python::find() else {
            println!(
                "skipped: npm::one_file_is_extracted: there is no Python 3.8 or newer with venv"
            );
            return;
        };
        let dir = TestDir::new("npm");
        fs::create_dir_all(dir.path("package/models")).unwrap();
        fs::write(dir.path("package/models/a.bin"), b"content").unwrap();
        fs::write(dir.path("package/a.bin"), b"another").unwrap();
        let make = "import sys, tarfile; t = tarfile.open(sys.argv[1], 'w:gz'); t.add(sys.argv[2], 'package')";
        let package = dir.path("a.tgz");
        let mut tar = Command::new(&python);
        tar.args(["-c", make])
            .arg(&package)
            .arg(dir.path("package"));
        query(&mut tar).unwrap();

        let to = dir.path("out");
        extract(&python, &package, "models/a.bin", &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"content");
        let message = extract(&python, &package, "models/b.bin", &to).unwrap_err();
        assert!(
            message.contains("the package has no file models/b.bin"),
            "{message}"
        );

        // base64 of the SHA-512 of nothing, as the standard's examples have it.
        let empty = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
        fs::write(&to, b"").unwrap();
        let check = |integrity: &str| {
            let mut check = Command::new(&python);
            check.args(["-c", CHECK]).arg(&to).arg(integrity);
            query(&mut check).is_some()
        };
        assert!(check(&format!("sha512-{empty}")));
        assert!(check(&format!(
            "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha512-{empty}?option"
        )));
        fs::write(&to, b"x").unwrap();
        assert!(!check(&format!("sha512-{empty}")));
        assert!(!check("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="));
        assert!(!check(""));
    }
}
