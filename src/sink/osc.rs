//! OSC over UDP: one bundle a snapshot.

use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType, encoder};

use super::{Sink, SinkError};
use crate::clock::{NS_PER_S, now_ns};
use crate::config::{Axis, OscConfig, OscFormat};
use crate::slots::{Slot, SlotState, Snapshot};

/// Largest datagram: an Ethernet frame less IPv6 and UDP headers and a little
/// for tunnels.
const DATAGRAM_MAX: usize = 1432;
/// "#bundle", its NUL and the time tag.
const BUNDLE_HEADER: usize = 16;
/// How long to wait before a failed name look-up is tried again.
const RESOLVE_EVERY_NS: i64 = 5 * NS_PER_S;
/// OSC's time tag for "immediately".
const IMMEDIATELY: OscTime = OscTime {
    seconds: 0,
    fractional: 1,
};

/// Sends snapshots to one OSC receiver. A slot is sent while it is taken, and
/// once more with state 0 after its release.
pub struct OscSink {
    name: String,
    config: OscConfig,
    camera: String,
    classes: Arc<[String]>,
    /// Socket and receiver, once the name was found.
    connection: Option<(UdpSocket, SocketAddr)>,
    resolved_ns: Option<i64>,
    /// What each slot was last sent as, while it was taken.
    sent: Vec<Option<Slot>>,
}

impl OscSink {
    /// A sink that looks its receiver up with the first snapshot.
    pub fn new(config: &OscConfig, camera: &str, classes: Arc<[String]>) -> Self {
        Self {
            name: format!("osc {}:{}", config.host, config.port),
            config: config.clone(),
            camera: camera.to_owned(),
            classes,
            connection: None,
            resolved_ns: None,
            sent: Vec::new(),
        }
    }

    /// Finds the receiver and opens a socket. Blocks for the name look-up, at
    /// most once in 5 s while it fails.
    fn connect(&mut self) -> Result<(), SinkError> {
        if self.connection.is_some() {
            return Ok(());
        }
        let fail = |e: &dyn std::fmt::Display| {
            SinkError::new(
                &self.name,
                format!("cannot reach the receiver ({e}); check osc.host"),
            )
        };
        let now = now_ns();
        if self.resolved_ns.is_some_and(|t| now - t < RESOLVE_EVERY_NS) {
            return Err(fail(&"its name is looked up again every 5 s"));
        }
        self.resolved_ns = Some(now);
        let receiver = (self.config.host.as_str(), self.config.port)
            .to_socket_addrs()
            .map_err(|e| fail(&e))?
            .next()
            .ok_or_else(|| fail(&"the name has no address"))?;
        let any = if receiver.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(any).map_err(|e| fail(&e))?;
        socket.set_nonblocking(true).map_err(|e| fail(&e))?;
        socket.set_broadcast(true).map_err(|e| fail(&e))?;
        self.connection = Some((socket, receiver));
        Ok(())
    }

    /// The messages of one slot.
    fn messages(&self, index: usize, slot: &Slot, address_of: &Slot) -> Vec<OscPacket> {
        let message = |axis: &Axis| {
            OscPacket::Message(OscMessage {
                addr: self.address(index, *axis, address_of),
                args: vec![OscType::Float(value(slot, *axis))],
            })
        };
        self.config.axes.iter().map(message).collect()
    }

    fn address(&self, index: usize, axis: Axis, slot: &Slot) -> String {
        let class = usize::try_from(slot.class_id)
            .ok()
            .and_then(|c| self.classes.get(c));
        let class: String = class.map_or("none", |c| c).chars().map(legal).collect();
        let text = format!(
            "{}/{}",
            self.config.address_prefix, self.config.channel_format
        )
        .replace("{index}", &(index + 1).to_string())
        .replace("{axis}", name(axis))
        .replace("{camera}", &self.camera)
        .replace("{id}", &slot.track_id.to_string())
        .replace("{class}", &class);
        collapse(&text)
    }

    /// All slots as one list of numbers, cut at whole slots where a datagram
    /// is too small: `/slots`, `/slots_2`, ...
    fn arrays(&self, slots: &[Slot]) -> Vec<Vec<OscPacket>> {
        let axes = self.config.axes.len();
        let prefix = self.config.address_prefix.replace("{camera}", &self.camera);
        let room = DATAGRAM_MAX - BUNDLE_HEADER - 96;
        let per_datagram = (room / (axes * 5)).max(1);
        let part = |(number, slots): (usize, &[Slot])| {
            let suffix = if number == 0 {
                String::new()
            } else {
                format!("_{}", number + 1)
            };
            let args = slots
                .iter()
                .flat_map(|s| {
                    self.config
                        .axes
                        .iter()
                        .map(|a| OscType::Float(value(s, *a)))
                })
                .collect();
            let addr = collapse(&format!("{prefix}/slots{suffix}"));
            vec![OscPacket::Message(OscMessage { addr, args })]
        };
        slots.chunks(per_datagram).enumerate().map(part).collect()
    }

    /// The messages of the slots that have something to say, cut into bundles
    /// at whole slots.
    fn bundles(&self, snapshot: &Snapshot) -> Vec<Vec<OscPacket>> {
        if self.config.format == OscFormat::Array {
            return self.arrays(&snapshot.slots);
        }
        let mut bundles = vec![Vec::new()];
        let mut used = BUNDLE_HEADER;
        for (index, slot) in snapshot.slots.iter().enumerate() {
            let before = self.sent.get(index).copied().flatten();
            let messages = match (slot.state, before) {
                (SlotState::Empty, None) => continue,
                // The address may hold the id or class that is gone now.
                (SlotState::Empty, Some(before)) => self.messages(index, slot, &before),
                _ => self.messages(index, slot, slot),
            };
            let size: usize = messages
                .iter()
                .map(|m| encoder::encode(m).map_or(0, |b| b.len() + 4))
                .sum();
            if used + size > DATAGRAM_MAX && used > BUNDLE_HEADER {
                bundles.push(Vec::new());
                used = BUNDLE_HEADER;
            }
            used += size;
            if let Some(last) = bundles.last_mut() {
                last.extend(messages);
            }
        }
        bundles
    }
}

impl Sink for OscSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        self.connect()?;
        let Some((socket, receiver)) = &self.connection else {
            return Ok(());
        };
        for content in self.bundles(snapshot) {
            let bundle = OscPacket::Bundle(OscBundle {
                timetag: IMMEDIATELY,
                content,
            });
            let bytes = encoder::encode(&bundle)
                .map_err(|e| SinkError::new(&self.name, format!("{e:?}")))?;
            // Nobody listening or a full buffer: the next snapshot tries again.
            socket
                .send_to(&bytes, receiver)
                .map_err(|e| SinkError::new(&self.name, e))?;
        }
        let taken = |s: &Slot| (s.state != SlotState::Empty).then_some(*s);
        self.sent = snapshot.slots.iter().map(taken).collect();
        Ok(())
    }
}

fn collapse(address: &str) -> String {
    let mut out = String::from("/");
    for c in address.chars() {
        if !(c == '/' && out.ends_with('/')) {
            out.push(c);
        }
    }
    out
}

fn legal(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
        c
    } else {
        '_'
    }
}

fn name(axis: Axis) -> &'static str {
    match axis {
        Axis::X => "x",
        Axis::Y => "y",
        Axis::W => "w",
        Axis::H => "h",
        Axis::Vx => "vx",
        Axis::Vy => "vy",
        Axis::Id => "id",
        Axis::Generation => "generation",
        Axis::State => "state",
        Axis::Class => "class",
        Axis::Score => "score",
        Axis::Age => "age",
    }
}

/// Numbers above 2^24 lose their last digits in OSC's 32-bit floats.
fn value(slot: &Slot, axis: Axis) -> f32 {
    match axis {
        Axis::X => slot.x,
        Axis::Y => slot.y,
        Axis::W => slot.w,
        Axis::H => slot.h,
        Axis::Vx => slot.vx,
        Axis::Vy => slot.vy,
        Axis::Id => slot.track_id as f32,
        Axis::Generation => slot.generation as f32,
        Axis::State => slot.state as u32 as f32,
        Axis::Class => slot.class_id as f32,
        Axis::Score => slot.score,
        Axis::Age => slot.age_ms as f32,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn active(id: u64) -> Slot {
        Slot {
            track_id: id,
            state: SlotState::Active,
            x: 0.25,
            y: 0.5,
            ..Slot::default()
        }
    }

    fn sink(receiver: &UdpSocket, change: impl FnOnce(&mut OscConfig)) -> OscSink {
        let port = receiver.local_addr().unwrap().port();
        let mut config = OscConfig {
            port,
            ..OscConfig::default()
        };
        change(&mut config);
        OscSink::new(&config, "cam1", Arc::new([]))
    }

    fn receiver() -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(std::time::Duration::from_secs(10)))
            .unwrap();
        socket
    }

    fn receive(socket: &UdpSocket) -> Vec<(String, Vec<f32>)> {
        let mut buffer = [0; 65536];
        let length = socket.recv(&mut buffer).unwrap();
        assert!(length <= DATAGRAM_MAX, "{length}");
        let (_, packet) = rosc::decoder::decode_udp(&buffer[..length]).unwrap();
        let OscPacket::Bundle(bundle) = packet else {
            panic!("not a bundle")
        };
        assert_eq!(bundle.timetag, IMMEDIATELY);
        let message = |p: OscPacket| {
            let OscPacket::Message(m) = p else {
                panic!("not a message")
            };
            (
                m.addr,
                m.args.into_iter().map(|a| a.float().unwrap()).collect(),
            )
        };
        bundle.content.into_iter().map(message).collect()
    }

    fn snapshot(slots: Vec<Slot>) -> Snapshot {
        Snapshot {
            slots,
            ..Snapshot::default()
        }
    }

    #[test]
    fn taken_slots_are_sent_and_a_released_one_once_more() {
        let socket = receiver();
        let mut sink = sink(&socket, |c| c.axes = vec![Axis::X, Axis::State]);
        sink.send(&snapshot(vec![active(1), Slot::default()]))
            .unwrap();
        let sent = receive(&socket);
        assert_eq!(
            sent,
            [
                ("/p1_x".into(), vec![0.25]),
                ("/p1_state".into(), vec![1.0])
            ]
        );
        sink.send(&snapshot(vec![Slot::default(); 2])).unwrap();
        let sent = receive(&socket);
        assert_eq!(
            sent,
            [("/p1_x".into(), vec![0.0]), ("/p1_state".into(), vec![0.0])]
        );
        sink.send(&snapshot(vec![Slot::default(); 2])).unwrap();
        assert_eq!(receive(&socket), []);
    }

    #[test]
    fn big_frames_are_cut_at_whole_slots() {
        let socket = receiver();
        let mut sink = sink(&socket, |c| {
            c.axes = vec![Axis::X, Axis::Y, Axis::W, Axis::H]
        });
        sink.send(&snapshot((1..=64).map(active).collect()))
            .unwrap();
        let mut slots = 0;
        while slots < 64 {
            let sent = receive(&socket);
            assert_eq!(sent.len() % 4, 0, "a slot was cut in two");
            slots += sent.len() / 4;
        }
        assert_eq!(slots, 64);
    }

    #[test]
    fn array_format_and_camera_prefix() {
        let socket = receiver();
        let mut sink = sink(&socket, |c| {
            c.format = OscFormat::Array;
            c.address_prefix = "/{camera}/".into();
        });
        sink.send(&snapshot(vec![active(1), active(2)])).unwrap();
        assert_eq!(
            receive(&socket),
            [("/cam1/slots".into(), vec![0.25, 0.5, 0.25, 0.5])]
        );
    }
}
