#![allow(clippy::unwrap_used)]
use super::*;
use serde_json::json as value;

const SECRET: &str = "hunter2-of-the-hall";
const TOKEN_TEXT: &str = "0123456789abcdef-token";

fn shown(text: &str) -> String {
    hide_in_text(text, &config::parse(text).unwrap())
}

/// Shown, sent back unchanged, and what then stands in the file.
fn back(text: &str) -> String {
    let known = config::parse(text).unwrap();
    restore_in_text(&hide_in_text(text, &known), text, &known)
}

/// Spellings of a text as a YAML scalar in a block mapping, at that indentation.
fn spellings(text: &str, indent: &str) -> Vec<String> {
    let each = |format: fn(u32) -> String| -> String {
        let inner: String = text.chars().map(|c| format(u32::from(c))).collect();
        format!("\"{inner}\"")
    };
    let middle = text.len() - 22;
    let (left, right) = text.split_at(middle);
    let deeper = format!("{indent}  ");
    vec![
        text.to_owned(),
        format!("'{text}'"),
        format!("\"{text}\""),
        format!("\"{}\"", text.replace('@', "\\x40").replace('-', "\\x2D")),
        format!("\"{}\"", text.replace('/', "\\/").replace(':', "\\u003A")),
        each(|c| format!("\\x{c:02x}")),
        each(|c| format!("\\u{c:04X}")),
        each(|c| format!("\\U{c:08x}")),
        format!("\"{left}\\\n{deeper}{right}\""),
        format!("\"{left}\\\n\n{deeper}\\{right}\"").replace("\\\n\n", "\\\n"),
        format!(">-\n{deeper}{text}"),
        format!("|-\n{deeper}{text}"),
        format!("|2-\n{deeper}{text}").replace("|2-", "|-"),
        format!("!!str {text}"),
        format!("!!str '{text}'"),
        format!("&anchor {text}"),
        format!("&anchor \"{}\"", text.replace('@', "\\x40")),
    ]
    .into_iter()
    .filter(|spelled| {
        let line = format!("{indent}k: {spelled}\n");
        // What an escape would change is no spelling of this text.
        config::parse(&line).is_ok_and(|v| v["k"] == text)
    })
    .collect()
}

#[test]
fn value_in_any_spelling_is_hidden_and_restored() {
    let stream = format!("rtsp://admin:{SECRET}@10.0.0.5:554/s1");
    let broker = format!("mqtt://node:{SECRET}@10.0.0.9");
    let mut tried = 0;
    for stream in spellings(&stream, "  ") {
        for broker in spellings(&broker, "  ") {
            for token in [
                TOKEN_TEXT.to_owned(),
                format!("\"{TOKEN_TEXT}\""),
                format!(">-\n    {TOKEN_TEXT}"),
            ] {
                let text = format!(
                    "service:\n  token: {token}\nmqtt:\n  broker: {}  \n# end\ncameras:\n- id: a\n  stream: {stream}\n  name: Hall\n",
                    broker.replace("&anchor", "&other")
                );
                let Ok(known) = config::parse(&text) else {
                    continue;
                };
                tried += 1;
                let shown = hide_in_text(&text, &known);
                assert!(
                    !shown.contains(SECRET) && !shown.contains(TOKEN_TEXT),
                    "{text}\n{shown}"
                );
                assert_eq!(
                    config::parse(&shown).unwrap(),
                    hide(&known),
                    "{text}\n{shown}"
                );
                assert!(shown.contains("# end"), "{text}\n{shown}");
                assert!(
                    !shown.contains("\\x68") && !shown.contains("\\u0068"),
                    "{shown}"
                );
                let back = restore_in_text(&shown, &text, &known);
                assert_eq!(config::parse(&back).unwrap(), known, "{text}\n{back}");
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn unchanged_text_is_restored_exactly() {
    for text in [
        "# The hall\ncameras:\n- id: a   # by the door\n  stream: rtsp://u:secret@h/a  # x\n",
        "cameras: [{id: a, stream: \"rtsp://u:p\\x40ss@h/a\"}, {stream: 'rtsp://u:it''s@h/b', id: b}]\n",
        "# old: rtsp://u:gone@h/a\n# password: gone\n# token: gone too\ncameras: []\n",
        "# - {id: b, stream: \"rtsp://u:p\\x40ss@h/a\"}\ncameras: []  # rtsp://u:gone@h\n",
        "\u{feff}service: {token: 0123456789abcdef}\r\n# pw: x1234\r\ncameras: []\r\n",
    ] {
        assert_eq!(back(text), text);
        assert!(shown(text).contains(HIDDEN), "{}", shown(text));
    }
}

#[test]
fn secrets_in_comments_are_hidden() {
    let text = "\
# hunter2 opens the hall
service:
  token: 0123456789abcdef
  # token: fedcba9876543210
cameras:
- id: a
  stream: rtsp://admin:hunter2@10.0.0.5/s1   # before: rtsp://admin:older1@10.0.0.5/s1
  # stream: \"rtsp://admin:hunter\\x32@10.0.0.6/s1\"
  # stream: >-
  #   rtsp://admin:hun
  #   ter3@10.0.0.7/s1
  name: 'Not # a comment'
# - {id: b, stream: rtsp://admin:older2@10.0.0.8/s1}
# 0123456789abcdef was the token
";
    let shown = shown(text);
    for secret in [
        "hunter",
        "hun\n",
        "ter3",
        "older1",
        "older2",
        "0123456789abcdef",
        "fedcba9876543210",
    ] {
        assert!(!shown.contains(secret), "{secret}\n{shown}");
    }
    assert!(shown.contains("name: 'Not # a comment'"), "{shown}");
    assert_eq!(shown.lines().count(), text.lines().count(), "{shown}");
    assert_eq!(back(text), text);
    // One comment edited, the others as they were shown.
    let known = config::parse(text).unwrap();
    let edited = shown.replace("name: 'Not # a comment'", "name: Foyer # new: ***");
    let saved = restore_in_text(&edited, text, &known);
    assert_eq!(
        saved,
        text.replace("name: 'Not # a comment'", "name: Foyer # new: ***")
    );
}

#[test]
fn text_with_an_alias_to_a_secret_is_shown_without_comments() {
    // An alias: the token is the value of another key.
    let text = "cameras:\n- {id: a, name: &t 0123456789abcdef, stream: 'synth:'}\nservice: {token: *t}\n# hidden?\n";
    let known = config::parse(text).unwrap();
    let shown = hide_in_text(text, &known);
    assert_eq!(config::parse(&shown).unwrap(), hide(&known));
    assert!(shown.starts_with("# Shown without"), "{shown}");
}

#[test]
fn block_scalar_with_a_comment_at_its_sign_is_hidden() {
    for sign in [">-", "|-", ">+", "|2-"] {
        for comment in ["", " # rtsp://u:gone@h", " # a>"] {
            let text = format!(
                "cameras:\n- id: a\n  name: x\n  stream: {sign}{comment}\n    rtsp://u:secret@h/a\n\n# end\n"
            );
            let Ok(known) = config::parse(&text) else {
                continue;
            };
            let shown = hide_in_text(&text, &known);
            assert!(
                !shown.contains("secret") && !shown.contains("gone"),
                "{shown}"
            );
            assert_eq!(config::parse(&shown).unwrap(), hide(&known), "{shown}");
            assert_eq!(shown.contains("# end"), comment.is_empty(), "{shown}");
            let back = restore_in_text(&shown, &text, &known);
            assert_eq!(config::parse(&back).unwrap(), known, "{back}");
        }
    }
}

#[test]
fn secret_is_never_restored_into_a_shown_key() {
    let known = value!({
        "service": {"token": TOKEN_TEXT},
        "cameras": [{"id": "a", "name": "x", "stream": "rtsp://u:secret@h/a"}],
    });
    let mut sent = value!({
        "service": {"token": "***", "node": "***"},
        "cameras": [
            {"id": "a", "name": "rtsp://u:***@h/a", "stream": "rtsp://u:***@h/a"},
            {"id": "renamed", "name": "***", "stream": "rtsp://u:***@h/a"},
            {"id": "other", "stream": "rtsp://u:***@elsewhere/a"},
        ],
    });
    restore(&mut sent, &known);
    assert_eq!(
        sent["service"],
        value!({"token": TOKEN_TEXT, "node": "***"})
    );
    assert_eq!(sent["cameras"][0]["name"], "rtsp://u:***@h/a");
    assert_eq!(sent["cameras"][0]["stream"], "rtsp://u:secret@h/a");
    assert_eq!(sent["cameras"][1]["stream"], "rtsp://u:secret@h/a");
    assert_eq!(sent["cameras"][2]["stream"], "rtsp://u:***@elsewhere/a");
}
