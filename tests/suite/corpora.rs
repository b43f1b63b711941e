//! Replays the corpora of the fuzz targets without a fuzzer (see `cargo xtask fuzz`), and
//! checks the fuzzers' dictionary.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "../../fuzz/properties.rs"]
mod properties;

fn fuzz(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(path)
}

fn replay(target: &str, check: fn(&[u8])) {
    let corpus = fuzz("corpus").join(target);
    let mut count = 0;
    for entry in corpus.read_dir().unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        count += 1;
    }
    assert!(count > 5, "{} has {count} files", corpus.display());
}

#[test]
fn created_configurations_survive_a_round_trip() {
    replay("create", properties::create);
}

#[test]
fn patches_apply_completely_or_not_at_all() {
    replay("merge_patch", properties::merge_patch);
}

/// Adds every key and every choice of a schema.
fn collect(schema: &Value, keys: &mut BTreeSet<String>, choices: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            let all = map.get("enum").and_then(Value::as_array);
            let one = map.get("const");
            let texts = all
                .into_iter()
                .flatten()
                .chain(one)
                .filter_map(Value::as_str);
            choices.extend(texts.map(str::to_owned));
            map.values().for_each(|inner| collect(inner, keys, choices));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, keys, choices)),
        _ => {}
    }
}

/// The dictionary is made from the schema: a key that is missing in it is a key that the
/// fuzzers do not try. Set `REXTRACK_BLESS=1` to write it.
#[test]
fn dictionary_has_every_key_choice_and_axis() {
    let (mut keys, mut values) = (BTreeSet::new(), BTreeSet::new());
    // With the options of the stations, such as those of a tracker.
    collect(
        &rextrack::internals::pipeline::schema(),
        &mut keys,
        &mut values,
    );
    keys.insert("camera".into());
    values.extend(
        rextrack::internals::flow::AXES
            .iter()
            .map(|axis| axis.name.to_owned()),
    );
    values.extend(["auto", "cpu", "bytetrack", "cam1"].map(str::to_owned));
    let mut expected = String::from(
        "# For the fuzzers: keys and values of the configuration. Written by\n\
         # REXTRACK_BLESS=1 cargo test -p rextrack --test suite corpora::\n",
    );
    for key in &keys {
        expected.push_str(&format!("\"\\\"{key}\\\":\"\n"));
    }
    for value in &values {
        expected.push_str(&format!("\"\\\"{value}\\\"\"\n"));
    }
    for text in [
        "push:",
        "builtin:motion",
        "synth:people=3",
        "rtsp://",
        "mqtt://",
        "cuda:0",
        "{camera}",
        "{index}",
        "{axis}",
        "null",
        "true",
        "false",
        "1e999",
        "-0.0",
        "\\x00",
    ] {
        expected.push_str(&format!("\"{text}\"\n"));
    }
    let path = fuzz("json.dict");
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let dictionary = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\r\n", "\n");
    let present: BTreeSet<&str> = dictionary.lines().collect();
    let missing: Vec<&str> = expected.lines().filter(|l| !present.contains(l)).collect();
    assert!(missing.is_empty(), "fuzz/json.dict lacks {missing:?}");
}
