//! `cargo xtask receive`: prints the OSC messages that arrive on a port of this machine.
//! The demo runs it, too. It reads with the crate `rosc` alone, so it prints the messages
//! as any other receiver would.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rosc::{OscMessage, OscPacket, OscType};
use xtask::command::Result;

/// Bundles that are printed message by message.
const FIRST_BUNDLES: u64 = 3;
/// Messages of a bundle that fit a terminal's line.
const MESSAGES_SHOWN: usize = 6;
/// Bundles within one datagram. `rosc` reads a bundle within a bundle by recursion, so
/// that a datagram full of them would end us with a stack overflow.
const BUNDLES_MAX: usize = 64;
/// The port that rextrack sends to by default.
const DEFAULT_PORT: u16 = 5005;
/// How long the receiver blocks before it checks whether it should stop.
const TIMEOUT: Duration = Duration::from_millis(100);

/// Totals of everything that arrived.
#[derive(Debug, Default, Clone, PartialEq)]
struct Received {
    /// Datagrams that were OSC bundles.
    bundles: u64,
    /// OSC messages in them.
    messages: u64,
    /// Datagrams that were not OSC.
    not_osc: u64,
    /// Newest value by slot number and axis.
    slots: BTreeMap<u32, BTreeMap<String, f64>>,
}

/// `cargo xtask receive [PORT]`: prints messages from this machine and others until Ctrl-C.
///
/// The demo runs it with `--child`: on a free port of this machine alone, until its input
/// ends. The first line has the port and the last one the totals; the demo reads both.
pub fn run(arguments: &[String]) -> Result<()> {
    let usage = "usage: cargo xtask receive [PORT]";
    let (host, port) = match arguments {
        [flag] if flag == "--child" => ("127.0.0.1", 0),
        [] => ("0.0.0.0", DEFAULT_PORT),
        [port] => ("0.0.0.0", port.parse::<u16>().map_err(|_| usage)?),
        _ => return Err(usage.into()),
    };
    let is_child = host == "127.0.0.1";
    let refused = |error| {
        format!(
            "receive: cannot listen on UDP port {port} ({error})\n  remedy: close the program \
             that uses the port, or name another: `cargo xtask receive PORT`"
        )
    };
    let socket = UdpSocket::bind((host, port)).map_err(refused)?;
    socket.set_read_timeout(Some(TIMEOUT)).map_err(refused)?;
    println!("receiver: {}", socket.local_addr().map_err(refused)?);
    let stop = Arc::new(AtomicBool::new(false));
    if is_child {
        let stopped = stop.clone();
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || {
                std::io::stdin().read_to_end(&mut Vec::new()).ok();
                stopped.store(true, Ordering::Relaxed);
            })
            .map_err(refused)?;
    } else {
        println!("receive: listening on UDP port {port}; Ctrl-C ends");
    }
    let Received {
        bundles,
        messages,
        not_osc,
        ..
    } = listen(&socket, &stop);
    println!("received: {bundles} bundles, {messages} messages, {not_osc} not_osc");
    Ok(())
}

/// Receives until `stop` is set and the socket is empty.
fn listen(socket: &UdpSocket, stop: &AtomicBool) -> Received {
    let mut received = Received::default();
    let mut datagram = [0; 65_536];
    let mut printed = Instant::now();
    loop {
        // Read before the wait, so that datagrams sent before the stop are still received.
        let last = stop.load(Ordering::Relaxed);
        match socket.recv(&mut datagram) {
            Ok(length) => received.take(&datagram[..length]),
            Err(_) if last => return received,
            // The time-out; or Windows reporting an earlier sender's fault.
            Err(_) => {}
        }
        if printed.elapsed() >= Duration::from_secs(1) && received.bundles > FIRST_BUNDLES {
            printed = Instant::now();
            println!("osc: {}", received.line());
        }
    }
}

impl Received {
    /// Counts a datagram and keeps its values.
    fn take(&mut self, datagram: &[u8]) {
        let Some(packet) = read(datagram) else {
            self.not_osc += 1;
            return;
        };
        self.bundles += u64::from(matches!(packet, OscPacket::Bundle(_)));
        let mut messages = Vec::new();
        flatten(packet, &mut messages);
        self.messages += messages.len() as u64;
        if self.bundles <= FIRST_BUNDLES {
            let shown: Vec<String> = messages
                .iter()
                .take(MESSAGES_SHOWN)
                .map(format_message)
                .collect();
            let more = messages.len().saturating_sub(MESSAGES_SHOWN);
            let more = if more > 0 {
                format!("  and {more} more")
            } else {
                String::new()
            };
            println!("osc: bundle {}: {}{more}", self.bundles, shown.join("  "));
        }
        for message in &messages {
            let value = match message.args.as_slice() {
                [OscType::Float(value)] => f64::from(*value),
                [OscType::Double(value)] => *value,
                _ => continue,
            };
            if let Some((slot, axis)) = channel(&message.addr) {
                let axes = self.slots.entry(slot).or_default();
                axes.insert(axis.to_owned(), value);
            }
        }
    }

    /// The positions of the occupied slots: `p1 (0.42, 0.61) p2 ...`.
    fn line(&self) -> String {
        let taken = self.slots.iter().filter_map(|(slot, axes)| {
            let (x, y) = (axes.get("x")?, axes.get("y")?);
            // A released slot goes to zero, where no box's centre ever is.
            ((*x, *y) != (0.0, 0.0)).then(|| format!("p{slot} ({x:.2}, {y:.2})"))
        });
        let taken: Vec<String> = taken.collect();
        if taken.is_empty() {
            "no occupied slots".into()
        } else {
            taken.join(" ")
        }
    }
}

/// Reads a datagram. `None` when it is not OSC.
fn read(datagram: &[u8]) -> Option<OscPacket> {
    let mark = b"#bundle\0";
    let bundles = datagram.windows(mark.len()).filter(|bytes| bytes == mark);
    if bundles.count() > BUNDLES_MAX {
        return None;
    }
    let (rest, packet) = rosc::decoder::decode_udp(datagram).ok()?;
    rest.is_empty().then_some(packet)
}

/// The messages in order, those of nested bundles included.
fn flatten(packet: OscPacket, messages: &mut Vec<OscMessage>) {
    match packet {
        OscPacket::Message(message) => messages.push(message),
        OscPacket::Bundle(bundle) => {
            for packet in bundle.content {
                flatten(packet, messages);
            }
        }
    }
}

/// `/p1_x 0.500`
fn format_message(message: &OscMessage) -> String {
    let arguments = message.args.iter().map(|argument| match argument {
        OscType::Float(value) => format!(" {value:.3}"),
        OscType::Double(value) => format!(" {value:.3}"),
        OscType::Int(value) => format!(" {value}"),
        OscType::Long(value) => format!(" {value}"),
        OscType::String(value) => format!(" {}", value.escape_debug()),
        OscType::Bool(value) => format!(" {value}"),
        other => format!(" {other:?}"),
    });
    let address = message.addr.escape_debug().to_string();
    std::iter::once(address).chain(arguments).collect()
}

/// Slot and axis of the default channel format, `/p1_x`.
fn channel(address: &str) -> Option<(u32, &str)> {
    let (slot, axis) = address.strip_prefix("/p")?.split_once('_')?;
    Some((slot.parse().ok()?, axis))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// `/p1_x 0.5` as the OSC 1.0 specification lays it out.
    const P1_X: &[u8] = b"/p1_x\0\0\0,f\0\0\x3f\0\0\0";

    fn channel_message(address: &str, value: f32) -> Vec<u8> {
        let mut bytes = address.as_bytes().to_vec();
        bytes.resize((address.len() / 4 + 1) * 4, 0);
        bytes.extend(b",f\0\0");
        bytes.extend(value.to_be_bytes());
        bytes
    }

    fn bundle(elements: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
        for element in elements {
            bytes.extend((element.len() as u32).to_be_bytes());
            bytes.extend(*element);
        }
        bytes
    }

    #[test]
    fn line_shows_the_occupied_slots() {
        let mut received = Received::default();
        for (address, value) in [
            ("/p1_x", 0.42),
            ("/p1_y", 0.61),
            ("/p2_x", 0.0),
            ("/p2_y", 0.0),
            ("/p10_x", 0.5),
        ] {
            received.take(&channel_message(address, value));
        }
        assert_eq!(received.line(), "p1 (0.42, 0.61)");
        assert_eq!((received.bundles, received.messages), (0, 5));
        received.take(b"hello");
        assert_eq!(received.not_osc, 1);
    }

    #[test]
    fn nested_bundles_keep_their_order() {
        let y = b"/p1_y\0\0\0,isT\0\0\0\0\0\0\0\x07abc\0";
        let bytes = bundle(&[P1_X, &bundle(&[y])]);
        let mut messages = Vec::new();
        flatten(read(&bytes).unwrap(), &mut messages);
        let said: Vec<String> = messages.iter().map(format_message).collect();
        assert_eq!(said, ["/p1_x 0.500", "/p1_y 7 abc true"]);
        let mut received = Received::default();
        received.take(&bytes);
        assert_eq!((received.bundles, received.messages), (1, 2));
    }

    #[test]
    fn truncated_and_deeply_nested_datagrams_are_not_osc() {
        let whole = bundle(&[P1_X, P1_X]);
        for length in (0..whole.len()).filter(|length| ![16, 36].contains(length)) {
            assert_eq!(read(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(read(b"p1_x\0\0\0\0,f\0\0\x3f\0\0\0"), None);
        let nested = |depth| (0..depth).fold(P1_X.to_vec(), |inner, _| bundle(&[&inner]));
        assert!(read(&nested(BUNDLES_MAX)).is_some());
        // As deep as a datagram can be.
        assert!(nested(3200).len() < 65_536);
        assert_eq!(read(&nested(3200)), None);
    }

    #[test]
    fn datagrams_sent_before_the_stop_are_counted() {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        let sender = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        for _ in 0..50 {
            let datagram = channel_message("/p1_x", 0.5);
            sender
                .send_to(&datagram, socket.local_addr().unwrap())
                .unwrap();
        }
        assert_eq!(listen(&socket, &AtomicBool::new(true)).messages, 50);
    }
}
