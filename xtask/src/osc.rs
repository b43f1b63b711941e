//! Reading OSC 1.0 packets, for the demo's receiver. It shares no code with
//! the sender, so that what it prints is what any other receiver would see.

/// One OSC message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The address, such as `/p1_x`.
    pub address: String,
    /// The arguments.
    pub arguments: Vec<Argument>,
}

/// An argument of the types that receivers of tracking data meet.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// `f` and `d`.
    Number(f64),
    /// `i` and `h`.
    Integer(i64),
    /// `s`.
    Text(String),
    /// `T` and `F`.
    Truth(bool),
}

/// One datagram's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// Whether the messages came as a bundle.
    pub bundle: bool,
    /// The messages in order, those of nested bundles included.
    pub messages: Vec<Message>,
}

/// Bundles within bundles are legal; a packet that nests deeper than anyone
/// would is an attack on the stack.
const DEEPEST: usize = 8;

/// Reads a datagram. `None` when it is not OSC.
pub fn read(datagram: &[u8]) -> Option<Packet> {
    let mut messages = Vec::new();
    element(datagram, &mut messages, 0)?;
    Some(Packet {
        bundle: datagram.starts_with(b"#bundle\0"),
        messages,
    })
}

fn element(bytes: &[u8], messages: &mut Vec<Message>, depth: usize) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    let Some(after) = bytes.strip_prefix(b"#bundle\0") else {
        messages.push(message(bytes)?);
        return Some(());
    };
    let mut rest = Reader(after);
    rest.take(8)?; // the time tag
    while !rest.0.is_empty() {
        let length = usize::try_from(i32::from_be_bytes(rest.array()?)).ok()?;
        element(rest.take(length)?, messages, depth + 1)?;
    }
    Some(())
}

fn message(bytes: &[u8]) -> Option<Message> {
    let mut rest = Reader(bytes);
    let address = rest.text()?;
    let types = rest.text()?;
    if !address.starts_with('/') {
        return None;
    }
    let arguments = types
        .strip_prefix(',')?
        .chars()
        .map(|kind| {
            Some(match kind {
                'f' => Argument::Number(f32::from_be_bytes(rest.array()?).into()),
                'd' => Argument::Number(f64::from_be_bytes(rest.array()?)),
                'i' => Argument::Integer(i32::from_be_bytes(rest.array()?).into()),
                'h' => Argument::Integer(i64::from_be_bytes(rest.array()?)),
                's' => Argument::Text(rest.text()?),
                'T' => Argument::Truth(true),
                'F' => Argument::Truth(false),
                _ => return None,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Message { address, arguments })
}

/// What is left of a packet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A string: ended by a zero, padded with zeros to a multiple of four.
    fn text(&mut self) -> Option<String> {
        let length = self.0.iter().position(|byte| *byte == 0)?;
        let padded = (length / 4 + 1) * 4;
        let text = self.take(padded)?.get(..length)?;
        String::from_utf8(text.to_vec()).ok()
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.address)?;
        for argument in &self.arguments {
            match argument {
                Argument::Number(value) => write!(f, " {value:.3}")?,
                Argument::Integer(value) => write!(f, " {value}")?,
                Argument::Text(value) => write!(f, " {value}")?,
                Argument::Truth(value) => write!(f, " {value}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// `/p1_x 0.5` as the OSC 1.0 specification lays it out.
    const P1_X: &[u8] = b"/p1_x\0\0\0,f\0\0\x3f\0\0\0";

    fn bundle(elements: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
        for element in elements {
            bytes.extend((element.len() as u32).to_be_bytes());
            bytes.extend(*element);
        }
        bytes
    }

    #[test]
    fn a_lone_message() {
        let packet = read(P1_X).unwrap();
        assert!(!packet.bundle);
        assert_eq!(packet.messages.len(), 1);
        assert_eq!(packet.messages[0].to_string(), "/p1_x 0.500");
    }

    #[test]
    fn bundles_keep_their_order_and_may_nest() {
        let y = b"/p1_y\0\0\0,isT\0\0\0\0\0\0\0\x07abc\0";
        let packet = read(&bundle(&[P1_X, &bundle(&[y])])).unwrap();
        assert!(packet.bundle);
        let shown: Vec<String> = packet.messages.iter().map(Message::to_string).collect();
        assert_eq!(shown, ["/p1_x 0.500", "/p1_y 7 abc true"]);
    }

    #[test]
    fn what_is_not_osc_is_refused_at_any_length() {
        let whole = bundle(&[P1_X, P1_X]);
        for length in (1..whole.len()).filter(|length| ![16, 36].contains(length)) {
            assert_eq!(read(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(read(b""), None);
        assert_eq!(read(b"p1_x\0\0\0\0,f\0\0\x3f\0\0\0"), None);
        let deep = (0..40).fold(P1_X.to_vec(), |inner, _| bundle(&[&inner]));
        assert_eq!(read(&deep), None);
    }
}
