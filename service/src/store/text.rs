//! The scalars and comments of a YAML text, each with its range of bytes.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::key_path;

/// Most comments in a row. The parser's own limit is too low for some files.
const COMMENTS_MAX: usize = 1 << 20;

/// The scalars and comments of a text.
#[derive(Debug, Default)]
pub struct Parts {
    /// All values. Keys are not included.
    pub scalars: Vec<Scalar>,
    /// In the order of the text.
    pub comments: Vec<Comment>,
}

/// One value of the text.
#[derive(Debug)]
pub struct Scalar {
    /// Its key, empty in a list.
    pub key: String,
    /// Its place, as [`key_path`] gives it.
    pub place: String,
    /// Its value, escapes resolved.
    pub value: String,
    /// Its bytes, quotes included.
    pub range: Range<usize>,
    /// Its style: plain, quoted or a block.
    pub style: ScalarStyle,
}

/// One comment, without its `#`.
#[derive(Debug)]
pub struct Comment {
    /// Its bytes.
    pub range: Range<usize>,
    /// Its line, from 1.
    pub line: usize,
}

enum Node {
    Scalar(Scalar),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Alias,
}

struct Reader<'a> {
    text: &'a str,
    events: Parser<'a, granit_parser::StrInput<'a>>,
    comments: Vec<Comment>,
}

/// Splits a text into its parts; none if it is not valid YAML.
pub fn parts(text: &str) -> Option<Parts> {
    // Notepad of Windows begins UTF-8 with this mark.
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let mut parts = parts(rest)?;
        let mark = text.len() - rest.len();
        let scalars = parts.scalars.iter_mut().map(|s| &mut s.range);
        for range in scalars.chain(parts.comments.iter_mut().map(|c| &mut c.range)) {
            *range = range.start + mark..range.end + mark;
        }
        return Some(parts);
    }
    let options = granit_parser::options! { max_buffered_comment_events: COMMENTS_MAX };
    let mut reader = Reader {
        text,
        events: Parser::new_from_str_with_options(text, options),
        comments: Vec::new(),
    };
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            other if root.is_none() => root = Some(reader.node(other, span)?),
            _ => return None,
        }
    }
    let mut parts = Parts {
        comments: reader.comments,
        ..Parts::default()
    };
    parts.comments.sort_by_key(|comment| comment.range.start);
    if let Some(root) = root {
        collect(root, "", "", &mut parts.scalars);
    }
    Some(parts)
}

impl<'a> Reader<'a> {
    /// The next event that is not a comment.
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        loop {
            let (event, span) = self.events.next()?.ok()?;
            let Event::Comment(..) = event else {
                return Some((event, span));
            };
            let range = span.byte_range()?;
            self.comments.push(Comment {
                range: range.start + 1..range.end,
                line: span.start.line(),
            });
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Option<Node> {
        match event {
            Event::Alias(_) => Some(Node::Alias),
            Event::Scalar(value, style, ..) => {
                let range = span.byte_range()?;
                let start = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        block_start(self.text, range.start)?
                    }
                    _ => range.start,
                };
                // A block ends with the line breaks behind it.
                let written = self.text.get(start..range.end)?.trim_end();
                Some(Node::Scalar(Scalar {
                    key: String::new(),
                    place: String::new(),
                    value: value.into_owned(),
                    range: start..start + written.len(),
                    style,
                }))
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => return Some(Node::List(items)),
                        (event, span) => items.push(self.node(event, span)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries = Vec::new();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => return Some(Node::Map(entries)),
                        (event, span) => match self.node(event, span)? {
                            Node::Scalar(key) => key.value,
                            _ => return None,
                        },
                    };
                    let (event, span) = self.next()?;
                    entries.push((key, self.node(event, span)?));
                }
            }
            _ => None,
        }
    }
}

/// Where a block scalar begins whose content begins at `content`: at its `|` or `>`. The
/// parser does not give that place. None if a comment follows that sign.
fn block_start(text: &str, content: usize) -> Option<usize> {
    let header = text.get(..content)?.trim_end();
    let sign = header.trim_end_matches(|c: char| matches!(c, '+' | '-') || c.is_ascii_digit());
    sign.ends_with(['|', '>']).then(|| sign.len() - 1)
}

/// Collects all scalars with their places.
fn collect(node: Node, key: &str, at: &str, scalars: &mut Vec<Scalar>) {
    match node {
        Node::Alias => {}
        Node::Scalar(scalar) => scalars.push(Scalar {
            key: key.to_owned(),
            place: at.to_owned(),
            ..scalar
        }),
        Node::Map(entries) => {
            for (key, value) in entries {
                let at = key_path::key(at, &key);
                collect(value, &key, &at, scalars);
            }
        }
        Node::List(items) => {
            for (index, item) in items.into_iter().enumerate() {
                let id = match &item {
                    Node::Map(entries) => entries.iter().find_map(|(key, value)| match value {
                        Node::Scalar(scalar) if key == "id" => Some(scalar.value.clone()),
                        _ => None,
                    }),
                    _ => None,
                };
                let at = key_path::entry(at, index, id.as_deref());
                collect(item, "", &at, scalars);
            }
        }
    }
}
