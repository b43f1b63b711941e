//! `cargo xtask panel`: the web panel, built for the program to embed.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::command::{Result, run_quiet};
use crate::nodejs::NodeJs;
use crate::npm_folder::{NpmFolder, modified};
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

/// The size of its packages, for messages.
const PACKAGES_SIZE: &str = "about 200 MB";

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
    Panel::of(workspace).web.ensure(PACKAGES_SIZE, &[])
}

struct Panel<'a> {
    workspace: &'a Workspace,
    web: NpmFolder<'a>,
}

impl Panel<'_> {
    fn of(workspace: &Workspace) -> Panel<'_> {
        Panel {
            workspace,
            web: NpmFolder::of(workspace, "panel", "web"),
        }
    }

    fn is_built(&self) -> bool {
        let built = modified(&self.web.path().join("dist/index.html"));
        let newest = SOURCES
            .iter()
            .filter_map(|name| newest(&self.web.path().join(name)))
            .max();
        built.is_some() && built >= newest
    }

    fn up_to_date(&self) -> Result<bool> {
        if self.is_built() && self.web.has_packages() {
            return Ok(false);
        }
        let node = NodeJs::ensure(self.workspace)?;
        self.web.install(&node, PACKAGES_SIZE, &[])?;
        let _lock = self.web.lock()?;
        // The set-up that held the lock may have built it.
        if !self.is_built() {
            println!("panel: building");
            let mut build = self.web.npm(&node);
            build.args(["run", "build"]);
            let remedy = "fix what is reported above";
            run_quiet("panel: npm run build", &mut build, remedy)?;
        }
        Ok(true)
    }
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
