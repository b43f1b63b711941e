//! The metadata of an ONNX file, read without its weights.
//!
//! An ONNX model is one protobuf message (onnx.proto3, `ModelProto`). Of its fields only
//! `metadata_props` (14) matters here, with entries of a key (1) and a value (2). All
//! others are skipped without being read.

use std::io::{BufRead, Read, Seek, SeekFrom};

const METADATA: u64 = 14;
const KEY: u64 = 1;
const VALUE: u64 = 2;
/// No entry that we use is longer.
const ENTRY_MAX: u64 = 64 * 1024;

/// The value of a key in a model's metadata.
pub fn metadata(file: &mut (impl BufRead + Seek), wanted: &str) -> Option<String> {
    loop {
        let tag = varint(file)?;
        match tag & 7 {
            0 => drop(varint(file)?),
            1 => drop(file.seek(SeekFrom::Current(8)).ok()?),
            5 => drop(file.seek(SeekFrom::Current(4)).ok()?),
            2 => {
                let length = varint(file)?;
                if tag >> 3 != METADATA || length > ENTRY_MAX {
                    file.seek(SeekFrom::Current(i64::try_from(length).ok()?))
                        .ok()?;
                    continue;
                }
                let mut entry = vec![0; length as usize];
                file.read_exact(&mut entry).ok()?;
                let (key, value) = pair(&entry)?;
                if key == wanted {
                    return Some(value);
                }
            }
            _ => return None,
        }
    }
}

fn pair(entry: &[u8]) -> Option<(String, String)> {
    let mut rest = entry;
    let (mut key, mut value) = (String::new(), String::new());
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let length = varint(&mut rest)? as usize;
        let text = rest.get(..length)?;
        rest = &rest[length..];
        match (tag & 7, tag >> 3) {
            (2, KEY) => key = String::from_utf8(text.to_vec()).ok()?,
            (2, VALUE) => value = String::from_utf8(text.to_vec()).ok()?,
            _ => return None,
        }
    }
    Some((key, value))
}

/// A number in protobuf's base 128, lowest seven bits first.
fn varint(from: &mut impl Read) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        value |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A model: version 9, a graph of 200 bytes, and two metadata entries.
    fn model() -> Vec<u8> {
        let mut bytes = vec![0x08, 9, 0x3a, 0xc8, 0x01];
        bytes.extend([0; 200]);
        for (key, value) in [("author", "somebody"), ("license", "AGPL-3.0")] {
            bytes.push(0x72);
            bytes.push((key.len() + value.len() + 4) as u8);
            for (field, text) in [(0x0a, key), (0x12, value)] {
                bytes.push(field);
                bytes.push(text.len() as u8);
                bytes.extend(text.as_bytes());
            }
        }
        bytes
    }

    #[test]
    fn entry_behind_the_weights_is_found() {
        let find = |bytes: Vec<u8>, key| metadata(&mut Cursor::new(bytes), key);
        assert_eq!(find(model(), "license").as_deref(), Some("AGPL-3.0"));
        assert_eq!(find(model(), "names"), None);
    }

    #[test]
    fn file_that_is_not_a_model_has_no_metadata() {
        for length in 0..model().len() {
            let mut cut = model();
            cut.truncate(length);
            metadata(&mut Cursor::new(cut), "license");
        }
        assert_eq!(
            metadata(&mut Cursor::new(b"<html>".to_vec()), "license"),
            None
        );
    }
}
