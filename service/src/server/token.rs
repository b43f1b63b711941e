//! The token that requests need: from the configuration, or generated.

use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rextrack::internals::config::{self, ServiceConfig};

/// The generated token's file, beside the configuration.
const FILE: &str = ".rextrack-token";
/// Length below which a file's token is not used.
const LENGTH_MIN: usize = 16;

/// The token that requests need.
#[derive(Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub text: String,
    /// The file that holds it, if it was generated.
    pub file: Option<PathBuf>,
    /// Whether it was generated now.
    pub is_new: bool,
}

/// The token that a configuration requires: none on loopback unless one is given, and
/// none with `auth: none`. When one is required and not given it is generated, and kept
/// in a file beside the configuration that only its owner can read.
///
/// # Errors
/// When that file can be neither read nor written.
pub fn token(service: &ServiceConfig, folder: &Path) -> Result<Option<Token>, String> {
    if service.auth == config::AuthMode::None {
        return Ok(None);
    }
    if let Some(text) = &service.token {
        return Ok(Some(Token {
            text: text.clone(),
            file: None,
            is_new: false,
        }));
    }
    if is_loopback(&service.listen) {
        return Ok(None);
    }
    let path = folder.join(FILE);
    let failed = |e: std::io::Error| {
        format!(
            "{}: the token cannot be written ({e}); check the folder, or set service.token",
            path.display()
        )
    };
    if let Ok(text) = std::fs::read_to_string(&path)
        && text.trim().len() >= LENGTH_MIN
    {
        return Ok(Some(Token {
            text: text.trim().to_owned(),
            file: Some(path),
            is_new: false,
        }));
    }
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|e| failed(std::io::Error::other(e)))?;
    let text = URL_SAFE_NO_PAD.encode(random);
    // A temporary file can be read by its owner alone. Moving it into place keeps that,
    // so that the token is never there with other permissions.
    let mut beside = tempfile::Builder::new()
        .tempfile_in(folder)
        .map_err(failed)?;
    writeln!(beside, "{text}").map_err(failed)?;
    beside.persist(&path).map_err(|e| failed(e.error))?;
    Ok(Some(Token {
        text,
        file: Some(path),
        is_new: true,
    }))
}

/// Whether only this machine can reach an address.
pub fn is_loopback(listen: &str) -> bool {
    let ip = listen.parse::<IpAddr>();
    ip.map_or(listen.eq_ignore_ascii_case("localhost"), |ip| {
        ip.is_loopback()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn token_is_generated_once_and_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut service = ServiceConfig::default();
        assert_eq!(token(&service, folder.path()).unwrap(), None, "loopback");
        service.listen = "0.0.0.0".into();
        let first = token(&service, folder.path()).unwrap().unwrap();
        assert!(first.is_new && first.text.len() >= 32);
        let second = token(&service, folder.path()).unwrap().unwrap();
        assert!(!second.is_new && second.text == first.text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let about = std::fs::metadata(first.file.unwrap()).unwrap();
            assert_eq!(about.permissions().mode() & 0o777, 0o600);
        }
        service.auth = config::AuthMode::None;
        assert_eq!(token(&service, folder.path()).unwrap(), None);
    }
}
