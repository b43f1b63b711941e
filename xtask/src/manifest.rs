//! `models/assets.toml`: the files that are fetched instead of committed.

use crate::command::Result;

/// One file of the manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asset {
    /// What the set-up calls it.
    pub name: String,
    /// Its file name in `models/`.
    pub file: String,
    /// The digests that are accepted, lower-case hexadecimal.
    pub sha256: Vec<String>,
    /// The file's own licence.
    pub licence: String,
    /// Where it comes from, in the order tried.
    pub origin: Vec<String>,
    /// `demo` or `tests`.
    pub needed_by: String,
    /// What it is for.
    pub purpose: String,
}

/// Reads the manifest: `[[asset]]` blocks of `key = "value"` and
/// `key = ["a", "b"]`, one a line. An error names the line.
pub fn parse(text: &str) -> Result<Vec<Asset>> {
    let mut assets: Vec<Asset> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let at = |problem: String| format!("models/assets.toml line {}: {problem}", index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[asset]]" {
            assets.push(Asset::default());
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| at(format!("expected [[asset]] or key = value, found {line}")))?;
        let asset = assets
            .last_mut()
            .ok_or_else(|| at("a key before any [[asset]]".into()))?;
        let values = values(value.trim()).map_err(at)?;
        asset.set(key.trim(), values).map_err(at)?;
    }
    for asset in &assets {
        asset.check()?;
    }
    Ok(assets)
}

impl Asset {
    fn set(&mut self, key: &str, mut values: Vec<String>) -> Result<()> {
        let field = match key {
            "sha256" => {
                self.sha256 = values;
                return Ok(());
            }
            "origin" => {
                self.origin = values;
                return Ok(());
            }
            "name" => &mut self.name,
            "file" => &mut self.file,
            "licence" => &mut self.licence,
            "needed_by" => &mut self.needed_by,
            "purpose" => &mut self.purpose,
            _ => return Err(format!("unknown key {key}")),
        };
        match (values.pop(), values.is_empty()) {
            (Some(value), true) => *field = value,
            _ => return Err(format!("{key} takes one value")),
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let Asset { name, file, .. } = self;
        let problem = if name.is_empty() || file.is_empty() || self.licence.is_empty() {
            "name, file and licence are needed"
        } else if file.contains(['/', '\\']) {
            // The file is written by this name, so it must stay in models/.
            "file must be a name without folders"
        } else if self.sha256.is_empty() || !self.sha256.iter().all(|hash| is_digest(hash)) {
            "sha256 needs digests of 64 lower-case hexadecimal digits"
        } else if !["demo", "tests"].contains(&self.needed_by.as_str()) {
            "needed_by must be \"demo\" or \"tests\""
        } else {
            return Ok(());
        };
        Err(format!(
            "models/assets.toml: asset {name} ({file}): {problem}"
        ))
    }
}

fn is_digest(hash: &str) -> bool {
    hash.len() == 64
        && hash
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// `"a"` or `["a", "b"]`, without escapes: no value of ours needs one.
fn values(text: &str) -> Result<Vec<String>> {
    let list = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let unquote = |value: &str| {
        value
            .trim()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inner| !inner.contains(['"', '\\']))
            .map(str::to_owned)
            .ok_or_else(|| format!("expected a \"quoted\" value, found {}", value.trim()))
    };
    match list.map(str::trim) {
        None => Ok(vec![unquote(text)?]),
        Some("") => Ok(Vec::new()),
        Some(items) => items.split(',').map(unquote).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn values_and_lists() {
        let text = format!(
            "# a comment\n[[asset]]\nname = \"a\"\nfile = \"a.onnx\"\nsha256 = [\"{HASH}\", \"{HASH}\"]\n\
             licence = \"MIT\"\norigin = []\nneeded_by = \"tests\"\n\n[[asset]]\nname=\"b\"\n\
             file=\"b.jpg\"\nsha256=\"{HASH}\"\nlicence=\"MIT\"\norigin=[\"https://x/?q=1\"]\n\
             needed_by=\"demo\"\npurpose=\"b = b\"\n"
        );
        let assets = parse(&text).unwrap();
        assert_eq!(assets.len(), 2);
        assert_eq!(assets[0].sha256, [HASH, HASH]);
        assert!(assets[0].origin.is_empty());
        assert_eq!(assets[1].origin, ["https://x/?q=1"]);
        assert_eq!(assets[1].purpose, "b = b");
    }

    #[test]
    fn the_committed_manifest_is_readable_and_complete() {
        let assets = parse(include_str!("../../models/assets.toml")).unwrap();
        let files: Vec<&str> = assets.iter().map(|asset| asset.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "yolox_nano.onnx",
                "vtest.avi",
                "yolov8n_int8.onnx",
                "bus.jpg"
            ]
        );
    }

    #[test]
    fn mistakes_name_their_place() {
        let block = |line: &str| {
            parse(&format!(
                "[[asset]]\nname = \"a\"\nfile = \"a\"\nlicence = \"MIT\"\n{line}\n"
            ))
            .unwrap_err()
        };
        assert!(block("sha = \"x\"").contains("line 5: unknown key sha"));
        assert!(block("purpose = x").contains("line 5: expected a \"quoted\" value, found x"));
        assert!(block("sha256 = [\"BA78\"]").contains("asset a (a): sha256 needs digests"));
        assert!(block("file = \"../a\"").contains("a name without folders"));
        assert!(
            parse("name = \"a\"")
                .unwrap_err()
                .contains("line 1: a key before any [[asset]]")
        );
    }
}
