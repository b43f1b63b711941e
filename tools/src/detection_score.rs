//! Detection quality of the people models: average precision on the demo's video.

use std::fs;
use std::path::Path;

use crate::average_precision::{average_precision, read_detections, read_truth};
use xtask::command::{Result, run_quiet};
use xtask::workspace::Workspace;

/// The models and the average precision that each must reach.
const MODELS: [(&str, f64); 2] = [("yolox_nano", 0.89), ("nanodet_g", 0.90)];

/// Overlap above which two detections are one person, as in the published
/// evaluation of both families.
const NMS_IOU: &str = "0.6";

/// Prints the average precision of each people model that is there, of persons at an
/// overlap of a half; an error when one is below its minimum.
pub fn run(
    workspace: &Workspace,
    program: &Path,
    video: &Path,
    truth: &Path,
    results: &Path,
) -> Result<()> {
    let truth =
        read_truth(&read(truth)?).map_err(|error| format!("{}: {error}", truth.display()))?;
    let mut below = Vec::new();
    for (model, least) in MODELS {
        let models = &workspace.models;
        if !models.join(format!("{model}.onnx")).is_file() {
            println!("skipped: average precision of {model}: not in models/");
            continue;
        }
        let output = results.join(format!("{model}.det.txt"));
        let mut detect = workspace.command(program);
        detect.arg("detect-mot").arg(video).arg(&output);
        detect.args(["--model", model, "--models-dir"]).arg(models);
        detect.args(["--classes", "person", "--iou", NMS_IOU]);
        run_quiet(
            "score: rextrack detect-mot",
            &mut detect,
            "fix what it reports",
        )?;
        let found = read_detections(&read(&output)?)
            .map_err(|error| format!("{}: {error}", output.display()))?;
        let score = average_precision(&truth, &found);
        let holds = score.average >= least;
        println!(
            "{model:12} persons AP50 {:.3}  best F1 {:.3} at score {:.2}  AP50 >= {least} {}",
            score.average,
            score.best_f1,
            score.best_score,
            if holds { "holds" } else { "FAILS" }
        );
        if !holds {
            below.push(model);
        }
    }
    if below.is_empty() {
        return Ok(());
    }
    Err(format!(
        "score: average precision below the minimum: {}",
        below.join(", ")
    ))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
