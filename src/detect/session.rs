//! Models that are loaded: one session a file and device, shared by all
//! pipelines of the process that use it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Instant, SystemTime};

use ort::ErrorCode;
use ort::ep::{self, ExecutionProvider};
use ort::session::builder::SessionBuilder;
use ort::session::{Session, SessionOutputs};
use ort::value::{TensorElementType, TensorRef, ValueType};
use parking_lot::Mutex;

use super::error::{DetectError, short};
use super::head::{Head, Metadata};
use super::permits::ModelQueue;
use super::runtime::{self, Runtime};
use crate::base::panics;
use crate::config::{Device, ServiceConfig};
use crate::flow::FrameSize;

/// Input size of a model that accepts any size and names none.
const DEFAULT_INPUT: u32 = 640;
/// Coarsest step of all heads. Other input sizes do not divide into cells.
const INPUT_STEP: u32 = 32;

/// A loaded and warmed-up model. Pipelines that share it run one inference at a time,
/// since an inference keeps all of the session's threads busy anyway.
pub struct ModelSession {
    /// Used with the permit of `queue`.
    session: Mutex<Session>,
    /// The requests for this model.
    pub queue: ModelQueue,
    path: PathBuf,
    /// How its output is read.
    pub head: Head,
    /// Size of its input.
    pub input: FrameSize,
    /// The device that it runs on.
    pub device: Device,
    /// The licence that the file states.
    pub licence: Option<String>,
    /// Version of ONNX Runtime.
    pub runtime: String,
}

/// A model's identity: the same unchanged file on the same device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
    device: String,
}

/// The cached session of one model. It is locked while the model loads, so that a second
/// pipeline waits for it instead of loading it too.
type Place = Arc<Mutex<Weak<ModelSession>>>;

fn place(path: &Path, device: Device) -> Place {
    static PLACES: OnceLock<Mutex<HashMap<Key, Place>>> = OnceLock::new();
    let about = path.metadata().ok();
    let key = Key {
        path: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        bytes: about.as_ref().map_or(0, std::fs::Metadata::len),
        modified: about.and_then(|m| m.modified().ok()),
        device: device.to_string(),
    };
    let mut places = PLACES.get_or_init(Mutex::default).lock();
    // Drop the entries without a session, unless a thread still uses them.
    places.retain(|_, place| Arc::strong_count(place) > 1 || place.lock().strong_count() > 0);
    Arc::clone(places.entry(key).or_default())
}

impl ModelSession {
    /// The model of that file on the configured device: the loaded one, or a new one. May
    /// take seconds, mostly inside ONNX Runtime. `path` is absolute.
    pub fn get(path: &Path, service: &ServiceConfig) -> Result<Arc<Self>, DetectError> {
        let place = place(path, service.device);
        let mut loaded = place.lock();
        if let Some(model) = loaded.upgrade() {
            log::info!("model {} is loaded already, and shared", path.display());
            return Ok(model);
        }
        let model = Arc::new(Self::load(path, service)?);
        *loaded = Arc::downgrade(&model);
        Ok(model)
    }

    fn load(path: &Path, service: &ServiceConfig) -> Result<Self, DetectError> {
        // ort panics on some unsupported models (for example sequences of maps). Such a
        // file must not crash the infer thread.
        catch_unwind(AssertUnwindSafe(|| Self::open(path, service))).unwrap_or_else(|panic| {
            let reason = format!(
                "ONNX Runtime cannot describe it ({})",
                short(&panics::text(&*panic))
            );
            Err(DetectError::ModelUnreadable {
                path: path.into(),
                reason,
            })
        })
    }

    fn open(path: &Path, service: &ServiceConfig) -> Result<Self, DetectError> {
        let foreign = |reason| DetectError::ModelForeign {
            path: path.into(),
            reason,
        };
        let runtime = runtime::load(service.onnxruntime.as_deref())?;
        let (mut session, device) = open_session(path, service.device, &runtime)?;
        let metadata = match session.metadata() {
            Ok(metadata) => Metadata::read(|key| metadata.custom(key)),
            Err(_) => Metadata::default(),
        };
        let input = input_size(&session, &metadata).map_err(foreign)?;
        // The first run is slow (memory, CUDA kernels), and it shows the shape of
        // the output, which a model with free dimensions does not state.
        let grey = vec![0.5; 3 * input.width as usize * input.height as usize];
        let head = {
            let outputs = run(&mut session, path, input, &grey)?;
            Head::decide(input, &output_shapes(&outputs).map_err(foreign)?, &metadata)
                .map_err(foreign)?
        };
        run(&mut session, path, input, &grey)?;
        log::info!(
            "model {} ({}, {} classes, {}x{}) runs on {device}",
            path.display(),
            head.family.name(),
            head.classes.len(),
            input.width,
            input.height
        );
        Ok(Self {
            session: Mutex::new(session),
            queue: ModelQueue::default(),
            path: path.into(),
            head,
            input,
            device,
            licence: metadata.licence,
            runtime: runtime.located.version,
        })
    }

    /// Runs the model on planes of size [`ModelSession::input`] and passes its output to
    /// `read`, together with the time at which the run began. Call it with the permit of
    /// [`ModelSession::queue`]: without one, calls run in any order.
    pub fn run<T>(
        &self,
        planes: &[f32],
        read: impl FnOnce(&[f32], Instant) -> Result<T, DetectError>,
    ) -> Result<T, DetectError> {
        let mut session = self.session.lock();
        let started = Instant::now();
        let outputs = run(&mut session, &self.path, self.input, planes)?;
        let failed = |reason| DetectError::Inference {
            path: self.path.clone(),
            reason,
        };
        let (shape, numbers) = outputs[0]
            .try_extract_tensor::<f32>()
            .map_err(|e| failed(short(e.message())))?;
        if numbers.len() != self.head.output_len() {
            return Err(failed(format!("its output changed its shape to {shape:?}")));
        }
        read(numbers, started)
    }
}

fn run<'s>(
    session: &'s mut Session,
    path: &Path,
    input: FrameSize,
    planes: &[f32],
) -> Result<SessionOutputs<'s>, DetectError> {
    let shape = [1, 3, input.height as usize, input.width as usize];
    TensorRef::from_array_view((shape, planes))
        .and_then(|tensor| session.run(ort::inputs![tensor]))
        .map_err(|e| DetectError::Inference {
            path: path.into(),
            reason: short(e.message()),
        })
}

/// Opens the model on the device, and returns the device that is used.
fn open_session(
    path: &Path,
    asked: Device,
    runtime: &Runtime,
) -> Result<(Session, Device), DetectError> {
    let gpu = match asked {
        Device::Cpu => None,
        Device::Cuda(n) => Some(n),
        Device::Auto => Some(0),
    };
    if let Some(n) = gpu {
        let has_cuda = ep::CUDA::is_available().unwrap_or(false);
        let attempt = if has_cuda {
            commit(path, runtime, Some(n))
        } else {
            Err(CommitError::Device(format!(
                "ONNX Runtime {} at {} is built without CUDA; `pip install onnxruntime-gpu` and set \
                 REXTRACK_ORT_DYLIB to its library, or set service.device to auto or cpu",
                runtime.located.version,
                runtime.located.path.display()
            )))
        };
        match (attempt, asked) {
            (Ok(session), _) => return Ok((session, Device::Cuda(n))),
            (Err(CommitError::Model(error)), _) => return Err(error),
            (Err(CommitError::Device(reason)), Device::Auto) => {
                if has_cuda {
                    log::warn!("CUDA cannot be used, the model runs on the CPU: {reason}");
                } else {
                    log::debug!("the model runs on the CPU: {reason}");
                }
            }
            (Err(CommitError::Device(reason)), _) => {
                return Err(DetectError::Device {
                    device: asked,
                    reason,
                });
            }
        }
    }
    match commit(path, runtime, None) {
        Ok(session) => Ok((session, Device::Cpu)),
        Err(CommitError::Model(error)) => Err(error),
        Err(CommitError::Device(reason)) => Err(DetectError::Device {
            device: asked,
            reason,
        }),
    }
}

/// Why there is no session: the model or the device.
enum CommitError {
    Model(DetectError),
    Device(String),
}

fn commit(path: &Path, runtime: &Runtime, gpu: Option<u32>) -> Result<Session, CommitError> {
    let device = |e: ort::Error<SessionBuilder>| CommitError::Device(short(e.message()));
    let mut builder = Session::builder(&runtime.environment)
        .map_err(|e| CommitError::Device(short(e.message())))?
        .with_intra_threads(threads())
        .map_err(device)?
        // Spinning threads would use a core each of the host while they wait for the next
        // frame.
        .with_intra_op_spinning(false)
        .map_err(device)?
        .with_deterministic_compute(true)
        .map_err(device)?;
    if let Some(n) = gpu {
        let cuda = ep::CUDA::default()
            .with_device_id(i32::try_from(n).unwrap_or(i32::MAX))
            .build()
            .error_on_failure();
        builder = builder.with_execution_providers([cuda]).map_err(|e| {
            CommitError::Device(format!(
                "{}; CUDA GPU {n} needs an NVIDIA driver, CUDA and cuDNN as this ONNX Runtime wants \
                 them (`nvidia-smi` shows the GPUs), or set service.device to auto or cpu",
                short(e.message())
            ))
        })?;
    }
    builder.commit_from_file(path).map_err(|e| {
        let said = short(e.message());
        let reason = match e.code() {
            // An empty file is a valid protobuf without a graph.
            _ if path.metadata().is_ok_and(|m| m.len() == 0) => {
                "is empty, not an ONNX model; download or export it again".into()
            }
            ErrorCode::InvalidProtobuf | ErrorCode::NoModel => format!(
                "is not an ONNX model, or is cut short ({said}); download or export it again"
            ),
            ErrorCode::InvalidGraph | ErrorCode::NotImplemented | ErrorCode::InvalidArgument => {
                format!(
                    "ONNX Runtime {} refuses it: {said}; export it again, with a lower opset if \
                         that is the complaint",
                    runtime.located.version
                )
            }
            _ if gpu.is_some() => return CommitError::Device(said),
            _ => format!("cannot be loaded: {said}; download or export it again"),
        };
        CommitError::Model(DetectError::ModelUnreadable {
            path: path.into(),
            reason,
        })
    })
}

/// Threads for one model: half of the processors, since two hyper-threads share one set
/// of arithmetic units. At least two, if there are as many, and at most four, so that a
/// host keeps cores for its own rendering.
fn threads() -> usize {
    let logical = std::thread::available_parallelism().map_or(1, usize::from);
    (logical / 2).clamp(2, 4).min(logical)
}

/// The size of the model's input, or why frames do not fit into it.
fn input_size(session: &Session, metadata: &Metadata) -> Result<FrameSize, String> {
    let [input] = session.inputs() else {
        return Err(format!(
            "it has {} inputs, one is expected",
            session.inputs().len()
        ));
    };
    let ValueType::Tensor { ty, shape, .. } = input.dtype() else {
        return Err(format!(
            "its input '{}' is {}, not a picture",
            input.name(),
            input.dtype()
        ));
    };
    let dims: &[i64] = shape;
    let found = || format!("its input '{}' is {ty} {dims:?}", input.name());
    if *ty != TensorElementType::Float32 {
        return Err(format!(
            "{}; export it as float32 (half=False, int8 only inside)",
            found()
        ));
    }
    let &[1 | -1, 3 | -1, height, width] = dims else {
        return Err(found());
    };
    let [stated_height, stated_width] = metadata.imgsz.unwrap_or([DEFAULT_INPUT; 2]);
    // -1 is a free dimension.
    let side = |dim: i64, stated: u32| {
        if dim == -1 {
            Ok(stated)
        } else {
            u32::try_from(dim)
        }
    };
    let size = match (side(width, stated_width), side(height, stated_height)) {
        (Ok(width), Ok(height)) => FrameSize::new(width, height),
        _ => return Err(found()),
    };
    let fits = |n: u32| n.is_multiple_of(INPUT_STEP) && (INPUT_STEP..=4096).contains(&n);
    if !fits(size.width) || !fits(size.height) {
        return Err(format!(
            "{}; sides must be multiples of {INPUT_STEP} up to 4096",
            found()
        ));
    }
    Ok(size)
}

fn output_shapes(outputs: &SessionOutputs<'_>) -> Result<Vec<Vec<i64>>, String> {
    let shape = |(name, value): (&str, ort::value::ValueRef<'_>)| match value.dtype() {
        ValueType::Tensor {
            ty: TensorElementType::Float32,
            shape,
            ..
        } => Ok(shape.to_vec()),
        other => Err(format!(
            "its output '{name}' is {other}, not float32 numbers"
        )),
    };
    outputs.iter().map(shape).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The output of `xtask/convert/check_nanodet.py --record`.
    #[derive(serde::Deserialize)]
    struct Record {
        row_step: usize,
        columns: Vec<usize>,
        rows: Vec<Vec<f32>>,
    }

    /// The generated picture of that script, in the model's input format.
    fn picture(input: FrameSize) -> Vec<f32> {
        let (mean, deviation) = ([103.53, 116.28, 123.675], [57.375, 57.12, 58.395]);
        let mut planes = Vec::new();
        for c in 0..3_u32 {
            for y in 0..input.height {
                for x in 0..input.width {
                    let (slope, blocks) = ((x * (5 + c) + y * (3 + c)) / 4, (x / 16) * (y / 16));
                    let value = (slope ^ blocks) & 255;
                    let c = c as usize;
                    planes.push((value as f32 - mean[c]) / deviation[c]);
                }
            }
        }
        planes
    }

    #[test]
    fn the_converted_nanodet_gives_the_outputs_of_its_source() {
        const TEST: &str = "the_converted_nanodet_gives_the_outputs_of_its_source";
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let model = root.join("models/nanodet_g.onnx");
        if !model.is_file() || runtime::locate(None).is_err() {
            println!(
                "skipped: {TEST}: nanodet_g.onnx or ONNX Runtime is missing (cargo xtask setup \\
                 fetches them)"
            );
            return;
        }
        let text = std::fs::read_to_string(root.join("tests/data/nanodet_g.json")).unwrap();
        let record: Record = serde_json::from_str(&text).unwrap();
        let session = ModelSession::get(&model, &ServiceConfig::default()).unwrap();
        let columns = 124;
        let planes = picture(session.input);
        session
            .run(&planes, |numbers, _| {
                assert_eq!(numbers.len(), 3549 * columns);
                let mut compared = 0;
                for (row, wanted) in record.rows.iter().enumerate() {
                    let row = &numbers[row * record.row_step * columns..][..columns];
                    for (column, wanted) in record.columns.iter().zip(wanted) {
                        let apart = (row[*column] - wanted).abs();
                        assert!(apart <= 1e-4, "{apart} apart in column {column}: {row:?}");
                        compared += 1;
                    }
                }
                assert!(compared > 300, "{compared}");
                Ok(())
            })
            .unwrap();
    }
}
