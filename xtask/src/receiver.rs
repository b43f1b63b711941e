//! The demo's OSC receiver: prints what arrives on a loopback port.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::command::Result;
use crate::osc::{self, Argument, Message};

/// Bundles that are printed message by message.
const FIRST_BUNDLES: u64 = 3;
/// Messages of a bundle that fit a terminal's line.
const MESSAGES_SHOWN: usize = 6;
/// How long the receiver blocks before it looks whether it should end.
const PATIENCE: Duration = Duration::from_millis(100);

/// A thread `osc-receiver` that owns a UDP socket on a free loopback port.
pub struct Receiver {
    /// The port it listens on.
    pub port: u16,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Received>,
}

/// What arrived, all in all.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Received {
    /// Datagrams that were OSC bundles.
    pub bundles: u64,
    /// OSC messages in them.
    pub messages: u64,
    /// Datagrams that were not OSC.
    pub foreign: u64,
    /// Newest value by slot number and axis.
    slots: BTreeMap<u32, BTreeMap<String, f64>>,
}

impl Receiver {
    /// Opens a port and prints what arrives until `finish`.
    pub fn start() -> Result<Receiver> {
        let refused = |error| {
            format!(
                "demo: no UDP port on 127.0.0.1 to receive OSC ({error})\n  remedy: allow local \
                 sockets for this program"
            )
        };
        let socket = UdpSocket::bind(("127.0.0.1", 0)).map_err(refused)?;
        socket.set_read_timeout(Some(PATIENCE)).map_err(refused)?;
        let port = socket.local_addr().map_err(refused)?.port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("osc-receiver".into())
            .spawn(move || listen(&socket, &stopped))
            .map_err(refused)?;
        Ok(Receiver { port, stop, thread })
    }

    /// Ends the thread once nothing more is waiting in the socket.
    pub fn finish(self) -> Received {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn listen(socket: &UdpSocket, stop: &AtomicBool) -> Received {
    let mut received = Received::default();
    let mut datagram = [0; 65_536];
    let mut printed = Instant::now();
    loop {
        // Read before the wait: what was sent before `finish` is still taken.
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
        let Some(packet) = osc::read(datagram) else {
            self.foreign += 1;
            return;
        };
        self.bundles += u64::from(packet.bundle);
        self.messages += packet.messages.len() as u64;
        if self.bundles <= FIRST_BUNDLES {
            let shown: Vec<String> = packet
                .messages
                .iter()
                .take(MESSAGES_SHOWN)
                .map(Message::to_string)
                .collect();
            let more = packet.messages.len().saturating_sub(MESSAGES_SHOWN);
            let more = if more > 0 {
                format!("  and {more} more")
            } else {
                String::new()
            };
            println!("osc: bundle {}: {}{more}", self.bundles, shown.join("  "));
        }
        for message in &packet.messages {
            if let (Some((slot, axis)), [Argument::Number(value)]) =
                (channel(&message.address), message.arguments.as_slice())
            {
                self.slots
                    .entry(slot)
                    .or_default()
                    .insert(axis.to_owned(), *value);
            }
        }
    }

    /// The taken slots' positions: `p1 (0.42, 0.61) p2 ...`.
    fn line(&self) -> String {
        let taken = self.slots.iter().filter_map(|(slot, axes)| {
            let (x, y) = (axes.get("x")?, axes.get("y")?);
            // A released slot goes to zero, where no box's centre ever is.
            ((*x, *y) != (0.0, 0.0)).then(|| format!("p{slot} ({x:.2}, {y:.2})"))
        });
        let taken: Vec<String> = taken.collect();
        if taken.is_empty() {
            "nobody in view".into()
        } else {
            taken.join(" ")
        }
    }
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

    fn channel_message(address: &str, value: f32) -> Vec<u8> {
        let mut bytes = address.as_bytes().to_vec();
        bytes.resize((address.len() / 4 + 1) * 4, 0);
        bytes.extend(b",f\0\0");
        bytes.extend(value.to_be_bytes());
        bytes
    }

    #[test]
    fn a_line_shows_the_taken_slots() {
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
        assert_eq!(received.foreign, 1);
    }

    #[test]
    fn what_was_sent_before_the_end_is_counted() {
        let receiver = Receiver::start().unwrap();
        let sender = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        for _ in 0..50 {
            let datagram = channel_message("/p1_x", 0.5);
            sender
                .send_to(&datagram, ("127.0.0.1", receiver.port))
                .unwrap();
        }
        assert_eq!(receiver.finish().messages, 50);
    }
}
