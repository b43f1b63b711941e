//! The panel: its own tests, and a real browser in front of a real service.
#![allow(clippy::unwrap_used)]

use crate::support;

use std::path::{Path, PathBuf};
use std::process::Command;

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

/// Whether the panel's packages are installed; prints a skip if not.
pub fn has_packages(test: &str) -> bool {
    let there = web().join("node_modules/.package-lock.json").is_file();
    if !there {
        println!("skipped: {test}: the panel's packages are missing (cargo xtask panel)");
    }
    there
}

/// The Node.js that the set-up found for the panel; the PATH's where the
/// packages were installed by hand.
pub fn node() -> Command {
    let noted = std::fs::read_to_string(web().join("node_modules/.node-program"));
    let noted = noted.unwrap_or_default();
    let there = Path::new(&noted).is_file();
    Command::new(if there { &noted } else { "node" })
}

pub fn run(test: &str, mut command: Command) {
    // Colour codes would separate the words of the counts.
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    let output = command.current_dir(web()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{said}");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{complaint}");
    // Each of these is one test to `cargo xtask test`, which must not hide a part.
    let skipped = skipped_parts(&said);
    if skipped > 0 {
        println!("skipped: {test}: {skipped} of its parts, which say why above");
    }
}

/// How many tests node (`ℹ skipped 1`) or vitest (`Tests  6 passed | 1 skipped (7)`)
/// left out.
fn skipped_parts(said: &str) -> u32 {
    let lines = said.lines().map(str::trim_start);
    lines
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["ℹ" | "#", "skipped", number] => number.parse::<u32>().ok(),
                ["Tests", rest @ ..] => {
                    let at = rest.iter().position(|word| *word == "skipped")?;
                    rest.get(at.checked_sub(1)?)?.parse().ok()
                }
                _ => None,
            }
        })
        .sum()
}

#[test]
fn skipped_parts_are_counted() {
    assert_eq!(skipped_parts("ℹ tests 6\nℹ pass 4\nℹ skipped 2\n"), 2);
    assert_eq!(skipped_parts("ℹ skipped 0\n✔ a skip link is there"), 0);
    let vitest = " Test Files  1 passed (1)\n      Tests  6 passed | 1 skipped (7)\n";
    assert_eq!(skipped_parts(vitest), 1);
    assert_eq!(skipped_parts("      Tests  7 passed (7)\n"), 0);
}

#[test]
fn panel_unit_tests_pass() {
    const NAME: &str = "panel::panel_unit_tests_pass";
    if !has_packages(NAME) {
        return;
    }
    let mut vitest = node();
    vitest.args(["node_modules/vitest/vitest.mjs", "run"]);
    run(NAME, vitest);
}

#[test]
fn panel_works_in_a_browser() {
    const NAME: &str = "panel::panel_works_in_a_browser";
    if !has_packages(NAME) {
        return;
    }
    let chromium = std::env::var("REXTRACK_CHROMIUM").unwrap_or("/usr/bin/chromium".into());
    if !Path::new(&chromium).is_file() {
        println!("skipped: {NAME}: there is no {chromium} (cargo xtask setup --tests)");
        return;
    }
    if !web().join("dist/index.html").is_file() {
        println!("skipped: {NAME}: the panel is not built (cargo xtask panel)");
        return;
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut node = node();
    node.args(["--test", "--test-reporter=spec", "tests/panel.test.mjs"])
        .env("REXTRACK_BIN", env!("CARGO_BIN_EXE_rextrack"))
        .env("REXTRACK_CHROMIUM", chromium)
        .env("REXTRACK_RTSP_SERVER", project.join("tests/rtsp/server.py"));
    if let Some(film) = support::asset(NAME, "vtest.avi") {
        node.env("REXTRACK_FILM", film);
    }
    run(NAME, node);
}
