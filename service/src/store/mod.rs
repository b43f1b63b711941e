//! The configuration file: read, checked, changed as a whole, never lost.
//!
//! The file holds what its owner wrote; the environment lies over it only in the
//! [`Config`] that comes out, and is never written back.

mod comments;
mod edit;
mod secrets;
mod text;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rextrack::config::{self, Config, ConfigError};
use serde_json::{Value, json};

pub use secrets::hide;

/// What a service without a file begins with: a simulated crowd, and room for cameras.
const WELCOME: &str = "\
# rextrack; `rextrack schema` describes every key.
osc:
  host: 127.0.0.1
  port: 5005
  # A part of each address, so that cameras do not get mixed up: /demo/p1_x
  address_prefix: /{camera}/
cameras:
- id: demo
  name: Simulated crowd
  show_preview: true
  stream: synth:people=6,seed=1
";

/// The file and what it says.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// Whether the file is there; it is made by the first change.
    saved: bool,
    text: String,
    document: Value,
    config: Config,
}

/// A change that was checked and can be saved.
#[derive(Debug)]
pub struct Draft {
    text: String,
    document: Value,
    /// Whether the file's comments could not be kept.
    comments_lost: bool,
    /// What it means, with the environment over it.
    pub config: Config,
}

/// Why the file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What it says is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The disk, or its permissions.
    #[error(
        "{path}: the configuration cannot be saved ({reason}); check the folder, its permissions and the disk"
    )]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
}

impl Store {
    /// Reads a file. One that is missing is an error only if it `must_exist`; else
    /// the service begins with a simulated crowd.
    pub fn open(path: &Path, must_exist: bool) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (text, saved) = if must_exist || path.exists() {
            (read(&path)?, true)
        } else {
            (WELCOME.to_owned(), false)
        };
        let draft = draft(text, folder(&path)).map_err(|e| in_file(e, &path))?;
        Ok(Self {
            path,
            saved,
            text: draft.text,
            document: draft.document,
            config: draft.config,
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

    /// Whether the file is there.
    pub fn is_saved(&self) -> bool {
        self.saved
    }

    /// What the file means, with the environment over it.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the file says, passwords included.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The file's words, passwords hidden.
    pub fn shown_text(&self) -> String {
        secrets::hide_in_text(&self.text, &self.document)
    }

    /// Changes with each change of the file.
    pub fn etag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// The file as it is on the disk now.
    pub fn reread(&self) -> Result<Draft, StoreError> {
        let text = read(&self.path)?;
        draft(text, self.folder()).map_err(|e| in_file(e, &self.path).into())
    }

    /// Whether the file on the disk is another than the one last read or written.
    pub fn is_stale(&self) -> bool {
        std::fs::read(&self.path).is_ok_and(|bytes| bytes != self.text.as_bytes())
    }

    /// Whether the file on the disk is the one last read or written.
    pub fn is_current(&self) -> bool {
        std::fs::read(&self.path).is_ok_and(|bytes| bytes == self.text.as_bytes())
    }

    /// How long ago the file on the disk was last written to; none if nobody knows, as
    /// after a change of the system's time.
    pub fn age(&self) -> Option<Duration> {
        let about = std::fs::metadata(&self.path).ok()?;
        about.modified().ok()?.elapsed().ok()
    }

    /// A whole new text. `***` stands for the password in use.
    pub fn rewrite(&self, text: &str) -> Result<Draft, ConfigError> {
        let text = secrets::restore_in_text(text, &self.text, &self.document);
        let draft = draft(text, self.folder())?;
        self.refuse_emptied(&draft)?;
        Ok(draft)
    }

    /// Refuses a text that says nothing of cameras while there are some: it was
    /// emptied by a full disk or a failed copy, or only its beginning is there.
    ///
    /// # Errors
    /// What to write where no camera is wanted.
    pub fn refuse_emptied(&self, draft: &Draft) -> Result<(), ConfigError> {
        let lists_cameras = draft.document.get("cameras").is_some_and(Value::is_array);
        if lists_cameras || self.cameras_removed_by(draft).is_empty() {
            return Ok(());
        }
        let what = if draft.document.is_null() {
            "is empty"
        } else {
            "names no cameras"
        };
        let message = format!(
            "{what}, and {} cameras are running; they stay. Write cameras: [] if you want none",
            self.config.cameras.len()
        );
        Err(in_file(ConfigError::one("", message), &self.path))
    }

    /// The cameras that would be gone.
    pub fn cameras_removed_by(&self, draft: &Draft) -> Vec<String> {
        let stays = |id: &str| draft.config.cameras.iter().any(|camera| camera.id == id);
        let ids = self.config.cameras.iter().map(|camera| &camera.id);
        ids.filter(|id| !stays(id)).cloned().collect()
    }

    /// A whole new document, in the words of the old one as far as they still hold.
    /// `***` stands for the password in use.
    pub fn replace(&self, mut document: Value) -> Result<Draft, ConfigError> {
        secrets::restore(&mut document, &self.document);
        let config = Config::from_document(document.clone(), self.folder())?;
        let edit::Rewritten {
            text,
            comments_lost,
        } = edit::rewritten(&self.text, &self.document, &document);
        Ok(Draft {
            text,
            document,
            comments_lost,
            config,
        })
    }

    /// The document with a change made to it.
    pub fn edit(
        &self,
        change: impl FnOnce(&mut Value) -> Result<(), ConfigError>,
    ) -> Result<Draft, ConfigError> {
        let mut document = self.document.clone();
        if document.is_null() {
            document = json!({});
        }
        change(&mut document)?;
        self.replace(document)
    }

    /// Writes a draft to the disk, the version before it to `FILE.bak`. The file is
    /// whole at every moment: it is written beside, and moved into its place. Gives
    /// what its owner has to know about it.
    pub fn save(&mut self, draft: Draft) -> Result<Vec<String>, StoreError> {
        let mut warnings = Vec::new();
        let failed = |e: std::io::Error| StoreError::Write {
            path: self.path.display().to_string(),
            reason: e.to_string(),
        };
        if draft.text != self.text || !self.saved {
            // What is on the disk, which somebody may be in the middle of editing.
            // An empty one is no version to go back to.
            if let Ok(before) = std::fs::read(&self.path)
                && !before.trim_ascii().is_empty()
            {
                let mut backup = self.path.clone().into_os_string();
                backup.push(".bak");
                write_whole(Path::new(&backup), &before).map_err(failed)?;
            }
            write_whole(&self.path, draft.text.as_bytes()).map_err(failed)?;
            if draft.comments_lost {
                let path = self.path.display();
                let warning = format!(
                    "{path}: this change could not be made in the file's own words, so the file was \
                     written without its comments; {path}.bak has them"
                );
                log::warn!("{warning}");
                warnings.push(warning);
            }
        }
        self.accept(draft);
        Ok(warnings)
    }

    /// Takes over what is on the disk already.
    pub fn accept(&mut self, draft: Draft) {
        self.saved = true;
        self.text = draft.text;
        self.document = draft.document;
        self.config = draft.config;
    }
}

impl Draft {
    /// What it says, passwords included.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Its words, passwords hidden.
    pub fn shown_text(&self) -> String {
        secrets::hide_in_text(&self.text, &self.document)
    }
}

fn draft(text: String, folder: &Path) -> Result<Draft, ConfigError> {
    let document = config::parse(&text)?;
    let config = Config::from_document(document.clone(), folder)?;
    Ok(Draft {
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

/// What concerns no key concerns the file.
fn in_file(mut error: ConfigError, path: &Path) -> ConfigError {
    for problem in error.problems.iter_mut().filter(|p| p.path.is_empty()) {
        problem.message = format!("{}: {}", path.display(), problem.message);
    }
    error
}

/// Writes beside the file and moves the result into its place, with its
/// permissions.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = tempfile::Builder::new()
        .prefix(".rextrack-")
        .tempfile_in(folder(path))?;
    beside.write_all(bytes)?;
    if let Ok(about) = std::fs::metadata(path) {
        beside.as_file().set_permissions(about.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|e| e.error)?;
    // The name is on the disk only when its folder is.
    if let Ok(folder) = std::fs::File::open(folder(path)) {
        folder.sync_all().ok();
    }
    Ok(())
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
    fn a_change_keeps_comments_and_the_version_before() {
        let (folder, mut store) = store();
        let before = store.etag();
        let draft = store
            .edit(|document| {
                document["tracking"]["confidence"] = json!(0.5);
                Ok(())
            })
            .unwrap();
        store.save(draft).unwrap();
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
    fn passwords_are_hidden_and_come_back() {
        let (_folder, mut store) = store();
        let shown = store.shown_text();
        assert!(shown.contains("user:***@10.0.0.5") && !shown.contains("secret"));
        // As a panel does it: shown, changed, sent back.
        let draft = store.rewrite(&shown.replace("0.3 ", "0.2 ")).unwrap();
        store.save(draft).unwrap();
        let text = std::fs::read_to_string(store.path()).unwrap();
        assert_eq!(text, FILE.replace("0.3 ", "0.2 "));
        let mut document = hide(store.document());
        document["cameras"][0]["name"] = json!("Hall");
        let draft = store.replace(document).unwrap();
        assert_eq!(
            draft.config.cameras[0].stream,
            "rtsp://user:secret@10.0.0.5/s1"
        );
    }

    #[test]
    fn without_a_file_there_is_a_crowd_and_the_first_change_makes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        let mut store = Store::open(&path, false).unwrap();
        assert!(!store.is_saved() && !path.exists());
        assert_eq!(store.config().cameras[0].id, "demo");
        let camera = json!({"id": "door", "stream": "webcam:0"});
        let draft = store
            .edit(|document| {
                document["cameras"].as_array_mut().unwrap().push(camera);
                Ok(())
            })
            .unwrap();
        store.save(draft).unwrap();
        assert!(store.is_saved());
        let again = Store::open(&path, true).unwrap();
        assert_eq!(again.config(), store.config());
        assert_eq!(again.config().cameras.len(), 2);
        assert!(again.shown_text().starts_with("# rextrack"));
    }

    #[test]
    fn a_wrong_file_is_refused_by_its_name_and_changes_nothing() {
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
