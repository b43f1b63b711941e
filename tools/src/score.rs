//! `cargo xtask score`: tracking quality against ground truth.
//!
//! The ground truth (MOTChallenge, for non-commercial evaluation) is not part
//! of the repository: without `REXTRACK_MOT_DIR` or `../shared/mot` this
//! prints a `skipped: ` line.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::detection_score;
use xtask::command::{Result, run_quiet};
use xtask::program::{self, Profile};
use xtask::python;
use xtask::setup;
use xtask::system_packages;
use xtask::workspace::Workspace;

/// What the evaluator needs.
const PACKAGES: [python::Package; 2] = [("trackeval", "trackeval"), ("numpy", "numpy")];

/// Sequences that have a file of detections, with a note for the table.
const TRACKED_SEQUENCES: [(&str, &str); 3] = [
    ("MOT17-02", ""),
    ("MOT17-09", "synthetic detections"),
    ("MOT17-10", "synthetic detections"),
];

/// The sequence that vtest.avi shows, and the last of its frames with ground truth.
const VIDEO_SEQUENCE: &str = "PETS09-S2L1";
const VIDEO_LAST_FRAME: u64 = 610;

/// Scores that must hold: sequence, measure, least value.
const MINIMUMS: [(&str, &str, f64); 3] = [
    ("MOT17-02", "HOTA", 33.0),
    (VIDEO_SEQUENCE, "HOTA", 43.0),
    (VIDEO_SEQUENCE, "IDF1", 47.0),
];

/// `cargo xtask score [--release]`. The scores do not depend on the profile;
/// the tests have already built the plain one.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let profile = match arguments {
        [] => Profile::Dev,
        [flag] if flag == "--release" => Profile::Release,
        _ => return Err("usage: cargo xtask score [--release]".into()),
    };
    let Some(data) = workspace.data_folder("REXTRACK_MOT_DIR", "mot") else {
        println!("skipped: no MOTChallenge data (set REXTRACK_MOT_DIR to its folder)");
        return Ok(());
    };
    let evaluator = data.join("..").join("tools").join("mot_eval.py");
    if !evaluator.is_file() {
        println!("skipped: no evaluator at {}", evaluator.display());
        return Ok(());
    }
    system_packages::ensure_build_packages()?;
    let ready = setup::ensure_run_prerequisites(workspace)?;
    let python = python::with_packages(workspace, &PACKAGES)?;
    let program = program::build(workspace, profile, &[])?;
    let results = workspace.target.join("score");
    fs::create_dir_all(&results).map_err(|error| format!("{}: {error}", results.display()))?;

    let mut sequences = Vec::new();
    for (sequence, _) in TRACKED_SEQUENCES {
        if data.join(sequence).join("det.txt").is_file() {
            track(
                workspace,
                &program,
                &data.join(sequence),
                &results.join(format!("{sequence}.txt")),
            )?;
            sequences.push(sequence);
        } else {
            println!("skipped: {sequence}: no det.txt in {}", data.display());
        }
    }
    match (&ready.video, &ready.model, &ready.runtime) {
        _ if !data.join(VIDEO_SEQUENCE).is_dir() => {
            println!("skipped: {VIDEO_SEQUENCE}: not in {}", data.display())
        }
        (Some(video), Some(_), Some(_)) => {
            chain(
                workspace,
                &program,
                video,
                &results.join(format!("{VIDEO_SEQUENCE}.txt")),
            )?;
            sequences.push(VIDEO_SEQUENCE);
        }
        _ => println!("skipped: {VIDEO_SEQUENCE}: {}", ready.problems.join("; ")),
    }
    if let (Some(video), Some(_)) = (&ready.video, &ready.runtime) {
        let truth = data.join(VIDEO_SEQUENCE).join("gt.txt");
        if truth.is_file() {
            detection_score::run(workspace, &program, video, &truth, &results)?;
        }
    }
    let scores = evaluate(workspace, &python, &evaluator, &results, &sequences)?;
    report(&scores)
}

/// Tracks the detections of one sequence.
fn track(workspace: &Workspace, program: &Path, sequence: &Path, result: &Path) -> Result<()> {
    let path = sequence.join("seqinfo.ini");
    let info = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let value = |key: &str| {
        setting(&info, key).ok_or_else(|| format!("{}: no {key} in it", path.display()))
    };
    let mut track = workspace.command(program);
    track
        .arg("track-mot")
        .arg(sequence.join("det.txt"))
        .arg(result);
    track.args(["--width", value("imWidth")?, "--height", value("imHeight")?]);
    track.args(["--fps", value("frameRate")?]);
    run_quiet(
        "score: rextrack track-mot",
        &mut track,
        "fix what it reports",
    )?;
    Ok(())
}

/// Runs the whole pipeline, video to slots, and keeps the frames with ground truth.
fn chain(workspace: &Workspace, program: &Path, video: &Path, result: &Path) -> Result<()> {
    println!(
        "score: running the whole pipeline on {}",
        workspace.display(video)
    );
    let all = result.with_extension("all.txt");
    let mut run = workspace.command(program);
    run.arg("run")
        .arg(video)
        .args(["--model", "yolox_nano", "--models-dir", "models"]);
    run.args(["--classes", "person", "--every-frame", "--mot"])
        .arg(&all);
    run_quiet("score: rextrack run", &mut run, "fix what it reports")?;
    let rows = fs::read_to_string(&all).map_err(|error| format!("{}: {error}", all.display()))?;
    fs::write(result, rows_until(&rows, VIDEO_LAST_FRAME))
        .map_err(|error| format!("{}: {error}", result.display()))
}

/// Scores of one sequence, in percent, and identity switches.
#[derive(Debug, PartialEq)]
struct Score {
    sequence: String,
    measures: Vec<(String, f64)>,
}

fn evaluate(
    workspace: &Workspace,
    python: &Path,
    evaluator: &Path,
    results: &Path,
    sequences: &[&str],
) -> Result<Vec<Score>> {
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    println!("score: evaluating {}", sequences.join(" "));
    let mut command: Command = workspace.command(python);
    command.arg(evaluator).arg(results).args(sequences);
    let said = run_quiet(
        "score: the evaluator",
        &mut command,
        "see that trackeval works in target/venv",
    )?;
    let scores: Vec<Score> = said.lines().filter_map(score).collect();
    match sequences
        .iter()
        .find(|name| !scores.iter().any(|score| score.sequence == **name))
    {
        Some(name) => Err(format!(
            "score: the evaluator printed no line for {name}:\n{said}"
        )),
        None => Ok(scores),
    }
}

/// Prints the table; an error when a score is below its minimum.
fn report(scores: &[Score]) -> Result<()> {
    let mut below = Vec::new();
    for score in scores
        .iter()
        .filter(|score| score.sequence != "COMBINED_SEQ")
    {
        let measures: Vec<String> = score
            .measures
            .iter()
            .map(|(name, value)| format!("{name} {value:5.2}"))
            .collect();
        let mut notes: Vec<String> = TRACKED_SEQUENCES
            .iter()
            .filter(|(name, note)| *name == score.sequence && !note.is_empty())
            .map(|(_, note)| (*note).to_owned())
            .collect();
        for (_, measure, least) in MINIMUMS.iter().filter(|floor| floor.0 == score.sequence) {
            let value = score
                .measures
                .iter()
                .find(|(name, _)| name == measure)
                .map(|(_, v)| *v);
            let holds = value.is_some_and(|value| value >= *least);
            notes.push(format!(
                "{measure} >= {least} {}",
                if holds { "holds" } else { "FAILS" }
            ));
            if !holds {
                below.push(format!("{} {measure}", score.sequence));
            }
        }
        println!(
            "{:12} {}  {}",
            score.sequence,
            measures.join("  "),
            notes.join(", ")
        );
    }
    if below.is_empty() {
        return Ok(());
    }
    Err(format!("score: below the minimum: {}", below.join(", ")))
}

/// `NAME HOTA 43.00  IDF1 47.10 ...` as the evaluator prints it.
fn score(line: &str) -> Option<Score> {
    let mut words = line.split_whitespace();
    let sequence = words.next()?.to_owned();
    let rest: Vec<&str> = words.collect();
    let measures: Vec<(String, f64)> = rest
        .chunks_exact(2)
        .map(|pair| Some((pair[0].to_owned(), pair[1].parse().ok()?)))
        .collect::<Option<_>>()?;
    measures
        .iter()
        .any(|(name, _)| name == "HOTA")
        .then_some(Score { sequence, measures })
}

fn setting<'a>(ini: &'a str, key: &str) -> Option<&'a str> {
    ini.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}

fn rows_until(rows: &str, last_frame: u64) -> String {
    let frame = |row: &str| row.split(',').next()?.trim().parse::<u64>().ok();
    let kept = rows
        .lines()
        .filter(|row| frame(row).is_some_and(|frame| frame <= last_frame));
    kept.map(|row| format!("{row}\n")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn evaluator_line_is_parsed() {
        let line = "MOT17-02         HOTA 33.20  IDF1 39.60  MOTA 32.50  IDSW 58";
        let score = score(line).unwrap();
        assert_eq!(score.sequence, "MOT17-02");
        assert_eq!(score.measures[0], ("HOTA".to_owned(), 33.2));
        assert_eq!(score.measures[3], ("IDSW".to_owned(), 58.0));
        assert_eq!(super::score("Evaluating it"), None);
    }

    #[test]
    fn score_below_its_minimum_fails_and_is_named() {
        let at = |hota: f64| {
            vec![Score {
                sequence: "MOT17-02".into(),
                measures: vec![("HOTA".into(), hota)],
            }]
        };
        assert_eq!(report(&at(33.0)), Ok(()));
        assert_eq!(
            report(&at(32.9)),
            Err("score: below the minimum: MOT17-02 HOTA".into())
        );
    }

    #[test]
    fn frames_after_the_ground_truth_are_removed() {
        let rows = "1,1,0,0,1,1,1,-1,-1,-1\n610,1,0,0,1,1,1,-1,-1,-1\n611,1,0,0,1,1,1,-1,-1,-1\n";
        assert_eq!(rows_until(rows, 610).lines().count(), 2);
        assert_eq!(
            setting("[Sequence]\nframeRate=30\r\n", "frameRate"),
            Some("30")
        );
    }
}
