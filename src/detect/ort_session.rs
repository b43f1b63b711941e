//! Opens a session of ONNX Runtime for a model on a device.

use std::path::Path;

use ort::ErrorCode;
use ort::ep::{self, ExecutionProvider};
use ort::session::Session;
use ort::session::builder::SessionBuilder;

use super::error::{DetectError, short};
use super::runtime::Runtime;
use crate::config::Device;

/// Opens the model on the device, and returns the device that is used.
pub fn open(
    path: &Path,
    requested: Device,
    runtime: &Runtime,
) -> Result<(Session, Device), DetectError> {
    let gpu = match requested {
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
        match (attempt, requested) {
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
                    device: requested,
                    reason,
                });
            }
        }
    }
    match commit(path, runtime, None) {
        Ok(session) => Ok((session, Device::Cpu)),
        Err(CommitError::Model(error)) => Err(error),
        Err(CommitError::Device(reason)) => Err(DetectError::Device {
            device: requested,
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
                "{}; CUDA GPU {n} needs an NVIDIA driver, CUDA and cuDNN as this ONNX Runtime needs \
                 them (`nvidia-smi` shows the GPUs), or set service.device to auto or cpu",
                short(e.message())
            ))
        })?;
    }
    builder.commit_from_file(path).map_err(|e| {
        let message = short(e.message());
        let reason = match e.code() {
            // An empty file is a valid protobuf without a graph.
            _ if path.metadata().is_ok_and(|m| m.len() == 0) => {
                "is empty, not an ONNX model; download or export it again".into()
            }
            ErrorCode::InvalidProtobuf | ErrorCode::NoModel => format!(
                "is not an ONNX model, or is incomplete ({message}); download or export it again"
            ),
            ErrorCode::InvalidGraph | ErrorCode::NotImplemented | ErrorCode::InvalidArgument => {
                format!(
                    "ONNX Runtime {} rejects it: {message}; export it again, with a lower opset if \
                         the message is about that",
                    runtime.located.version
                )
            }
            _ if gpu.is_some() => return CommitError::Device(message),
            _ => format!("cannot be loaded: {message}; download or export it again"),
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
