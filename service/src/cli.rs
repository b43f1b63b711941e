//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Object tracker for live shows: an IP camera in, stable slots p1..pN out.
#[derive(Debug, Parser)]
#[command(name = "rextrack", version, max_term_width = 100)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands; each has a file in `cmds/`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Track cameras and send their slots over OSC.
    Run(Box<RunArgs>),
    /// Serve many cameras, with a web panel and an API.
    Serve(ServeArgs),
    /// Make a running service reload its configuration file.
    Reload(ReloadArgs),
    /// Check a configuration file and report every error with its place.
    ValidateConfig(ValidateArgs),
    /// List the models that can be used.
    ListModels(ListModelsArgs),
    /// Check this machine, and say how to get what is missing.
    Doctor(DoctorArgs),
    /// Print the JSON Schema of the configuration file, or the description of the API.
    Schema(SchemaArgs),
    /// Write the detections of a model in a video (MOTChallenge format), for scoring.
    DetectMot(DetectMotArgs),
    /// Track the detections of a file (MOTChallenge format), for scoring.
    TrackMot(TrackMotArgs),
}

/// `rextrack run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Camera address: rtsp://, http://, a file, or webcam:0.
    #[arg(conflicts_with = "config")]
    pub stream: Option<String>,
    /// Configuration file; the options below override it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Model name in the models folder, a path to an .onnx file, or builtin:motion.
    #[arg(long)]
    pub model: Option<String>,
    /// Folder of the model files.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Classes to track, by name or number [default: all].
    #[arg(long, value_delimiter = ',', value_name = "CLASS,...")]
    pub classes: Vec<String>,
    /// Detections below this score never start a track (0..1).
    #[arg(long, value_name = "0..1")]
    pub confidence: Option<f32>,
    /// Overlap above which two detections of a class are one object (0..1).
    #[arg(long, value_name = "0..1")]
    pub iou: Option<f32>,
    /// Number of slots.
    #[arg(long, value_name = "N")]
    pub objects_max: Option<u32>,
    /// How long an object keeps its slot while it is not seen.
    #[arg(long, value_name = "MS")]
    pub persistence_ms: Option<u32>,
    /// Process every n-th frame.
    #[arg(long, value_name = "N")]
    pub period_frames: Option<u32>,
    /// Tracker, such as bytetrack.
    #[arg(long)]
    pub tracker: Option<String>,
    /// Region of the frame to process: x1,y1,x2,y2 from 0 to 1, or pixels when above 1.
    #[arg(long, value_delimiter = ',', value_name = "X1,Y1,X2,Y2")]
    pub roi: Vec<f32>,
    /// Device of the model: auto, cpu or cuda:N.
    #[arg(long)]
    pub device: Option<String>,
    /// Receiver of OSC.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_osc")]
    pub osc: Option<String>,
    /// Do not send OSC.
    #[arg(long)]
    pub no_osc: bool,
    /// Process every frame of a file as fast as possible and drop none.
    #[arg(long)]
    pub every_frame: bool,
    /// Restart a file when it ends.
    #[arg(long = "loop")]
    pub loop_file: bool,
    /// With STREAM: retry when the first connection fails, as --config does.
    #[arg(long, alias = "keep-trying")]
    pub retry: bool,
    /// Stop after this many seconds.
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Also write the active slots to a file, as MOTChallenge rows.
    #[arg(long, value_name = "FILE")]
    pub mot: Option<PathBuf>,
    /// Also write every snapshot to a file, as a line of JSON; - for stdout.
    #[arg(long, value_name = "FILE")]
    pub snapshots: Option<PathBuf>,
    /// At the end, write the last processed frame with its slots drawn into it (.png, .jpg).
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// At the end, print one line of JSON with the rates and the time of each stage.
    #[arg(long)]
    pub json: bool,
    /// Log level: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Log format: human or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Also write the log to this file.
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// `rextrack serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Configuration file [default: config.yaml if it exists, else a simulated crowd].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on, instead of service.listen.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Port to listen on, instead of service.port; 0 for any free port.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Log format: human or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Print the address of the panel as a line of JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack reload`.
#[derive(Debug, Args)]
pub struct ReloadArgs {
    /// Configuration file of the running service [default: config.yaml].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Port that the service listens on, instead of service.port.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Print the changes as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack validate-config`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The configuration file.
    pub file: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack list-models`.
#[derive(Debug, Args)]
pub struct ListModelsArgs {
    /// Configuration file with the models folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the model files.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Print the list as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Configuration file to check too.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the results as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Print the OpenAPI document of the service's API instead.
    #[arg(long)]
    pub api: bool,
}

/// `rextrack detect-mot`.
#[derive(Debug, Args)]
pub struct DetectMotArgs {
    /// A video file; every frame of it is processed.
    pub video: PathBuf,
    /// File for the detections: frame,-1,left,top,width,height,score.
    pub output: PathBuf,
    /// Model name in the models folder, a path to an .onnx file, or builtin:motion.
    #[arg(long)]
    pub model: Option<String>,
    /// Folder of the model files.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Classes to write, by name or number [default: all].
    #[arg(long, value_delimiter = ',', value_name = "CLASS,...")]
    pub classes: Vec<String>,
    /// Detections below this score are not written (0..1).
    #[arg(long, value_name = "0..1", default_value_t = 0.05)]
    pub min_score: f32,
    /// Overlap above which two detections of a class are one object (0..1).
    #[arg(long, value_name = "0..1")]
    pub iou: Option<f32>,
}

/// `rextrack track-mot`.
#[derive(Debug, Args)]
pub struct TrackMotArgs {
    /// File with the detections: frame,-1,left,top,width,height,score.
    pub detections: PathBuf,
    /// File for the tracks: frame,id,left,top,width,height,score,-1,-1,-1.
    pub output: PathBuf,
    /// Frame width in pixels.
    #[arg(long)]
    pub width: u32,
    /// Frame height in pixels.
    #[arg(long)]
    pub height: u32,
    /// Frames per second.
    #[arg(long)]
    pub fps: f64,
    /// Tracker, such as bytetrack.
    #[arg(long)]
    pub tracker: Option<String>,
    /// Detections below this score never start a track (0..1).
    #[arg(long, value_name = "0..1")]
    pub confidence: Option<f32>,
    /// How long a lost track is remembered.
    #[arg(long, value_name = "MS")]
    pub persistence_ms: Option<u32>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn old_spelling_of_retry_still_works() {
        for option in ["--retry", "--keep-trying"] {
            let cli = Cli::try_parse_from(["rextrack", "run", "a.mp4", option]).unwrap();
            assert!(matches!(cli.command, Command::Run(args) if args.retry));
        }
    }
}
