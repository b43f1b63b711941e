//! `cargo bench --bench touchdesigner [COOKS]`: duration of a cook of the
//! Rextrack CHOP, in normal operation and with every kind of trouble. Needs
//! TouchDesigner's SDK (`TD_SDK_DIR`). The test host cooks the real plugin at
//! 60 Hz, with 32 slots, in both layouts; each run takes 50 s. "preempted" counts the cooks in
//! which the system preempted execute(), and "else max" is the longest of the
//! others.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;
use support::rtsp::RtspServer;
use support::touchdesigner::{self, Build};

const NAME: &str = "touchdesigner";

/// The program, and what all its runs have in common.
struct Bench<'a> {
    build: &'a Build,
    cooks: u32,
    layout: &'static str,
}

/// Runs the host and prints its results; calls `at_cook` every hundredth cook.
fn run(bench: &Bench, title: &str, settings: &[&str], mut at_cook: impl FnMut(u32)) {
    let mut child = bench
        .build
        .program("cook_bench")
        .arg(bench.cooks.to_string())
        .arg(format!("Layout={}", bench.layout))
        .args(settings)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut result = Value::Null;
    for line in BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
    {
        match line.strip_prefix("cook ") {
            Some(number) => at_cook(number.parse().unwrap()),
            None => result = serde_json::from_str(&line).unwrap(),
        }
    }
    assert!(child.wait().unwrap().success());
    let number = |key: &str| result[key].as_f64().unwrap();
    // The limits of a cook: 50 us in 99 of 100, 1 ms in all. What the system preempted is its own.
    let is_within = number("execute_p99") <= 50.0 && number("undisturbed_max") <= 1000.0;
    let verdict = if is_within { "" } else { "OVER THE LIMIT" };
    println!(
        "{title:<32} {:>8.1} {:>8.1} {:>8.1} {:>9} {:>8.1} {:>10.1} {:>9.1}   {:>5} {:>4}  {} {verdict}",
        number("execute_p50"),
        number("execute_p99"),
        number("execute_max"),
        number("preempted"),
        number("undisturbed_max"),
        number("cook_p99"),
        number("cook_max"),
        number("frames"),
        number("reconnects"),
        result["status"].as_str().unwrap(),
    );
}

fn main() {
    let cooks = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(3000);
    let Some(sdk) = touchdesigner::sdk(NAME) else {
        return;
    };
    let Some(build) = Build::make(NAME, Some(&sdk)) else {
        return;
    };
    println!("{cooks} cooks at 60 Hz, 32 slots, times in microseconds");
    for layout in ["channels", "samples"] {
        println!(
            "{:<32} {:>8} {:>8} {:>8} {:>9} {:>8} {:>10} {:>9}   frames lost",
            format!("layout {layout}"),
            "exec p50",
            "p99",
            "max",
            "preempted",
            "else max",
            "cook p99",
            "max"
        );
        measure(&Bench {
            build: &build,
            cooks,
            layout,
        });
    }
}

/// Runs every case.
fn measure(bench: &Bench) {
    let models = support::models_dir();
    let models = format!("Modelsfolder={}", models.display());
    let video = support::asset(NAME, "vtest.avi");
    let Some(name) = support::people_model(NAME) else {
        return;
    };
    let (model, menu) = (
        format!("Model={name}"),
        format!("models={name},builtin:motion"),
    );
    let cooks = bench.cooks;
    if let Some(video) = &video {
        let server = RtspServer::start(NAME, video, 0, &[]);
        if let Some(server) = server {
            let address = format!("Address={}", server.url);
            let live = [models.as_str(), &address, &model];
            run(bench, "live video", &live, |_| {});
            let port = server.port();
            let mut server = Some(server);
            let motion = [models.as_str(), &address, "Model=builtin:motion"];
            run(bench, "camera lost and found", &motion, |cook| {
                if cook * 3 >= cooks && cook * 3 < cooks + 300 {
                    server = None;
                }
                if server.is_none() && cook * 3 >= 2 * cooks {
                    server = RtspServer::start(NAME, video, port, &[]);
                }
            });
        }
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("Address=rtsp://{}/cam", silent.local_addr().unwrap());
    let silent_camera = [address.as_str(), "Model=builtin:motion"];
    run(bench, "camera does not answer", &silent_camera, |_| {});
    let loading = [models.as_str(), "top=640x360", &menu];
    run(bench, "model loading", &loading, |_| {});
    let top = ["top=1920x1080", "Model=builtin:motion"];
    run(bench, "source TOP 1080p", &top, |_| {});
    let still = ["top=1920x1080", "still=1", "Model=builtin:motion"];
    run(bench, "still TOP 1080p", &still, |_| {});
    let restarts = ["top=640x360", "Model=builtin:motion", "restart=60"];
    run(bench, "restarted every second", &restarts, |_| {});
    let change = ["top=640x360", "Model=builtin:motion", "change=every-cook"];
    run(bench, "parameters changing every cook", &change, |_| {});
    let missing = ["Address=rtsp://127.0.0.1:9/x", "Model=no_such_model"];
    run(bench, "missing model", &missing, |_| {});
}
