//! `cargo xtask panel`: the web panel, built for the program to embed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::command::{Result, run_quiet};
use crate::lock::Lock;
use crate::nodejs::NodeJs;
use crate::workspace::Workspace;

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
        println!("panel: web/dist is {what}; the next `cargo build` embeds it in the program");
    })
}

/// Builds the panel if it is missing or older than its sources. True if it built it or
/// installed packages. A failure leaves a program without its panel, and
/// the error says so.
pub fn build(workspace: &Workspace) -> Result<bool> {
    let panel = Panel::of(workspace);
    panel.up_to_date().map_err(|message| {
        format!(
            "{message}\n  without it the program is built without its web panel; all else works"
        )
    })
}

/// Installs the packages of the panel's tests. True if it installed something.
pub fn ensure_test_packages(workspace: &Workspace) -> Result<bool> {
    let panel = Panel::of(workspace);
    let node = NodeJs::ensure(workspace)?;
    let changed = panel.packages(&node)?;
    // A later set-up may have found another Node.js.
    node.record_program(&panel.note())?;
    Ok(changed)
}

struct Panel<'a> {
    workspace: &'a Workspace,
    web: PathBuf,
}

impl Panel<'_> {
    fn of(workspace: &Workspace) -> Panel<'_> {
        Panel {
            workspace,
            web: workspace.root.join("web"),
        }
    }

    /// Where `service/tests/panel.rs` reads which Node.js to use. It lies
    /// among the packages, which the tests need too.
    fn note(&self) -> PathBuf {
        self.web.join("node_modules/.node-program")
    }

    /// One process at a time writes into `web/`: `npm ci` begins by removing all packages.
    fn lock(&self) -> Result<Lock> {
        Lock::take(&self.workspace.target.join("panel.lock"), "panel")
    }

    fn is_built(&self) -> bool {
        let built = modified(&self.web.join("dist/index.html"));
        let newest = SOURCES
            .iter()
            .filter_map(|name| newest(&self.web.join(name)))
            .max();
        built.is_some() && built >= newest
    }

    fn up_to_date(&self) -> Result<bool> {
        if self.is_built() && self.has_packages() {
            return Ok(false);
        }
        let node = NodeJs::ensure(self.workspace)?;
        self.packages(&node)?;
        let _lock = self.lock()?;
        // The set-up that held the lock may have built it.
        if !self.is_built() {
            println!("panel: building");
            let mut build = self.npm(&node);
            build.args(["run", "build"]);
            let remedy = "fix what is reported above";
            run_quiet("panel: npm run build", &mut build, remedy)?;
        }
        Ok(true)
    }

    /// Installs `web/node_modules`. True if it installed something.
    fn packages(&self, node: &NodeJs) -> Result<bool> {
        if self.has_packages() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        if self.has_packages() {
            return Ok(false);
        }
        println!("panel: installing npm packages (npm ci, about 200 MB)");
        let mut ci = self.npm(node);
        ci.args(["ci", "--no-audit", "--no-fund"]);
        let remedy = "see that this machine reaches the npm registry";
        run_quiet("panel: npm ci", &mut ci, remedy)?;
        node.record_program(&self.note())?;
        Ok(true)
    }

    fn has_packages(&self) -> bool {
        let installed = modified(&self.web.join("node_modules/.package-lock.json"));
        installed.is_some() && installed >= modified(&self.web.join("package-lock.json"))
    }

    fn npm(&self, node: &NodeJs) -> Command {
        let mut command = node.npm(self.workspace);
        command.current_dir(&self.web);
        command
    }
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
