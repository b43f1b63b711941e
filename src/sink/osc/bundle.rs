//! Packs messages into datagrams, and never splits the messages of a slot.

use crate::address::osc::{BUNDLE_HEADER, DATAGRAM_MAX, element_size};
use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

/// The time tag "immediately" of OSC 1.0.
const IMMEDIATE: OscTime = OscTime {
    seconds: 0,
    fractional: 1,
};

/// One unfinished datagram: a bundle, and the updates to apply once it is sent.
#[derive(Debug)]
pub(super) struct Datagram<E> {
    messages: Vec<OscPacket>,
    size: usize,
    /// Updates to apply once this datagram is sent.
    pub on_sent: Vec<E>,
}

impl<E> Datagram<E> {
    fn new() -> Self {
        Self {
            messages: Vec::new(),
            size: BUNDLE_HEADER,
            on_sent: Vec::new(),
        }
    }

    /// The bytes to send.
    pub fn encode(self) -> Result<Vec<u8>, rosc::OscError> {
        let bundle = OscBundle {
            timetag: IMMEDIATE,
            content: self.messages,
        };
        rosc::encoder::encode(&OscPacket::Bundle(bundle))
    }
}

/// Packs groups of messages into as few datagrams as possible without splitting a group.
#[derive(Debug)]
pub(super) struct BundleBuilder<E> {
    full: Vec<Datagram<E>>,
    open: Datagram<E>,
}

impl<E> BundleBuilder<E> {
    pub fn new() -> Self {
        Self {
            full: Vec::new(),
            open: Datagram::new(),
        }
    }

    /// Adds messages that must stay in one datagram.
    pub fn push(&mut self, group: Vec<OscMessage>, on_sent: impl IntoIterator<Item = E>) {
        let size: usize = group
            .iter()
            .map(|m| element_size(m.addr.len(), m.args.len()))
            .sum();
        if self.open.size + size > DATAGRAM_MAX && !self.open.messages.is_empty() {
            self.full
                .push(std::mem::replace(&mut self.open, Datagram::new()));
        }
        self.open.size += size;
        self.open
            .messages
            .extend(group.into_iter().map(OscPacket::Message));
        self.open.on_sent.extend(on_sent);
    }

    /// The datagrams in order. None if there are no messages.
    pub fn finish(mut self) -> Vec<Datagram<E>> {
        if !self.open.messages.is_empty() {
            self.full.push(self.open);
        }
        self.full
    }
}

/// A message with float arguments.
pub(super) fn floats(addr: String, values: impl IntoIterator<Item = f32>) -> OscMessage {
    OscMessage {
        addr,
        args: values.into_iter().map(OscType::Float).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::address::osc::datagram_size;

    #[test]
    fn computed_sizes_match_the_encoder() {
        for length in 1..9 {
            for count in 0..9 {
                let mut builder = BundleBuilder::new();
                let message = floats("/".repeat(length), (0..count).map(|i| i as f32));
                builder.push(vec![message.clone(), message], [()]);
                let datagram = builder.finish().pop().unwrap();
                let expected = datagram_size([(length, count), (length, count)]);
                assert_eq!(datagram.size, expected);
                assert_eq!(datagram.encode().unwrap().len(), expected);
            }
        }
    }
}
