//! Paths of files: how they differ from addresses, and how they are resolved.

use std::path::{Path, PathBuf};

/// `scheme:rest`, unless the text is a path: `C:\a.mp4`, `clip 10:30.mp4`.
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let named = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c));
    named.then_some((scheme, rest))
}

/// Whether the text is an address such as `a:pass@host/path`. Read as a file, it would show
/// its password.
pub(super) fn lacks_scheme(text: &str) -> bool {
    let drive = has_drive(text) && text[2..].starts_with(['/', '\\']);
    match (text.find(':'), text.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => !drive && !text[..colon].contains(['/', '\\']),
        _ => false,
    }
}

pub(super) fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// `path`, resolved against `folder` if it is relative. A Windows path is absolute on every
/// system, because a configuration may be checked on another one.
pub(crate) fn resolve(folder: &Path, path: &Path) -> PathBuf {
    let foreign = path
        .to_str()
        .is_some_and(|p| has_drive(p) || p.starts_with(r"\\"));
    if path.is_absolute() || foreign {
        path.to_owned()
    } else {
        folder.join(path)
    }
}
