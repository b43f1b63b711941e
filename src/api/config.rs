//! The configuration of a pipeline.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::error::Error;
use crate::config::{
    CameraConfig, ClassRef, OscConfig, PipelineConfig, ServiceConfig, SlotsConfig, TrackingConfig,
};

/// The configuration of one pipeline: one camera.
///
/// The methods set the common keys. [`Config::with`] sets any key of `docs/ref/config.md`.
/// [`Pipeline::new`](crate::Pipeline::new) checks all values at once.
///
/// ```
/// use rextrack::Config;
///
/// let config = Config::from_stream("rtsp://user:secret@192.168.1.10/stream1")
///     .model("yolox_nano")
///     .classes(["person"])
///     .objects_max(5)
///     .osc("127.0.0.1", 5005)
///     .with(r#"{"slots": {"smoothing": 0.3}}"#)?;
/// assert!(!config.to_json(false).contains("secret"));
/// # Ok::<(), rextrack::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Config(pub(super) PipelineConfig);

impl Config {
    /// The defaults for a camera with that address: `rtsp://`, `rtsps://`, `http://`,
    /// `https://`, a file, `webcam:0`, `synth:people=3,seed=1` for a simulated crowd,
    /// `mqtt://` for the tracks of another node, or `push:` for frames that your program
    /// pushes.
    pub fn from_stream(address: &str) -> Self {
        Self(PipelineConfig {
            camera: CameraConfig::new("cam1", address),
            tracking: TrackingConfig::default(),
            slots: SlotsConfig::default(),
            osc: None,
            service: ServiceConfig::default(),
        })
    }

    /// Reads a configuration in JSON, as `rextrack_create` of the C ABI takes it:
    /// `{"camera": {"stream": ...}, "tracking": {...}, "slots": {...}, "osc": {...} or null,
    /// "service": {...}}`. Only `camera.stream` is required.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), with all issues.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        PipelineConfig::from_json(json).map(Self).map_err(Error::of)
    }

    /// Applies a JSON merge patch (RFC 7396): the patch has the keys to change, and `null`
    /// resets a key to its default.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), with all issues of the result.
    pub fn with(self, patch: &str) -> Result<Self, Error> {
        self.0.merged(patch).map(Self).map_err(Error::of)
    }

    /// Sets `camera.id`, the camera's short unique name: 1 to 32 letters, digits, `-` and
    /// `_`. The default is `cam1`.
    pub fn id(mut self, id: &str) -> Self {
        self.0.camera.id = id.into();
        self
    }

    /// Sets `tracking.model`: a name in `models_dir`, the path of an .onnx file, or
    /// `builtin:motion`, which finds moving objects without a model file. The default is
    /// `yolox_nano`.
    pub fn model(mut self, model: &str) -> Self {
        self.0.tracking.model = model.into();
        self
    }

    /// Sets `service.models_dir`, the folder of the model files. The default is `models`.
    pub fn models_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.0.service.models_dir = folder.into();
        self
    }

    /// Sets `tracking.classes`, the names of the classes to track. Without names all classes
    /// are tracked: this is the default.
    pub fn classes<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(|name| ClassRef::Name(name.into()));
        self.0.tracking.classes = names.collect();
        self
    }

    /// Sets `tracking.objects_max`, the number of slots, 1..256. The default is 10.
    pub fn objects_max(mut self, slots: u32) -> Self {
        self.0.tracking.objects_max = slots;
        self
    }

    /// Sets `tracking.confidence`: detections below this score never start a track, 0..1.
    /// The default is 0.25.
    pub fn confidence(mut self, score: f32) -> Self {
        self.0.tracking.confidence = score;
        self
    }

    /// Sets `tracking.object_persistence_ms`: how long an object that is not seen keeps its
    /// slot, at most an hour. The default is a second.
    pub fn persistence(mut self, time: Duration) -> Self {
        let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        self.0.tracking.object_persistence_ms = ms;
        self
    }

    /// Sets `camera.every_frame`: whether a file is processed as fast as possible and no
    /// frame is dropped. It has no effect on a live camera. The default is false.
    pub fn every_frame(mut self, every_frame: bool) -> Self {
        self.0.camera.every_frame = every_frame;
        self
    }

    /// Sends the slots to an OSC receiver: sets `osc.host` and `osc.port`. By default no OSC
    /// is sent.
    pub fn osc(mut self, host: &str, port: u16) -> Self {
        let osc = self.0.osc.get_or_insert_with(OscConfig::default);
        osc.host = host.into();
        osc.port = port;
        self
    }

    /// All keys with their values, in JSON. Without `include_secrets`, `***` replaces the
    /// passwords of addresses. Do not log a text with secrets.
    #[must_use]
    pub fn to_json(&self, include_secrets: bool) -> String {
        self.0.to_json(include_secrets).to_string()
    }
}

/// Shows no password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({})", self.to_json(false))
    }
}
