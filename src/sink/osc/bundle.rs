//! Bundles: messages packed into datagrams, never cut within a slot.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

/// The most bytes of one datagram: what fits an Ethernet frame of 1500 with
/// IPv6 and UDP headers and some room for tunnels, so that nothing is
/// fragmented.
pub(super) const DATAGRAM_MAX: usize = 1432;

/// "#bundle", its terminator and the time tag.
const HEADER: usize = 16;

/// OSC 1.0: the time tag that means "at once".
const IMMEDIATE: OscTime = OscTime {
    seconds: 0,
    fractional: 1,
};

/// One datagram in the making: a bundle, and what is true once it is sent.
#[derive(Debug)]
pub(super) struct Datagram<E> {
    messages: Vec<OscPacket>,
    size: usize,
    /// What the sender remembers once this datagram is out.
    pub effects: Vec<E>,
}

impl<E> Datagram<E> {
    fn new() -> Self {
        Self {
            messages: Vec::new(),
            size: HEADER,
            effects: Vec::new(),
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

/// Packs groups of messages into as few datagrams as keep every group whole.
#[derive(Debug)]
pub(super) struct Packer<E> {
    full: Vec<Datagram<E>>,
    open: Datagram<E>,
}

impl<E> Packer<E> {
    pub fn new() -> Self {
        Self {
            full: Vec::new(),
            open: Datagram::new(),
        }
    }

    /// Adds messages that belong together.
    pub fn push(&mut self, group: Vec<OscMessage>, effects: impl IntoIterator<Item = E>) {
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
        self.open.effects.extend(effects);
    }

    /// The datagrams, in order; none when nothing was pushed.
    pub fn finish(mut self) -> Vec<Datagram<E>> {
        if !self.open.messages.is_empty() {
            self.full.push(self.open);
        }
        self.full
    }
}

/// Bytes of a datagram that carries only these messages of floats, each given
/// by the length of its address and its number of arguments.
pub(super) fn datagram_size(messages: impl IntoIterator<Item = (usize, usize)>) -> usize {
    HEADER
        + messages
            .into_iter()
            .map(|(address, floats)| element_size(address, floats))
            .sum::<usize>()
}

/// Bytes of one message of floats within a bundle: its size, its address, its
/// type tags with the comma, and the values, each padded to four.
fn element_size(address: usize, floats: usize) -> usize {
    let padded = |length: usize| (length / 4 + 1) * 4;
    4 + padded(address) + padded(1 + floats) + 4 * floats
}

/// A message of floats.
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

    #[test]
    fn sizes_are_those_of_the_encoder() {
        for length in 1..9 {
            for count in 0..9 {
                let mut packer = Packer::new();
                let message = floats("/".repeat(length), (0..count).map(|i| i as f32));
                packer.push(vec![message.clone(), message], [()]);
                let datagram = packer.finish().pop().unwrap();
                let expected = datagram_size([(length, count), (length, count)]);
                assert_eq!(datagram.size, expected);
                assert_eq!(datagram.encode().unwrap().len(), expected);
            }
        }
    }
}
