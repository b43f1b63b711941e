//! The configuration file: read, checked, changed as a whole, never lost.
//!
//! The file has the keys that its owner wrote. Environment variables override them only
//! in the resulting [`Config`], and are never written to the file.

mod comments;
mod edit;
mod key_path;
mod secrets;
mod text;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rextrack::internals::config::{self, Config, ConfigError};
use serde_json::{Value, json};

pub use secrets::hide;

/// The configuration of a service without a file: a simulated crowd.
const INITIAL: &str = "\
# rextrack; `rextrack schema` describes every key.
osc:
  host: 127.0.0.1
  port: 5005
  # Begins each address, so that cameras do not mix: /demo/p1_x
  address_prefix: /{camera}/
cameras:
- id: demo
  name: Simulated crowd
  show_preview: true
  stream: synth:people=6,seed=1
";

/// The file and its content.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// Whether the file exists. The first change creates it.
    saved: bool,
    text: String,
    document: Value,
    config: Config,
}

/// A new configuration that is valid and not saved yet.
#[derive(Debug)]
pub struct PendingConfig {
    text: String,
    document: Value,
    /// Whether the file's comments could not be kept.
    comments_lost: bool,
    /// Its meaning, environment variables applied.
    pub config: Config,
}

/// The reason why the file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Its content is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The disk or the permissions do not allow it.
    #[error(
        "{path}: the configuration cannot be saved ({reason}); check the folder, its permissions and the disk"
    )]
    Write {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
}

impl Store {
    /// Reads a file. If it is missing and need not exist, the service starts with a
    /// simulated crowd.
    pub fn open(path: &Path, must_exist: bool) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (text, saved) = if must_exist || path.exists() {
            (read(&path)?, true)
        } else {
            (INITIAL.to_owned(), false)
        };
        let pending = parse(text, folder(&path)).map_err(|e| in_file(e, &path))?;
        Ok(Self {
            path,
            saved,
            text: pending.text,
            document: pending.document,
            config: pending.config,
        })
    }

    /// Where the file is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that relative paths in it start from.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Whether the file exists.
    pub fn is_saved(&self) -> bool {
        self.saved
    }

    /// The meaning of the file, environment variables applied.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The file's keys, passwords included.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The file's text, passwords hidden.
    pub fn shown_text(&self) -> String {
        secrets::hide_in_text(&self.text, &self.document)
    }

    /// A tag that differs after each change of the file.
    pub fn etag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// The file as it is on the disk now.
    pub fn reread(&self) -> Result<PendingConfig, StoreError> {
        let text = read(&self.path)?;
        parse(text, self.folder()).map_err(|e| in_file(e, &self.path).into())
    }

    /// Whether the file on the disk differs from the one last read or written.
    pub fn is_stale(&self) -> bool {
        std::fs::read(&self.path).is_ok_and(|bytes| bytes != self.text.as_bytes())
    }

    /// Whether the file on the disk is the one last read or written.
    pub fn is_current(&self) -> bool {
        std::fs::read(&self.path).is_ok_and(|bytes| bytes == self.text.as_bytes())
    }

    /// How long ago the file on the disk was last written; none if that is unknown, as
    /// after a change of the system's time.
    pub fn age(&self) -> Option<Duration> {
        let about = std::fs::metadata(&self.path).ok()?;
        about.modified().ok()?.elapsed().ok()
    }

    /// Checks a whole new text. `***` stands for the password in use.
    pub fn rewrite(&self, text: &str) -> Result<PendingConfig, ConfigError> {
        let text = secrets::restore_in_text(text, &self.text, &self.document);
        let pending = parse(text, self.folder())?;
        self.refuse_emptied(&pending)?;
        Ok(pending)
    }

    /// Refuses a text without `cameras` while some are running: a full disk or a failed
    /// copy may have emptied or cut it.
    ///
    /// # Errors
    /// With what to write to remove all cameras.
    pub fn refuse_emptied(&self, pending: &PendingConfig) -> Result<(), ConfigError> {
        let lists_cameras = pending.document.get("cameras").is_some_and(Value::is_array);
        if lists_cameras || self.cameras_removed_by(pending).is_empty() {
            return Ok(());
        }
        let what = if pending.document.is_null() {
            "is empty"
        } else {
            "has no cameras"
        };
        let message = format!(
            "{what}, but {} cameras are running and keep running; write cameras: [] if you want none",
            self.config.cameras.len()
        );
        Err(in_file(ConfigError::one("", message), &self.path))
    }

    /// The cameras that a new configuration removes.
    pub fn cameras_removed_by(&self, pending: &PendingConfig) -> Vec<String> {
        let stays = |id: &str| pending.config.cameras.iter().any(|camera| camera.id == id);
        let ids = self.config.cameras.iter().map(|camera| &camera.id);
        ids.filter(|id| !stays(id)).cloned().collect()
    }

    /// Checks a whole new document. The text keeps comments and order where it can.
    /// `***` stands for the password in use.
    pub fn replace(&self, mut document: Value) -> Result<PendingConfig, ConfigError> {
        secrets::restore(&mut document, &self.document);
        let config = read_document(document.clone(), self.folder())?;
        let edit::Rewritten {
            text,
            comments_lost,
        } = edit::rewritten(&self.text, &self.document, &document);
        Ok(PendingConfig {
            text,
            document,
            comments_lost,
            config,
        })
    }

    /// Checks the document with a change made to it.
    pub fn edit(
        &self,
        change: impl FnOnce(&mut Value) -> Result<(), ConfigError>,
    ) -> Result<PendingConfig, ConfigError> {
        let mut document = self.document.clone();
        if document.is_null() {
            document = json!({});
        }
        change(&mut document)?;
        self.replace(document)
    }

    /// Writes a new configuration to the disk, and the version before it to `FILE.bak`.
    /// Each is written to a temporary file that is then renamed, so that the file is
    /// complete at any time. Returns warnings for its owner.
    pub fn save(&mut self, pending: PendingConfig) -> Result<Vec<String>, StoreError> {
        let mut warnings = Vec::new();
        let failed = |e: std::io::Error| StoreError::Write {
            path: self.path.display().to_string(),
            reason: e.to_string(),
        };
        if pending.text != self.text || !self.saved {
            // The file on the disk, which its owner may have edited in the meantime. An
            // empty one is not worth keeping.
            if let Ok(before) = std::fs::read(&self.path)
                && !before.trim_ascii().is_empty()
            {
                let mut backup = self.path.clone().into_os_string();
                backup.push(".bak");
                write_whole(Path::new(&backup), &before).map_err(failed)?;
            }
            write_whole(&self.path, pending.text.as_bytes()).map_err(failed)?;
            if pending.comments_lost {
                let path = self.path.display();
                let warning = format!(
                    "{path}: this change could not keep the file's comments; {path}.bak has them"
                );
                log::warn!("{warning}");
                warnings.push(warning);
            }
        }
        self.accept(pending);
        Ok(warnings)
    }

    /// Takes over a configuration that is on the disk already.
    pub fn accept(&mut self, pending: PendingConfig) {
        self.saved = true;
        self.text = pending.text;
        self.document = pending.document;
        self.config = pending.config;
    }
}

impl PendingConfig {
    /// Its keys, passwords included.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Its text, passwords hidden.
    pub fn shown_text(&self) -> String {
        secrets::hide_in_text(&self.text, &self.document)
    }
}

fn parse(text: String, folder: &Path) -> Result<PendingConfig, ConfigError> {
    let document = config::parse(&text)?;
    let config = read_document(document.clone(), folder)?;
    Ok(PendingConfig {
        text,
        document,
        comments_lost: false,
        config,
    })
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|e| {
        ConfigError::one("", format!("{shown}: cannot be read ({e}); check the path"))
    })?;
    String::from_utf8(bytes)
        .map_err(|_| ConfigError::one("", format!("{shown}: is not UTF-8 text; save it as UTF-8")))
}

/// Adds the file's path to errors that concern no key.
fn in_file(mut error: ConfigError, path: &Path) -> ConfigError {
    for issue in error.issues.iter_mut().filter(|p| p.path.is_empty()) {
        issue.message = format!("{}: {}", path.display(), issue.message);
    }
    error
}

/// Writes a temporary file and renames it, with the permissions of the old file.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut temporary = tempfile::Builder::new()
        .prefix(".rextrack-")
        .tempfile_in(folder(path))?;
    temporary.write_all(bytes)?;
    if let Ok(about) = std::fs::metadata(path) {
        temporary.as_file().set_permissions(about.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|e| e.error)?;
    // The new name is on the disk only once the folder is written too.
    if let Ok(folder) = std::fs::File::open(folder(path)) {
        folder.sync_all().ok();
    }
    Ok(())
}

/// Checks a document, and the options in it that the library's stations own.
fn read_document(document: Value, folder: &Path) -> Result<Config, ConfigError> {
    let config = Config::from_document(document, folder)?;
    rextrack::internals::pipeline::check_options(&config)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = "\
# The hall, 2026
cameras:
- id: hall            # by the door
  stream: rtsp://user:secret@10.0.0.5/s1
  override: {confidence: 0.4}
tracking:
  confidence: 0.3     # found by trying
";

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        std::fs::write(&path, FILE).unwrap();
        let store = Store::open(&path, true).unwrap();
        (folder, store)
    }

    #[test]
    fn change_keeps_comments_and_the_version_before() {
        let (folder, mut store) = store();
        let before = store.etag();
        let pending = store
            .edit(|document| {
                document["tracking"]["confidence"] = json!(0.5);
                Ok(())
            })
            .unwrap();
        store.save(pending).unwrap();
        let text = std::fs::read_to_string(store.path()).unwrap();
        assert_eq!(text, FILE.replace("confidence: 0.3 ", "confidence: 0.5 "));
        let backup = std::fs::read_to_string(folder.path().join("config.yaml.bak")).unwrap();
        assert_eq!(backup, FILE);
        assert_ne!(store.etag(), before);
        assert_eq!(store.config().tracking.confidence, 0.5);
        assert!(!store.is_stale());
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 2, "nothing is left beside them");
    }

    #[test]
    fn hidden_passwords_are_restored() {
        let (_folder, mut store) = store();
        let shown = store.shown_text();
        assert!(shown.contains("user:***@10.0.0.5") && !shown.contains("secret"));
        // As a panel does it: shown, changed, sent back.
        let pending = store.rewrite(&shown.replace("0.3 ", "0.2 ")).unwrap();
        store.save(pending).unwrap();
        let text = std::fs::read_to_string(store.path()).unwrap();
        assert_eq!(text, FILE.replace("0.3 ", "0.2 "));
        let mut document = hide(store.document());
        document["cameras"][0]["name"] = json!("Hall");
        let pending = store.replace(document).unwrap();
        assert_eq!(
            pending.config.cameras[0].stream,
            "rtsp://user:secret@10.0.0.5/s1"
        );
    }

    #[test]
    fn first_change_creates_a_missing_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        let mut store = Store::open(&path, false).unwrap();
        assert!(!store.is_saved() && !path.exists());
        assert_eq!(store.config().cameras[0].id, "demo");
        let camera = json!({"id": "door", "stream": "webcam:0"});
        let pending = store
            .edit(|document| {
                document["cameras"].as_array_mut().unwrap().push(camera);
                Ok(())
            })
            .unwrap();
        store.save(pending).unwrap();
        assert!(store.is_saved());
        let again = Store::open(&path, true).unwrap();
        assert_eq!(again.config(), store.config());
        assert_eq!(again.config().cameras.len(), 2);
        assert!(again.shown_text().starts_with("# rextrack"));
    }

    #[test]
    fn invalid_file_is_refused_by_its_name_and_changes_nothing() {
        let (_folder, store) = store();
        std::fs::write(store.path(), "cameras: [").unwrap();
        let error = store.reread().unwrap_err().to_string();
        assert!(error.contains("config.yaml"), "{error}");
        std::fs::write(store.path(), "tracking: {confidence: 7}").unwrap();
        let error = store.reread().unwrap_err().to_string();
        assert!(error.starts_with("tracking.confidence: must be"), "{error}");
        assert_eq!(store.config().tracking.confidence, 0.3);
    }
}
