//! `cargo xtask demo`: the main job on a real video, from a bare machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Result, quiet};
use crate::program::{self, Profile};
use crate::receiver::{Received, Receiver};
use crate::setup::{self, Ready};
use crate::system;
use crate::tools;
use crate::workspace::Workspace;

/// `cargo xtask demo [VIDEO]`
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let own_video = match arguments {
        [] => None,
        [video] if !video.starts_with('-') => Some(video_file(video)?),
        _ => return Err("usage: cargo xtask demo [VIDEO]".into()),
    };
    system::build_needs()?;
    let ready = setup::run_needs(workspace)?;
    for problem in &ready.problems {
        println!("{problem}");
    }
    let video = own_video.or(ready.video.clone()).ok_or(
        "demo: there is no video to run on\n  remedy: `cargo xtask demo VIDEO` with any video \
         file of people, or put vtest.avi at models/vtest.avi",
    )?;
    let program = program::build(workspace, Profile::Release, &[tools::PACKAGE])?;
    let folder = workspace.target.join("demo");
    fs::create_dir_all(&folder).map_err(|error| format!("demo: {}: {error}", folder.display()))?;
    let picture = folder.join("frame.png");
    // An earlier run's picture must not pass for this one's.
    let _ = fs::remove_file(&picture);

    let receiver = Receiver::start(&program.with_file_name(tools::program()))?;
    let model = model(&ready);
    println!(
        "demo: {} with model {}, OSC to 127.0.0.1:{}",
        workspace.shown(&video),
        model[1],
        receiver.port
    );
    let mut job = workspace.command(&program);
    job.arg("run").arg(&video).args(model);
    job.args([
        "--osc",
        &format!("127.0.0.1:{}", receiver.port),
        "--every-frame",
        "--picture",
    ]);
    job.arg(&picture).arg("--json");
    let said = quiet(
        "demo: rextrack run",
        &mut job,
        "`cargo xtask setup`, then `rextrack doctor`",
    );
    let received = receiver.finish();
    summarise(workspace, &said?, &received, &picture, &program);
    Ok(())
}

fn video_file(video: &str) -> Result<PathBuf> {
    let path = std::path::absolute(video).unwrap_or_else(|_| PathBuf::from(video));
    if path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "demo: {video}: no such file\n  remedy: name a video file, or none for vtest.avi"
    ))
}

/// The arguments that choose the detector: the model, or the one that needs no file.
fn model(ready: &Ready) -> &'static [&'static str] {
    if ready.runtime.is_some() && ready.model.is_some() {
        return &[
            "--model",
            "yolox_nano",
            "--models-dir",
            "models",
            "--classes",
            "person",
        ];
    }
    let missing = if ready.model.is_none() {
        "no model"
    } else {
        "no ONNX Runtime"
    };
    println!(
        "demo: {missing} could be had, so the built-in motion detector stands in: it finds what \
         moves, not people"
    );
    &["--model", "builtin:motion"]
}

fn summarise(
    workspace: &Workspace,
    said: &str,
    received: &Received,
    picture: &Path,
    program: &Path,
) {
    let json = said
        .lines()
        .rfind(|line| line.trim_start().starts_with('{'))
        .unwrap_or_default();
    let figure = |key: &str, decimals: usize| match number(json, key) {
        Some(value) => format!("{value:.decimals$}"),
        None => "?".into(),
    };
    println!();
    println!(
        "demo: {} frames at {} frames a second, {} tracks",
        figure("frames", 0),
        figure("fps", 1),
        figure("tracks", 0)
    );
    println!(
        "demo: {} OSC bundles received, {} messages",
        received.bundles, received.messages
    );
    if received.foreign > 0 {
        println!("demo: {} datagrams were not OSC", received.foreign);
    }
    if picture.is_file() {
        println!(
            "demo: a late frame with its boxes: {}",
            workspace.shown(picture)
        );
    } else {
        println!(
            "demo: rextrack left no picture at {}",
            workspace.shown(picture)
        );
    }
    println!("next: your camera, to OSC port 5005 of this machine:");
    println!(
        "  {} run rtsp://USER:PASSWORD@CAMERA/PATH --model yolox_nano --models-dir models \
         --classes person --osc 127.0.0.1:5005",
        workspace.shown(program)
    );
    println!("  {} doctor", workspace.shown(program));
}

/// A number of a flat JSON object, without a JSON reader: the program that
/// wrote it is ours.
fn number(json: &str, key: &str) -> Option<f64> {
    let (_, rest) = json.split_once(&format!("\"{key}\":"))?;
    let rest = rest.trim_start();
    let end = rest.find([',', '}']).unwrap_or(rest.len());
    rest[..end].trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn figures_of_the_last_line() {
        let json = r#"{"frames":795,"fps": 92.5 ,"stages":{"detect_ms":8.1},"tracks":34}"#;
        assert_eq!(number(json, "frames"), Some(795.0));
        assert_eq!(number(json, "fps"), Some(92.5));
        assert_eq!(number(json, "tracks"), Some(34.0));
        assert_eq!(number(json, "bundles"), None);
    }
}
