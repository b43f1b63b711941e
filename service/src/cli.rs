//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Object tracker for live shows: an IP camera in, stable slots p1..pN out.
#[derive(Debug, Parser)]
#[command(name = "rextrack", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
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
    /// Ask a running service to read its configuration file again.
    Reload(ReloadArgs),
    /// Check a configuration file and say what is wrong where.
    ValidateConfig(ValidateArgs),
    /// List the models that can be used.
    ListModels(ListModelsArgs),
    /// Find out what is missing on this machine and how to get it.
    Doctor(DoctorArgs),
    /// Print the JSON Schema of the configuration file, or the description of the API.
    Schema(SchemaArgs),
    /// Write what a model detects in a video (MOTChallenge format), for scoring.
    DetectMot(DetectMotArgs),
    /// Track given detections (MOTChallenge format), for scoring.
    TrackMot(TrackMotArgs),
}

/// `rextrack run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Camera address: rtsp://, http://, a file, or webcam:0.
    #[arg(conflicts_with = "config")]
    pub stream: Option<String>,
    /// Configuration file; the options below go over what it says.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Model name in the models folder, a path to an .onnx file, or builtin:motion.
    #[arg(long)]
    pub model: Option<String>,
    /// Folder of the model files.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Classes to track, by name or number; all if not given.
    #[arg(long, value_delimiter = ',', value_name = "CLASS,...")]
    pub classes: Vec<String>,
    /// Detections below this never start a track (0..1).
    #[arg(long, value_name = "0..1")]
    pub confidence: Option<f32>,
    /// Overlap above which two detections of a class are one object (0..1).
    #[arg(long, value_name = "0..1")]
    pub iou: Option<f32>,
    /// Number of slots.
    #[arg(long, value_name = "N")]
    pub objects_max: Option<u32>,
    /// How long an object that is not seen keeps its slot.
    #[arg(long, value_name = "MS")]
    pub persistence_ms: Option<u32>,
    /// Process every n-th frame.
    #[arg(long, value_name = "N")]
    pub period_frames: Option<u32>,
    /// Tracker.
    #[arg(long)]
    pub tracker: Option<String>,
    /// Region that is looked at: x1,y1,x2,y2, normalised, or pixels when above 1.
    #[arg(long, value_delimiter = ',', value_name = "X1,Y1,X2,Y2")]
    pub roi: Vec<f32>,
    /// auto, cpu or cuda:N.
    #[arg(long)]
    pub device: Option<String>,
    /// OSC receiver.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_osc")]
    pub osc: Option<String>,
    /// Send no OSC.
    #[arg(long)]
    pub no_osc: bool,
    /// Process every frame of a file as fast as possible and drop none.
    #[arg(long)]
    pub every_frame: bool,
    /// Start a file again when it ends.
    #[arg(long = "loop")]
    pub loop_file: bool,
    /// With STREAM: keep trying when the first connection fails, as --config does.
    #[arg(long)]
    pub keep_trying: bool,
    /// Stop after this many seconds.
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Also write the active slots as MOTChallenge rows.
    #[arg(long, value_name = "FILE")]
    pub mot: Option<PathBuf>,
    /// Also write every snapshot as a line of JSON; - for stdout.
    #[arg(long, value_name = "FILE")]
    pub snapshots: Option<PathBuf>,
    /// At the end, write the last processed frame with its slots drawn in (.png, .jpg).
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// At the end, print one line of JSON with rates and the time of each stage.
    #[arg(long)]
    pub json: bool,
    /// error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// human or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// A file that receives the log besides the terminal.
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// `rextrack serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Configuration file; config.yaml if it is there, else a simulated crowd to begin with.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on, instead of service.listen.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Port to listen on, instead of service.port; 0 takes a free one.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// human or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Print where the panel is as a line of JSON.
    #[arg(long)]
    pub json: bool,
}

/// `rextrack reload`.
#[derive(Debug, Args)]
pub struct ReloadArgs {
    /// Configuration file of the running service; config.yaml if not given.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Port that the service listens on, instead of service.port.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Print what changed as JSON.
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
    /// Configuration file that names the models folder.
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
    /// Configuration file to check besides the machine.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the findings as JSON.
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
    /// A video file; every frame of it is looked at.
    pub video: PathBuf,
    /// Where the detections go: frame,-1,left,top,width,height,score.
    pub output: PathBuf,
    /// Model name in the models folder, a path to an .onnx file, or builtin:motion.
    #[arg(long)]
    pub model: Option<String>,
    /// Folder of the model files.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Classes to write, by name or number; all if not given.
    #[arg(long, value_delimiter = ',', value_name = "CLASS,...")]
    pub classes: Vec<String>,
    /// Detections below this are left out (0..1).
    #[arg(long, value_name = "0..1", default_value_t = 0.05)]
    pub min_score: f32,
    /// Overlap above which two detections of a class are one object (0..1).
    #[arg(long, value_name = "0..1")]
    pub iou: Option<f32>,
}

/// `rextrack track-mot`.
#[derive(Debug, Args)]
pub struct TrackMotArgs {
    /// Detections: frame,-1,left,top,width,height,score.
    pub detections: PathBuf,
    /// Where the tracks go: frame,id,left,top,width,height,score,-1,-1,-1.
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
    /// Tracker.
    #[arg(long)]
    pub tracker: Option<String>,
    /// Detections below this never start a track (0..1).
    #[arg(long, value_name = "0..1")]
    pub confidence: Option<f32>,
    /// How long a lost track is remembered.
    #[arg(long, value_name = "MS")]
    pub persistence_ms: Option<u32>,
}
