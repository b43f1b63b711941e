//! `cargo xtask demo`: the main job on a real video, from a bare machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Result, run_quiet};
use crate::program::{self, Profile};
use crate::receiver_process::{ReceivedCounts, ReceiverProcess};
use crate::setup::{self, Prerequisites};
use crate::system_packages;
use crate::tools;
use crate::workspace::Workspace;

/// `cargo xtask demo [VIDEO]`
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let own_video = match arguments {
        [] => None,
        [video] if !video.starts_with('-') => Some(video_file(video)?),
        _ => return Err("usage: cargo xtask demo [VIDEO]".into()),
    };
    system_packages::ensure_build_packages()?;
    let ready = setup::ensure_run_prerequisites(workspace)?;
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

    let receiver = ReceiverProcess::start(&program.with_file_name(tools::program()))?;
    let model = model(&ready);
    println!(
        "demo: {} with model {}, OSC to 127.0.0.1:{}",
        workspace.display(&video),
        model.name,
        receiver.port
    );
    let mut job = workspace.command(&program);
    job.arg("run")
        .arg(&video)
        .args(model.arguments().split(' '));
    job.args([
        "--osc",
        &format!("127.0.0.1:{}", receiver.port),
        "--every-frame",
        "--picture",
    ]);
    job.arg(&picture).arg("--json");
    let said = run_quiet(
        "demo: rextrack run",
        &mut job,
        "`cargo xtask setup`, then `rextrack doctor`",
    );
    let received = receiver.finish();
    summarise(workspace, &said?, &received, &picture);
    next(&workspace.display(&program), &model);
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

/// The detector that the demo runs on.
struct Model {
    name: String,
    /// The options that choose it.
    options: String,
    /// Whether it detects people; the motion detector finds any moving object.
    people: bool,
}

impl Model {
    /// What to type after the stream.
    fn arguments(&self) -> String {
        match self.people {
            true => format!("{} --models-dir models --classes person", self.options),
            false => self.options.clone(),
        }
    }
}

/// The model that the set-up found, or the built-in detector.
fn model(ready: &Prerequisites) -> Model {
    let missing = match (&ready.runtime, &ready.model) {
        (Some(_), Some(model)) => {
            return Model {
                name: model.name.clone(),
                options: model.options(),
                people: true,
            };
        }
        (_, None) => "no model",
        (None, _) => "no ONNX Runtime",
    };
    println!(
        "demo: {missing} could be fetched (see above), so the demo uses the built-in motion detector: \
         it finds moving objects, not people"
    );
    Model {
        name: "builtin:motion".into(),
        options: "--model builtin:motion".into(),
        people: false,
    }
}

fn summarise(workspace: &Workspace, said: &str, received: &ReceivedCounts, picture: &Path) {
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
    if let Some(seen) = counts(json, "in_view") {
        println!("demo: in the last frame: {seen}");
    }
    println!(
        "demo: {} OSC bundles received, {} messages",
        received.bundles, received.messages
    );
    if received.not_osc > 0 {
        println!("demo: {} datagrams were not OSC", received.not_osc);
    }
    if picture.is_file() {
        println!(
            "demo: one of the last frames with its boxes: {}",
            workspace.display(picture)
        );
    } else {
        println!(
            "demo: rextrack wrote no picture to {}",
            workspace.display(picture)
        );
    }
}

/// The next commands to try. Each line works as printed, except the camera's address.
fn next(program: &str, model: &Model) {
    println!("next: your camera, to OSC port 5005 of this machine:");
    println!(
        "  {program} run rtsp://USER:PASSWORD@CAMERA/PATH {} --osc 127.0.0.1:5005",
        model.arguments()
    );
    println!("next: a panel in the browser, at http://127.0.0.1:8080/");
    println!("  {program} serve");
    println!("next: check this machine for missing parts");
    println!("  {program} doctor");
}

/// A number of a flat JSON object, without a JSON reader: the program that
/// wrote it is ours.
fn number(json: &str, key: &str) -> Option<f64> {
    let (_, rest) = json.split_once(&format!("\"{key}\":"))?;
    let rest = rest.trim_start();
    let end = rest.find([',', '}']).unwrap_or(rest.len());
    rest[..end].trim().parse().ok()
}

/// An object of numbers as people read it: `person 6, dog 1`. `None` when it
/// is missing or empty.
fn counts(json: &str, key: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{key}\":"))?;
    let (inner, _) = rest.trim_start().strip_prefix('{')?.split_once('}')?;
    let entries: Vec<String> = inner
        .split(',')
        .filter_map(|entry| {
            let (name, count) = entry.rsplit_once(':')?;
            Some(format!(
                "{} {}",
                name.trim().trim_matches('"'),
                count.trim()
            ))
        })
        .collect();
    (!entries.is_empty()).then(|| entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Model, counts, number};

    #[test]
    fn counts_are_read_class_by_class() {
        let json = r#"{"frames":795,"in_view":{"person": 6,"dog":1},"tracks":34}"#;
        assert_eq!(counts(json, "in_view").as_deref(), Some("person 6, dog 1"));
        assert_eq!(counts(r#"{"in_view":{}}"#, "in_view"), None);
        assert_eq!(counts(r#"{"frames":1}"#, "in_view"), None);
    }

    #[test]
    fn arguments_name_the_model_and_its_folder() {
        let arguments = |options: &str, people| {
            let (name, options) = ("a".into(), options.into());
            let model = Model {
                name,
                options,
                people,
            };
            model.arguments()
        };
        assert_eq!(
            arguments("--model nanodet_g --confidence 0.5", true),
            "--model nanodet_g --confidence 0.5 --models-dir models --classes person"
        );
        let motion = "--model builtin:motion";
        assert_eq!(arguments(motion, false), motion);
    }

    #[test]
    fn numbers_are_read_from_the_last_line() {
        let json = r#"{"frames":795,"fps": 92.5 ,"stages":{"detect_ms":8.1},"tracks":34}"#;
        assert_eq!(number(json, "frames"), Some(795.0));
        assert_eq!(number(json, "fps"), Some(92.5));
        assert_eq!(number(json, "tracks"), Some(34.0));
        assert_eq!(number(json, "bundles"), None);
    }
}
