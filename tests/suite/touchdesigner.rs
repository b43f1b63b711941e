//! The TouchDesigner plugins. The part that needs no SDK is always tested, the
//! plugins themselves if the SDK is there.
#![allow(clippy::unwrap_used)]

mod sdk_folder;
mod sources;
mod windows;

use crate::support;

use std::process::Command;

use support::host::{is_there, root, succeeded};
use support::touchdesigner::{self, Build};

#[test]
fn core_works_and_parameter_documentation_is_current() {
    let test = "core_works_and_parameter_documentation_is_current";
    let Some(build) = Build::make(test, None) else {
        return;
    };
    let output = build.program("core_test").output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &report);

    let committed = root("touchdesigner/docs");
    let generated = tempfile::tempdir().unwrap();
    let bless = std::env::var_os("REXTRACK_BLESS").is_some();
    let folder = if bless { &committed } else { generated.path() };
    let output = build
        .program("parameter_pages")
        .arg(folder)
        .output()
        .unwrap();
    succeeded(&output, "parameter_pages");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        let now = std::fs::read_to_string(folder.join(&name)).unwrap();
        let old = std::fs::read_to_string(committed.join(&name)).unwrap_or_default();
        assert!(
            old.replace("\r\n", "\n") == now,
            "touchdesigner/docs/{} differs from core/parameter.cpp; run this test with \
             REXTRACK_BLESS=1 and commit the file",
            name.display()
        );
    }
}

#[test]
fn plugins_work_in_the_test_host() {
    let test = "plugins_work_in_the_test_host";
    let Some(sdk) = touchdesigner::sdk(test) else {
        return;
    };
    let Some(build) = Build::make(test, Some(&sdk)) else {
        return;
    };
    let mut host = build.program("plugin_test");
    let video = support::asset(test, "vtest.avi");
    if let (Some(video), Some(model)) = (video, support::people_model(test)) {
        host.env("REXTRACK_TD_VIDEO", video)
            .env("REXTRACK_TD_MODELS", support::models_dir())
            .env("REXTRACK_TD_MODEL", model);
    }
    let output = host.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    succeeded(&output, &report);
    println!("{report}");

    // Built where Python's headers and library are.
    if let Some(mut host) = build.program_with_python("callbacks_test") {
        let output = host.output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        succeeded(&output, &report);
        println!("{report}");
    }
}

#[test]
fn demo_networks_are_complete() {
    let test = "demo_networks_are_complete";
    if !is_there("python3") {
        println!("skipped: {test}: python3 is missing");
        return;
    }
    let script = root("touchdesigner/tests/test_demo_networks.py");
    let output = Command::new("python3").arg(script).output().unwrap();
    succeeded(&output, "test_demo_networks.py");
}
