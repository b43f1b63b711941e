//! `cargo xtask fuzz`: runs the C ABI on JSON from a fuzzer. It starts from `fuzz/corpus`,
//! which `tests/suite/corpora.rs` checks in every run, and saves new inputs in the target
//! folder; `fuzz/README.md` says how to add them to the corpus.

use xtask::command::{Result, on_path, run_visible};
use xtask::system_packages;
use xtask::workspace::Workspace;

/// `create` gets whole configurations, `merge_patch` changes to one.
const TARGETS: [&str; 2] = ["create", "merge_patch"];
const SECONDS: &str = "600";

/// Runs each target for so many seconds; stops at the first failure.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let seconds = match arguments {
        [] => SECONDS,
        [seconds] if seconds.parse::<u32>().is_ok() => seconds,
        _ => return Err("usage: cargo xtask fuzz [SECONDS]".into()),
    };
    system_packages::ensure_build_packages()?;
    if on_path("cargo-fuzz").is_none() {
        return Err("fuzz: cargo-fuzz is missing\n  remedy: cargo install cargo-fuzz".into());
    }
    for target in TARGETS {
        // The sanitizers exist on the nightly compiler alone.
        let mut cargo = workspace.command("cargo");
        // Apart from ours, which another compiler built.
        cargo.env("CARGO_TARGET_DIR", workspace.target.join("fuzz"));
        // Set by the cargo that called us, and read by rustup before `+nightly`.
        cargo
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO")
            .env_remove("RUSTC");
        cargo.args(["+nightly", "fuzz", "run", target]);
        // It reads both folders, and writes new inputs to the first.
        let found = workspace.target.join("fuzz").join("corpus").join(target);
        std::fs::create_dir_all(&found).map_err(|e| format!("fuzz: {} ({e})", found.display()))?;
        cargo
            .arg(&found)
            .arg(workspace.root.join("fuzz/corpus").join(target))
            .arg("--");
        cargo.arg(format!("-max_total_time={seconds}"));
        cargo.args(["-dict=fuzz/json.dict", "-max_len=8192", "-timeout=10"]);
        run_visible(
            &format!("fuzz: {target}, {seconds} s"),
            &mut cargo,
            "`rustup toolchain install nightly` if there is no nightly compiler; otherwise \
             the input that fails is named above",
        )?;
    }
    Ok(())
}
