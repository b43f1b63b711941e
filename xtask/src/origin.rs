//! The origin of a file of the manifest.

use crate::command::Result;

/// A place to download one file from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// `https://...`: the file itself.
    Url(String),
    /// `deb:PACKAGE:PATH`: a file of a Debian or Ubuntu package.
    Debian {
        /// The package's name.
        package: String,
        /// The file, as the package installs it.
        path: String,
    },
    /// `npm:PACKAGE@VERSION:PATH`: a file of a package of the npm registry.
    Npm(NpmFile),
}

/// A file of an npm package.
#[derive(Debug, Clone, PartialEq)]
pub struct NpmFile {
    /// The package's name, with its scope.
    pub package: String,
    /// The exact version.
    pub version: String,
    /// The file within the package.
    pub path: String,
}

impl Origin {
    /// Reads an origin as the manifest writes it.
    pub fn parse(text: &str) -> Result<Origin> {
        let whole = |parts: &[&str]| parts.iter().all(|part| !part.is_empty());
        if is_url(text) {
            return Ok(Origin::Url(text.to_owned()));
        }
        if let Some((package, path)) = text.strip_prefix("deb:").and_then(|t| t.split_once(':'))
            && whole(&[package])
            && path.starts_with('/')
        {
            return Ok(Origin::Debian {
                package: package.to_owned(),
                path: path.to_owned(),
            });
        }
        if let Some((spec, path)) = text.strip_prefix("npm:").and_then(|t| t.split_once(':'))
            // A scope begins with @ too, so the version follows the last one.
            && let Some((package, version)) = spec.rsplit_once('@')
            && whole(&[package, version, path])
        {
            return Ok(Origin::Npm(NpmFile {
                package: package.to_owned(),
                version: version.to_owned(),
                path: path.to_owned(),
            }));
        }
        Err(format!(
            "origin {text} must be https://..., deb:PACKAGE:/PATH or npm:PACKAGE@VERSION:PATH"
        ))
    }

    /// The name of the origin, for messages.
    pub fn label(&self) -> String {
        match self {
            Origin::Url(address) => address.clone(),
            Origin::Debian { package, .. } => format!("Debian's package {package}"),
            Origin::Npm(file) => format!("the npm package {}", file.spec()),
        }
    }
}

/// Whether this text is a URL that a client may download. The text may come from an npm
/// registry, so it must not be an option or a local file.
pub fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

impl NpmFile {
    /// The package as npm calls it: `@scope/name@1.2.3`.
    pub fn spec(&self) -> String {
        format!("{}@{}", self.package, self.version)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_kind_of_origin_is_parsed_and_labelled() {
        let of = |text: &str| Origin::parse(text).unwrap();
        let address = of("https://example.org/x?q=1:2");
        assert_eq!(address.label(), "https://example.org/x?q=1:2");
        let debian = of("deb:opencv-doc:/usr/share/x.avi");
        assert_eq!(debian.label(), "Debian's package opencv-doc");
        assert_eq!(
            of("npm:@scope/name@3.0.4:models/a.json"),
            Origin::Npm(NpmFile {
                package: "@scope/name".into(),
                version: "3.0.4".into(),
                path: "models/a.json".into(),
            })
        );
        assert_eq!(of("npm:name@1.0.0:a").label(), "the npm package name@1.0.0");
    }

    #[test]
    fn incomplete_origin_is_rejected() {
        for text in [
            "",
            "models/a.onnx",
            "ftp://example.org/a",
            "deb:opencv-doc",
            "deb::/a",
            "deb:opencv-doc:a",
            "npm:name:a",
            "npm:@scope/name:a",
            "npm:name@:a",
            "npm:name@1.0.0:",
            "npm:name@1.0.0",
        ] {
            assert!(Origin::parse(text).unwrap_err().contains(text), "{text}");
        }
    }
}
