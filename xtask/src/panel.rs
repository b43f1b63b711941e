//! `cargo xtask panel`: the web panel, built for the program to embed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::command::{Result, ask, on_path, quiet};
use crate::workspace::Workspace;

/// The oldest Node.js that Vite runs on.
const NODE: u32 = 20;
/// What the panel is built from, within `web/`.
const SOURCES: [&str; 6] = [
    "src",
    "public",
    "index.html",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];

/// `cargo xtask panel`
pub fn run(workspace: &Workspace) -> Result<()> {
    build(workspace).map(|built| {
        let what = if built { "built" } else { "up to date" };
        println!("panel: web/dist is {what}; the next `cargo build` puts it into the program");
    })
}

/// Builds the panel if it is not there or older than what it is made from. True
/// when something was done. Without Node.js the error says what is left out.
pub fn build(workspace: &Workspace) -> Result<bool> {
    let web = workspace.root.join("web");
    let built = modified(&web.join("dist/index.html"));
    let newest = SOURCES
        .iter()
        .filter_map(|name| newest(&web.join(name)))
        .max();
    if built.is_some() && built >= newest {
        return packages(workspace, &web);
    }
    packages(workspace, &web)?;
    println!("panel: building it");
    let mut build = npm(workspace, &web);
    build.args(["run", "build"]);
    quiet(
        "panel: npm run build",
        &mut build,
        "mend what is reported above",
    )?;
    Ok(true)
}

/// Sees to what is in `web/node_modules`. True when something was installed.
fn packages(workspace: &Workspace, web: &Path) -> Result<bool> {
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&web.join("package-lock.json")) {
        return Ok(false);
    }
    let version = on_path("node").and(ask(Command::new("node").arg("--version")));
    if version.as_deref().and_then(major) < Some(NODE) || on_path("npm").is_none() {
        let found = version.unwrap_or_else(|| "none".into());
        return Err(format!(
            "panel: Node.js {NODE} or newer with npm is not there (found: {found}), so the program is \
             built without its web panel; all else works\n  remedy: install it from \
             https://nodejs.org, then `cargo xtask panel`"
        ));
    }
    println!("panel: fetching its packages (npm ci, about 200 MB)");
    let mut ci = npm(workspace, web);
    ci.args(["ci", "--no-audit", "--no-fund"]);
    quiet(
        "panel: npm ci",
        &mut ci,
        "see that this machine reaches the npm registry",
    )?;
    Ok(true)
}

fn npm(workspace: &Workspace, web: &Path) -> Command {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = workspace.command(PathBuf::from(npm));
    command.current_dir(web);
    command
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// When the newest file of a folder, or the file itself, was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else {
        return modified(path);
    };
    entries
        .filter_map(|entry| newest(&entry.ok()?.path()))
        .max()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_of_node() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("none"), None);
    }
}
