//! Models: the file of `tracking.model`, and a list of all files.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::DetectError;
use super::runtime;
use crate::address;
use crate::base::printable;
use crate::config::{PipelineConfig, ServiceConfig};

/// The name of the detector that needs no model file.
pub const MOTION: &str = "builtin:motion";

/// Extensions that make a configured model a file and not a name (`yolov5.6u` is a name).
const FILE_TYPES: [&str; 8] = [
    "onnx",
    "pt",
    "pth",
    "engine",
    "tflite",
    "torchscript",
    "mlpackage",
    "xml",
];

/// The model of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// Background subtraction, without a file.
    Motion,
    /// An existing file, absolute.
    Onnx(PathBuf),
}

/// A usable model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelEntry {
    /// The value for `tracking.model`.
    pub name: String,
    /// The file; none for a built-in detector.
    pub path: Option<PathBuf>,
    /// Size of the file.
    pub size_bytes: u64,
    /// Whether these are PyTorch weights, which must be exported to ONNX first.
    pub needs_export: bool,
}

/// The licence in an ONNX file's metadata, as Ultralytics' exporter writes it. Reads only
/// the metadata, in well under a millisecond.
pub fn licence(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let text = super::onnx_metadata::metadata(&mut std::io::BufReader::new(file), "license")?;
    Some(printable::name(&text)).filter(|licence| !licence.is_empty())
}

/// Finds the file of `tracking.model`. A value with a path separator or with a model
/// file's extension is a path, relative to the working folder, then to `models_dir`. Any
/// other value is a name in `models_dir`, then in `models` beside the library. Checks the
/// file system, opens nothing.
pub fn resolve(config: &PipelineConfig) -> Result<Model, DetectError> {
    let model = config.tracking.model.as_str();
    if model == MOTION {
        return Ok(Model::Motion);
    }
    if model.starts_with("builtin:") {
        return Err(DetectError::UnknownBuiltin {
            model: model.into(),
        });
    }
    let dirs = folders(&config.service);
    let searched: Vec<PathBuf> = if is_path(model) {
        let path = Path::new(model);
        let mut all = vec![std::path::absolute(path).unwrap_or_else(|_| path.into())];
        if path.is_relative() {
            all.extend(dirs.iter().map(|dir| dir.join(path)));
        }
        all
    } else {
        dirs.iter()
            .map(|dir| dir.join(format!("{model}.onnx")))
            .collect()
    };
    if let Some(path) = searched.iter().find(|p| p.is_file()) {
        return if has_type(path, "pt") || has_type(path, "pth") {
            Err(DetectError::ModelNeedsExport {
                model: model.into(),
                path: path.clone(),
            })
        } else {
            Ok(Model::Onnx(path.clone()))
        };
    }
    if let Some(path) = searched
        .iter()
        .map(|p| p.with_extension("pt"))
        .find(|p| p.is_file())
    {
        return Err(DetectError::ModelNeedsExport {
            model: model.into(),
            path,
        });
    }
    let found = list_models(&config.service)
        .into_iter()
        .filter(|e| !e.needs_export)
        .map(|e| e.name);
    Err(DetectError::ModelMissing {
        model: model.into(),
        searched,
        found: found.filter(|name| name != MOTION).collect(),
    })
}

/// Makes a `tracking.model` that is a relative path absolute: in `folder`, or else in the
/// folders that [`resolve`] searches. A name, and a path that no file has, stay unchanged.
pub fn bind(config: &mut PipelineConfig, folder: &Path) {
    let path = Path::new(&config.tracking.model);
    if !is_path(&config.tracking.model) || path.is_absolute() {
        return;
    }
    let found = std::iter::once(folder.to_path_buf())
        .chain(folders(&config.service))
        .map(|dir| address::resolve(&dir, path))
        .find(|file| file.is_file());
    // A path that is not text cannot be written in a configuration.
    if let Some(file) = found.as_deref().and_then(Path::to_str) {
        config.tracking.model = file.to_owned();
    }
}

/// Every model that a configuration can name: the built-in one, then those of
/// `models_dir`, then those beside the library, each by name. PyTorch weights are listed
/// only if their export is missing.
pub fn list_models(service: &ServiceConfig) -> Vec<ModelEntry> {
    let mut entries = vec![ModelEntry {
        name: MOTION.into(),
        path: None,
        size_bytes: 0,
        needs_export: false,
    }];
    for dir in folders(service) {
        let mut files: Vec<PathBuf> = match dir.read_dir() {
            Ok(found) => found
                .flatten()
                .map(|e| e.path())
                .filter(|p| p.is_file())
                .collect(),
            Err(_) => continue,
        };
        // Exports come before weights of the same name and so hide them.
        files.sort_by_key(|p| (p.file_stem().map(ToOwned::to_owned), has_type(p, "pt")));
        for path in files {
            let needs_export = has_type(&path, "pt");
            if !needs_export && !has_type(&path, "onnx") {
                continue;
            }
            let Some(name) = path.file_stem().and_then(|s| s.to_str()) else {
                continue;
            };
            if entries.iter().any(|e| e.name == name) {
                continue;
            }
            let size_bytes = path.metadata().map_or(0, |m| m.len());
            entries.push(ModelEntry {
                name: name.into(),
                size_bytes,
                needs_export,
                path: Some(path),
            });
        }
    }
    entries
}

/// Folders that are searched for models, absolute, in order.
fn folders(service: &ServiceConfig) -> Vec<PathBuf> {
    let own = runtime::own_dirs()
        .into_iter()
        .map(|dir| dir.join("models"));
    let mut all = Vec::new();
    for dir in std::iter::once(service.models_dir.clone()).chain(own) {
        let dir = std::path::absolute(&dir).unwrap_or(dir);
        // The library's own folder is named only if it exists.
        if !all.contains(&dir) && (all.is_empty() || dir.is_dir()) {
            all.push(dir);
        }
    }
    all
}

/// Whether `tracking.model` is a path, and not a name in `models_dir`.
pub fn is_path(model: &str) -> bool {
    model.contains(['/', '\\']) || FILE_TYPES.iter().any(|t| has_type(Path::new(model), t))
}

fn has_type(path: &Path, file_type: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(file_type))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(model: &str, dir: &Path) -> PipelineConfig {
        let mut config: PipelineConfig =
            serde_json::from_value(serde_json::json!({"camera": {"stream": "a.mp4"}})).unwrap();
        config.tracking.model = model.into();
        config.service.models_dir = dir.into();
        config
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            std::fs::write(dir.path().join(file), "x").unwrap();
        }
        dir
    }

    #[test]
    fn name_is_searched_in_models_dir_and_path_is_used_as_it_is() {
        let dir = folder(&["a.onnx", "yolov5.6u.onnx"]);
        let file = dir.path().join("a.onnx");
        let found = |model: &str| resolve(&config(model, dir.path()));
        assert_eq!(found("a").unwrap(), Model::Onnx(file.clone()));
        assert_eq!(found("a.onnx").unwrap(), Model::Onnx(file.clone()));
        assert_eq!(found(file.to_str().unwrap()).unwrap(), Model::Onnx(file));
        assert!(matches!(found("yolov5.6u").unwrap(), Model::Onnx(_)));
        assert_eq!(found(MOTION).unwrap(), Model::Motion);
    }

    #[test]
    fn bound_path_is_the_file_of_the_folder_or_of_models_dir() {
        let (folder, models) = (folder(&["a.onnx"]), folder(&["a.onnx", "b.onnx"]));
        let bound = |model: &str| {
            let mut config = config(model, models.path());
            bind(&mut config, folder.path());
            PathBuf::from(config.tracking.model)
        };
        assert_eq!(bound("a.onnx"), folder.path().join("a.onnx"));
        assert_eq!(bound("b.onnx"), models.path().join("b.onnx"));
        for unchanged in ["a", "c.onnx", MOTION, "/models/c.onnx"] {
            assert_eq!(bound(unchanged), Path::new(unchanged));
        }
    }

    #[test]
    fn licence_of_a_file_is_one_clean_line() {
        let folder = folder(&[]);
        let file = folder.path().join("a.onnx");
        let mut entry = b"\x0a\x07license\x12\x0f".to_vec();
        entry.extend(b"MIT\x1b[31m\nERROR ");
        let mut bytes = vec![0x72, entry.len() as u8];
        bytes.extend(entry);
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(licence(&file).as_deref(), Some("MIT [31m ERROR"));
    }

    #[test]
    fn missing_model_error_names_the_path_and_the_models_found() {
        let dir = folder(&["yolox_nano.onnx", "notes.txt"]);
        let error = resolve(&config("yolov8l", dir.path())).unwrap_err();
        let DetectError::ModelMissing {
            searched, found, ..
        } = error
        else {
            panic!("{error}");
        };
        assert!(searched.contains(&dir.path().join("yolov8l.onnx")));
        assert!(found.contains(&"yolox_nano".to_owned()));
    }

    #[test]
    fn weights_without_export_are_rejected() {
        let dir = folder(&["yolov8l.pt"]);
        let weights = dir.path().join("yolov8l.pt");
        for model in ["yolov8l", "yolov8l.pt", weights.to_str().unwrap()] {
            let error = resolve(&config(model, dir.path())).unwrap_err();
            let DetectError::ModelNeedsExport { path, .. } = error else {
                panic!("{error}");
            };
            assert_eq!(path, weights);
        }
    }

    #[test]
    fn unknown_builtin_is_rejected() {
        let error = resolve(&config("builtin:faces", Path::new("x"))).unwrap_err();
        assert!(matches!(error, DetectError::UnknownBuiltin { model } if model == "builtin:faces"));
    }

    #[test]
    fn list_has_the_builtin_first_and_marks_weights_without_an_export() {
        let dir = folder(&["b.onnx", "a.pt", "b.pt", "readme.md"]);
        let entries = list_models(&config("", dir.path()).service);
        let seen: Vec<_> = entries
            .iter()
            .map(|e| (e.name.as_str(), e.needs_export))
            .collect();
        assert_eq!(&seen[..3], [(MOTION, false), ("a", true), ("b", false)]);
    }
}
