//! Writes a changed document into the old text, so that comments and order are kept
//! wherever possible.

use std::str::FromStr;

use rextrack::internals::config;
use serde_json::{Map, Value};
use yaml_edit::{AsYaml, Mapping, Sequence, YamlFile, YamlNode};

use super::text::parts;

/// A rewritten text.
#[derive(Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The new text.
    pub text: String,
    /// Whether comments of the old text are missing in the new one.
    pub comments_lost: bool,
}

/// The text of `new`, made from `text`, which is the text of `old`. If the edited text
/// does not parse as exactly `new`, the whole text is written again without comments.
pub fn rewritten(text: &str, old: &Value, new: &Value) -> Rewritten {
    if old == new {
        return Rewritten {
            text: text.to_owned(),
            comments_lost: false,
        };
    }
    let edited = edited(text, old, new);
    let faithful = |text: &String| config::parse(text).is_ok_and(|value| value == *new);
    match edited.filter(faithful) {
        Some(edited) => Rewritten {
            text: edited,
            comments_lost: false,
        },
        None => Rewritten {
            text: serde_saphyr::to_string(new).unwrap_or_else(|_| new.to_string()),
            comments_lost: match parts(text) {
                Some(parts) => !parts.comments.is_empty(),
                None => text.contains('#'),
            },
        },
    }
}

fn edited(text: &str, old: &Value, new: &Value) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return None;
    };
    // A panic of the editor must not end the service.
    std::panic::catch_unwind(|| {
        let file = YamlFile::from_str(text).ok()?;
        edit_map(&file.document()?.as_mapping()?, old, new)?;
        Some(file.to_string())
    })
    .ok()
    .flatten()
}

fn edit_map(node: &Mapping, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<()> {
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        node.remove(key.as_str())?;
    }
    for (key, after) in new {
        match (old.get(key), after) {
            (Some(before), after) if before == after => {}
            (Some(Value::Object(before)), Value::Object(after)) => {
                edit_map(&node.get_mapping(key.as_str())?, before, after)?;
            }
            (Some(Value::Array(before)), Value::Array(after)) if !before.is_empty() => {
                edit_list(&node.get_sequence(key.as_str())?, before, after)?;
            }
            _ => node.set(key.as_str(), yaml(after)?),
        }
    }
    Some(())
}

fn edit_list(node: &Sequence, old: &[Value], new: &[Value]) -> Option<()> {
    let mut old = old.to_vec();
    if new.len() < old.len() {
        // Remove entries whose id is gone; without ids, those at the end.
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
                edit_map(item.as_mapping()?, before, after)?;
            }
            (Some(_), _) => node.set(index, yaml(after)?).then_some(())?,
            (None, _) => node.push(yaml(after)?),
        }
    }
    Some(())
}

/// A value as a node of the editor. It is made from text, so that keys keep their order.
fn yaml(value: &Value) -> Option<YamlNode> {
    let text = serde_saphyr::to_string(value).ok()?;
    let document = YamlFile::from_str(&text).ok()?.document()?;
    let as_node = |node: &dyn AsYaml| YamlNode::from_syntax(node.as_node()?.clone());
    if let Some(map) = document.as_mapping() {
        return as_node(&map);
    }
    match document.as_sequence() {
        Some(list) => as_node(&list),
        None => as_node(&document.as_scalar()?),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const FILE: &str = "\
# Who: the hall
osc: {port: 5005}   # the show machine
cameras:
# the first
- id: a
  stream: a.mp4     # a film
- id: b
  stream: b.mp4
tracking:
  classes: [0, 2]
";

    fn after(change: impl FnOnce(&mut Value)) -> String {
        let old = config::parse(FILE).unwrap();
        let mut new = old.clone();
        change(&mut new);
        let text = rewritten(FILE, &old, &new).text;
        assert_eq!(config::parse(&text).unwrap(), new, "{text}");
        text
    }

    #[test]
    fn every_kind_of_change_keeps_comments() {
        let kept = |text: &str| text.matches('#').count();
        let set = after(|new| new["cameras"][1]["name"] = json!("The door: left"));
        assert_eq!(kept(&set), 4, "{set}");
        let added = after(|new| {
            let camera = json!({"id": "c", "stream": "rtsp://u:p#1@h/x", "roi": [0.1, 0, 1, 1]});
            new["cameras"].as_array_mut().unwrap().push(camera);
        });
        assert_eq!(kept(&added), 5, "{added}");
        assert!(added.contains("- id: c\n  stream:"), "{added}");
        let removed = after(|new| drop(new["cameras"].as_array_mut().unwrap().remove(1)));
        assert_eq!(kept(&removed), 4, "{removed}");
        let section = after(|new| new["slots"] = json!({"smoothing": 0.3}));
        assert_eq!(kept(&section), 4, "{section}");
        let list = after(|new| new["tracking"]["classes"] = json!(["person"]));
        assert_eq!(kept(&list), 4, "{list}");
    }

    #[test]
    fn change_that_the_editor_cannot_make_rewrites_the_text() {
        let text = after(|new| *new = json!({"cameras": [{"id": "x", "stream": "*a: #b"}]}));
        assert!(text.contains("x"));
        let from_nothing = rewritten("", &Value::Null, &json!({"osc": null}));
        assert_eq!(
            config::parse(&from_nothing.text).unwrap(),
            json!({"osc": null})
        );
        assert!(!from_nothing.comments_lost, "there were none");
    }

    /// An alias reads the value that is changed: the editor would change both.
    #[test]
    fn lost_comments_are_reported() {
        let text = "# ours\ncameras:\n- {id: a, name: &n Hall, stream: 'synth:'}\n- {id: b, name: *n, stream: 'synth:seed=2'}\n";
        let old = config::parse(text).unwrap();
        let mut new = old.clone();
        new["cameras"][0]["name"] = json!("Foyer");
        let made = rewritten(text, &old, &new);
        assert_eq!(config::parse(&made.text).unwrap(), new);
        assert_eq!(made.comments_lost, !made.text.contains("# ours"));
        assert!(made.comments_lost, "{}", made.text);
    }
}
