//! The pattern of an OSC address and the values of its placeholders.

use std::fmt::Write as _;

use super::error::{OscAddressError, OscFault};

/// The pattern of a channel's address, as parsed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AddressPattern {
    parts: Vec<Part>,
    /// Whether the address contains the owner's track id.
    pub uses_id: bool,
    /// Whether the address contains the owner's class.
    pub uses_class: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Index,
    Axis,
    Id,
    Class,
}

/// The values of a pattern's placeholders.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddressFields<'a> {
    /// From 0.
    pub index: usize,
    /// The axis's name.
    pub axis: &'a str,
    pub id: u64,
    /// Already made safe by [`safe`].
    pub class: &'a str,
}

impl AddressPattern {
    /// Parses prefix and format, and replaces `{camera}`.
    pub fn parse(prefix: &str, format: &str, camera_id: &str) -> Result<Self, OscAddressError> {
        // Parsed separately first, so that an error names the right key.
        parts(prefix).map_err(at("address_prefix"))?;
        if let Some(name) = placeholders(prefix).find(|name| *name != "camera") {
            let fault = unknown(name, "{camera}");
            return Err(at("address_prefix")(fault));
        }
        parts(format).map_err(at("channel_format"))?;
        let parts = parts(&join(prefix, format, camera_id)).map_err(at("channel_format"))?;
        let (uses_id, uses_class) = (parts.contains(&Part::Id), parts.contains(&Part::Class));
        Ok(Self {
            parts,
            uses_id,
            uses_class,
        })
    }

    /// The address of one channel.
    pub fn render(&self, fields: AddressFields<'_>) -> String {
        let mut address = String::new();
        for part in &self.parts {
            // Writing to a String cannot fail.
            let _ = match part {
                Part::Text(text) => address.write_str(text),
                Part::Index => write!(address, "{}", fields.index + 1),
                Part::Axis => address.write_str(fields.axis),
                Part::Id => write!(address, "{}", fields.id),
                Part::Class => address.write_str(fields.class),
            };
        }
        address
    }
}

/// The address of the array message: prefix and `slots`.
pub(super) fn array_address(prefix: &str, camera_id: &str) -> Result<String, OscAddressError> {
    let address = join(prefix, "slots", camera_id);
    check(&address).map_err(at("address_prefix"))?;
    Ok(address)
}

/// Parses text with placeholders.
fn parts(text: &str) -> Result<Vec<Part>, OscFault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_placeholder(rest) {
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(match name {
            "index" => Part::Index,
            "axis" => Part::Axis,
            "id" => Part::Id,
            "class" => Part::Class,
            // Replaced before or after this call.
            "camera" => Part::Text(String::new()),
            other => {
                return Err(unknown(
                    other,
                    "{index}, {axis}, {camera}, {id} and {class}",
                ));
            }
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    for part in &parts {
        if let Part::Text(text) = part {
            check(text)?;
        }
    }
    Ok(parts)
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, name, after) = next_placeholder(rest)?;
        rest = after;
        Some(name)
    })
}

/// The text before, in and after the next `{...}`.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn unknown(name: &str, known: &'static str) -> OscFault {
    OscFault::Placeholder {
        name: name.to_owned(),
        known,
    }
}

fn at(key: &'static str) -> impl Fn(OscFault) -> OscAddressError {
    move |fault| OscAddressError { key, fault }
}

/// Joins prefix and format to one path with a leading `/` and without empty parts.
fn join(prefix: &str, format: &str, camera_id: &str) -> String {
    let mut text = format!("/{prefix}{format}").replace("{camera}", &safe(camera_id));
    while text.contains("//") {
        text = text.replace("//", "/");
    }
    text
}

/// A name as one part of an address. Characters that OSC reserves become `_`.
pub(super) fn safe(name: &str) -> String {
    if name.is_empty() {
        return "_".into();
    }
    name.chars()
        .map(|c| if c == '/' || is_reserved(c) { '_' } else { c })
        .collect()
}

fn check(text: &str) -> Result<(), OscFault> {
    match text.chars().find(|c| is_reserved(*c)) {
        Some(found) => Err(OscFault::Character {
            found,
            text: text.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Whether OSC 1.0 does not allow the character in a name: anything but printable ASCII, and
/// the characters of patterns.
fn is_reserved(c: char) -> bool {
    !c.is_ascii_graphic() || "#*,?[]{}".contains(c)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(prefix: &str, format: &str) -> String {
        let fields = AddressFields {
            index: 0,
            axis: "vx",
            id: 12,
            class: &safe("traffic light"),
        };
        AddressPattern::parse(prefix, format, "cam 1/a")
            .unwrap()
            .render(fields)
    }

    #[test]
    fn default_gives_p1_x() {
        assert_eq!(address("/", "p{index}_{axis}"), "/p1_vx");
    }

    #[test]
    fn placeholders_are_replaced_by_safe_text() {
        assert_eq!(
            address("/{camera}/", "{class}/{id}/{index}/{axis}"),
            "/cam_1_a/traffic_light/12/1/vx"
        );
        assert_eq!(address("", "{camera}:{axis}"), "/cam_1_a:vx");
    }

    #[test]
    fn address_has_one_slash_between_parts() {
        for prefix in ["", "/", "//"] {
            assert_eq!(address(prefix, "/p{index}"), "/p1");
        }
        assert_eq!(address("stage/", "/p{index}"), "/stage/p1");
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let error = |format| {
            AddressPattern::parse("/", format, "c")
                .unwrap_err()
                .to_string()
        };
        assert!(error("p{idx}").contains("{idx}"), "{}", error("p{idx}"));
        assert!(error("p{index").contains("'{'"), "{}", error("p{index"));
        assert!(error("p {index}").contains("' '"), "{}", error("p {index}"));
    }
}
