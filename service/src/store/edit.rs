//! A changed document in the words of the old one: comments and order are kept
//! wherever that gives the document that was meant.

use std::str::FromStr;

use rextrack::config;
use serde_json::{Map, Value};
use yaml_edit::{Mapping, ScalarValue, Sequence, YamlFile, YamlValue};

/// The text of `new`, made from `text`, which says `old`. Where the lossless
/// editor's result would not mean `new` exactly, the text is written anew.
pub fn rewritten(text: &str, old: &Value, new: &Value) -> String {
    if old == new {
        return text.to_owned();
    }
    let edited = edited(text, old, new);
    let faithful = |text: &String| config::parse(text).is_ok_and(|value| value == *new);
    edited
        .filter(faithful)
        .unwrap_or_else(|| serde_saphyr::to_string(new).unwrap_or_else(|_| new.to_string()))
}

fn edited(text: &str, old: &Value, new: &Value) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return None;
    };
    // A defect in the editor must not take the service down.
    std::panic::catch_unwind(|| {
        let file = YamlFile::from_str(text).ok()?;
        follow_map(&file.document()?.as_mapping()?, old, new)?;
        Some(file.to_string())
    })
    .ok()
    .flatten()
}

fn follow_map(node: &Mapping, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<()> {
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        node.remove(key.as_str())?;
    }
    for (key, after) in new {
        match (old.get(key), after) {
            (Some(before), after) if before == after => {}
            (Some(Value::Object(before)), Value::Object(after)) => {
                follow_map(&node.get_mapping(key.as_str())?, before, after)?;
            }
            (Some(Value::Array(before)), Value::Array(after)) if !before.is_empty() => {
                follow_list(&node.get_sequence(key.as_str())?, before, after)?;
            }
            _ => node.set(key.as_str(), yaml(after)),
        }
    }
    Some(())
}

fn follow_list(node: &Sequence, old: &[Value], new: &[Value]) -> Option<()> {
    let mut old = old.to_vec();
    if new.len() < old.len() {
        // Whoever is gone by name; otherwise those at the end.
        let stays = |item: &Value| new.iter().any(|n| n.get("id") == item.get("id"));
        for index in (0..old.len()).rev() {
            if old[index].get("id").is_none() || !stays(&old[index]) {
                node.remove(index)?;
                old.remove(index);
            }
            if old.len() == new.len() {
                break;
            }
        }
    }
    for (index, after) in new.iter().enumerate() {
        match (old.get(index), after) {
            (Some(before), after) if before == after => {}
            (Some(Value::Object(before)), Value::Object(after)) => {
                let item = node.get(index)?;
                follow_map(item.as_mapping()?, before, after)?;
            }
            (Some(_), _) => node.set(index, yaml(after)).then_some(())?,
            (None, _) => node.push(yaml(after)),
        }
    }
    Some(())
}

fn yaml(value: &Value) -> YamlValue {
    match value {
        Value::Null => YamlValue::Scalar(ScalarValue::null()),
        Value::Bool(flag) => YamlValue::from(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => YamlValue::from(whole),
            (None, Some(real)) => YamlValue::from(real),
            (None, None) => YamlValue::from(number.to_string()),
        },
        Value::String(text) => YamlValue::from(text.as_str()),
        Value::Array(items) => YamlValue::Sequence(items.iter().map(yaml).collect()),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| (key.clone(), yaml(value)));
            YamlValue::Mapping(pairs.collect())
        }
    }
}
