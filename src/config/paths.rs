//! Makes the relative paths of a configuration absolute.

use std::path::{Path, PathBuf};

use super::camera::CameraConfig;
use super::file::Config;
use super::issues::is_control;
use super::outputs;
use super::pipeline::PipelineConfig;
use super::service::ServiceConfig;
use crate::address::{StreamAddress, resolve};

/// The working folder of the process. None if there is none, or if its name cannot be
/// written in a configuration: then relative paths stay relative.
pub fn working_folder() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    let is_text = folder.to_str().is_some_and(|f| !f.contains(is_control));
    is_text.then_some(folder)
}

impl Config {
    /// Makes relative paths relative to the folder of the configuration file.
    pub(super) fn rebase(&mut self, folder: &Path) {
        service(&mut self.service, folder);
        if let Some(mqtt) = &mut self.mqtt {
            outputs::rebase(mqtt, folder);
        }
        for one in &mut self.cameras {
            camera(one, folder);
        }
    }
}

impl PipelineConfig {
    /// Makes relative paths absolute, so that they mean the same after the process has
    /// changed its working folder: a file as `stream`, `models_dir`, `onnxruntime`,
    /// `ca_file` and the files of outputs. A second call changes nothing. `tracking.model`
    /// depends on the folders of the models: `detect::bind_model` binds it.
    pub fn bind(&mut self, folder: &Path) {
        service(&mut self.service, folder);
        camera(&mut self.camera, folder);
    }
}

fn service(service: &mut ServiceConfig, folder: &Path) {
    service.models_dir = resolve(folder, &service.models_dir);
    for path in [&mut service.log_file, &mut service.onnxruntime] {
        *path = path.take().map(|p| resolve(folder, &p));
    }
}

fn camera(camera: &mut CameraConfig, folder: &Path) {
    camera.ca_file = camera.ca_file.take().map(|p| resolve(folder, &p));
    for sink in &mut camera.sinks {
        sink.rebase(folder);
    }
    if let Ok(file @ StreamAddress::File { .. }) = camera.stream.parse() {
        camera.stream = file.relative_to(folder).expose();
    }
}
