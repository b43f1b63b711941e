//! A loaded model, with its head and its queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ort::session::{Session, SessionOutputs};
use ort::value::{TensorElementType, TensorRef, ValueType};
use parking_lot::Mutex;

use super::error::{DetectError, short};
use super::head::{self, Head, Metadata};
use super::ort_session;
use super::permits::ModelQueue;
use super::runtime;
use crate::base::{panics, printable};
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

impl ModelSession {
    /// Loads and warms up a model. May take seconds, mostly inside ONNX Runtime.
    /// `path` is absolute.
    pub(super) fn load(path: &Path, service: &ServiceConfig) -> Result<Self, DetectError> {
        // ort panics on some unsupported models (for example sequences of maps). Such a
        // file must not crash the infer thread.
        catch_unwind(AssertUnwindSafe(|| Self::open(path, service))).unwrap_or_else(|panic| {
            let reason = format!(
                "ONNX Runtime cannot read its inputs and outputs ({}); export it again",
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
            supported: head::supported(),
        };
        let runtime = runtime::load(service.onnxruntime.as_deref())?;
        let (mut session, device) = ort_session::open(path, service.device, &runtime)?;
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
            return Err(failed(format!(
                "the shape of its output has changed to {shape:?}"
            )));
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

/// The size of the model's input, or why frames do not fit into it.
fn input_size(session: &Session, metadata: &Metadata) -> Result<FrameSize, String> {
    let [input] = session.inputs() else {
        return Err(format!(
            "it has {} inputs instead of one",
            session.inputs().len()
        ));
    };
    let ValueType::Tensor { ty, shape, .. } = input.dtype() else {
        return Err(format!(
            "its input '{}' is {}, not a picture",
            printable::name(input.name()),
            input.dtype()
        ));
    };
    let dims: &[i64] = shape;
    let found = || {
        format!(
            "its input '{}' is {ty} {dims:?}",
            printable::name(input.name())
        )
    };
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
            "its output '{}' is {other}, not float32 numbers",
            printable::name(name)
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
    fn converted_nanodet_gives_the_outputs_of_its_source() {
        const TEST: &str = "converted_nanodet_gives_the_outputs_of_its_source";
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
        let session = ModelSession::load(&model, &ServiceConfig::default()).unwrap();
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
