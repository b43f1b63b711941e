//! `models/assets.toml`: the files that are downloaded instead of committed.

use crate::command::Result;
use crate::origin::Origin;

/// One file of the manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asset {
    /// What the set-up calls it.
    pub name: String,
    /// Its file name in `models/`.
    pub file: String,
    /// The digests that are accepted, lower-case hexadecimal. None where the
    /// file is converted here: its sources have digests.
    pub sha256: Vec<String>,
    /// The file's own licence.
    pub licence: String,
    /// Where it comes from, in the order tried.
    pub origin: Vec<Origin>,
    /// The Python script of the checkout that writes it.
    pub converter: String,
    /// The names of the assets that it is converted from, in the script's order.
    pub converted_from: Vec<String>,
    /// The asset that this one replaces when that one cannot be fetched.
    pub fallback_for: String,
    /// For a model: the `tracking.confidence` that suits it, empty for the default.
    pub confidence: String,
    /// `demo`, `tests`, or the name of the asset that is converted from it.
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
        asset.check(&assets).map_err(|problem| {
            let Asset { name, file, .. } = asset;
            format!("models/assets.toml: asset {name} ({file}): {problem}")
        })?;
    }
    Ok(assets)
}

/// The asset of that name.
pub fn named<'a>(assets: &'a [Asset], name: &str) -> Option<&'a Asset> {
    assets.iter().find(|asset| asset.name == name)
}

/// The assets that this one is converted from, in the script's order.
pub fn sources<'a>(assets: &'a [Asset], asset: &Asset) -> Vec<&'a Asset> {
    let names = asset.converted_from.iter();
    names.filter_map(|name| named(assets, name)).collect()
}

impl Asset {
    fn set(&mut self, key: &str, mut values: Vec<String>) -> Result<()> {
        let field = match key {
            "sha256" => {
                self.sha256 = values;
                return Ok(());
            }
            "origin" => {
                let origins = values.iter().map(|text| Origin::parse(text));
                self.origin = origins.collect::<Result<_>>()?;
                return Ok(());
            }
            "converted_from" => {
                self.converted_from = values;
                return Ok(());
            }
            "converter" => &mut self.converter,
            "fallback_for" => &mut self.fallback_for,
            "confidence" => &mut self.confidence,
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

    /// Whether a script here writes this file, instead of a download.
    pub fn is_converted(&self) -> bool {
        !self.converter.is_empty()
    }

    fn check(&self, all: &[Asset]) -> Result<()> {
        let maker = named(all, &self.needed_by);
        let fetched = |name: &String| named(all, name).is_some_and(|source| !source.is_converted());
        let problem = if [&self.name, &self.file, &self.licence]
            .iter()
            .any(|t| t.is_empty())
        {
            "name, file and licence are needed"
        } else if self.file.contains(['/', '\\']) {
            // The file is written by this name, so it must stay in models/.
            "file must be a name without folders"
        } else if self.is_converted() && !(self.sha256.is_empty() && self.origin.is_empty()) {
            "a converted asset has no sha256 and no origin of its own"
        } else if self.is_converted() == self.converted_from.is_empty() {
            "converter and converted_from belong together"
        } else if !self.converted_from.iter().all(fetched) {
            "converted_from needs names of fetched assets"
        } else if !self.is_converted() && !has_digests(&self.sha256) {
            "sha256 needs digests of 64 lower-case hexadecimal digits"
        } else if !self.fallback_for.is_empty() && named(all, &self.fallback_for).is_none() {
            "fallback_for needs an asset's name"
        } else if !(self.confidence.is_empty() || is_share(&self.confidence)) {
            "confidence must be a number from 0 to 1"
        } else if !["demo", "tests"].contains(&self.needed_by.as_str())
            && !maker.is_some_and(|maker| maker.converted_from.contains(&self.name))
        {
            "needed_by must be \"demo\", \"tests\" or the asset that is converted from it"
        } else {
            return Ok(());
        };
        Err(problem.into())
    }
}

fn is_share(number: &str) -> bool {
    let number = number.parse::<f32>();
    number.is_ok_and(|number| (0.0..=1.0).contains(&number))
}

fn has_digests(digests: &[String]) -> bool {
    !digests.is_empty() && digests.iter().all(|digest| is_digest(digest))
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
    fn values_and_lists_are_read() {
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
        assert_eq!(assets[1].origin, [Origin::Url("https://x/?q=1".into())]);
        assert_eq!(assets[1].purpose, "b = b");
    }

    #[test]
    fn committed_manifest_is_valid_and_complete() {
        let assets = parse(include_str!("../../models/assets.toml")).unwrap();
        let files: Vec<&str> = assets.iter().map(|asset| asset.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "yolox_nano.onnx",
                "nanodet_g.onnx",
                "nanodet.json",
                "nanodet.bin",
                "vtest.avi"
            ]
        );
    }

    #[test]
    fn committed_converted_asset_names_its_script_sources_and_fallback() {
        let assets = parse(include_str!("../../models/assets.toml")).unwrap();
        let converted = assets.iter().find(|asset| asset.is_converted()).unwrap();
        assert_eq!(converted.fallback_for, "yolox_nano");
        assert_eq!(converted.converter, "xtask/convert/nanodet.py");
        assert!(converted.sha256.is_empty() && converted.origin.is_empty());
        assert_eq!(converted.converted_from.len(), 2);
        for name in &converted.converted_from {
            let source = named(&assets, name).unwrap();
            assert_eq!(source.needed_by, converted.name);
            assert!(matches!(source.origin[..], [Origin::Npm(_)]), "{source:?}");
        }
    }

    #[test]
    fn wrong_description_of_a_converted_asset_is_rejected() {
        let source = format!(
            "[[asset]]\nname = \"s\"\nfile = \"s\"\nlicence = \"MIT\"\nsha256 = \"{HASH}\"\nneeded_by = \"m\"\n"
        );
        let converted = |lines: &str| {
            parse(&format!(
                "[[asset]]\nname = \"m\"\nfile = \"m\"\nlicence = \"MIT\"\nneeded_by = \"demo\"\n{lines}\n{source}"
            ))
        };
        let right = "converter = \"m.py\"\nconverted_from = [\"s\"]\n";
        assert!(converted(right).is_ok());
        let wrong = |lines: &str| converted(lines).unwrap_err();
        assert!(wrong("converter = \"m.py\"").contains("belong together"));
        assert!(wrong(&format!("{right}sha256 = \"{HASH}\"")).contains("no sha256"));
        assert!(wrong(&format!("{right}fallback_for = \"x\"")).contains("fallback_for"));
        for confidence in ["2", "-1", "NaN", "half"] {
            let line = format!("{right}confidence = \"{confidence}\"");
            assert!(wrong(&line).contains("from 0 to 1"), "{confidence}");
        }
        let from = |name: &str| format!("converter = \"m.py\"\nconverted_from = [\"{name}\"]");
        assert!(wrong(&from("x")).contains("names of fetched assets"));
        // The source's needed_by then names nothing that is converted from it.
        assert!(wrong(&format!("sha256 = \"{HASH}\"")).contains("asset s (s): needed_by must be"));
    }

    #[test]
    fn manifest_errors_name_the_line_or_the_asset() {
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
        assert!(block("origin = [\"ftp://a\"]").contains("line 5: origin ftp://a must be"));
        assert!(
            parse("name = \"a\"")
                .unwrap_err()
                .contains("line 1: a key before any [[asset]]")
        );
    }
}
