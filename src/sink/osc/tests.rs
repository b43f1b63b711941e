//! Sends to a receiver over a real socket on the loopback.
#![allow(clippy::unwrap_used)]

use std::net::UdpSocket;
use std::time::Duration;

use rosc::{OscPacket, OscTime, OscType};

use super::*;

/// The axes of the first version: the sizes below are computed with them.
const FIRST_AXES: [&str; 12] = [
    "x",
    "y",
    "w",
    "h",
    "vx",
    "vy",
    "id",
    "generation",
    "state",
    "class",
    "score",
    "age",
];

type Message = (String, Vec<f32>);

/// A receiver, and the sink that sends to it.
struct Pair {
    receiver: UdpSocket,
    sink: OscSink,
}

impl Pair {
    fn new(config: OscConfig) -> Self {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let port = receiver.local_addr().unwrap().port();
        let classes: Arc<[String]> = ["person".into(), "traffic light".into()].into();
        let sink = OscSink::new(&OscConfig { port, ..config }, "cam1", classes).unwrap();
        Self { receiver, sink }
    }

    /// Sends slots and returns the received datagrams, decoded.
    fn send(&mut self, slots: &[Slot]) -> Vec<Vec<Message>> {
        let before = self.sink.stats();
        let snapshot = Snapshot {
            slots: slots.to_vec(),
            ..Snapshot::default()
        };
        self.sink.send(&snapshot).unwrap();
        self.receive(before.sent)
    }

    fn receive(&self, sent_before: u64) -> Vec<Vec<Message>> {
        (sent_before..self.sink.stats().sent)
            .map(|_| self.datagram())
            .collect()
    }

    fn datagram(&self) -> Vec<Message> {
        let mut buffer = [0; 65536];
        let length = self.receiver.recv(&mut buffer).unwrap();
        assert!(length <= 1432, "{length} bytes");
        let (rest, packet) = rosc::decoder::decode_udp(&buffer[..length]).unwrap();
        assert!(rest.is_empty());
        let OscPacket::Bundle(bundle) = packet else {
            panic!("not a bundle")
        };
        assert_eq!(
            bundle.timetag,
            OscTime {
                seconds: 0,
                fractional: 1
            },
            "not immediately"
        );
        bundle.content.into_iter().map(message).collect()
    }
}

fn message(packet: OscPacket) -> Message {
    let OscPacket::Message(message) = packet else {
        panic!("a bundle within a bundle")
    };
    let float = |arg| {
        if let OscType::Float(v) = arg {
            v
        } else {
            panic!("not a float")
        }
    };
    (message.addr, message.args.into_iter().map(float).collect())
}

fn config() -> OscConfig {
    OscConfig::default()
}

fn with_axes(axes: &[&str]) -> OscConfig {
    OscConfig {
        axes: axes.iter().map(|name| name.parse().unwrap()).collect(),
        ..config()
    }
}

fn active(track_id: u64, generation: u32) -> Slot {
    Slot {
        track_id,
        generation,
        state: SlotState::Active,
        class_id: 0,
        score: 0.5,
        x: 0.25,
        y: 0.75,
        w: 0.1,
        h: 0.2,
        vx: 0.01,
        vy: -0.02,
        age_ms: 3,
        life_ms: 9,
        ..Slot::default()
    }
}

fn emptied(generation: u32) -> Slot {
    Slot {
        generation,
        ..Slot::default()
    }
}

fn messages<const N: usize>(list: [(&str, f32); N]) -> Vec<Message> {
    list.into_iter()
        .map(|(address, value)| (address.to_owned(), vec![value]))
        .collect()
}

#[test]
fn occupied_slots_are_one_bundle_and_unused_slots_are_not_sent() {
    let mut pair = Pair::new(config());
    let held = Slot {
        state: SlotState::Held,
        x: 0.5,
        ..active(2, 1)
    };
    let got = pair.send(&[active(1, 1), Slot::default(), held]);
    let expected = messages([
        ("/p1_x", 0.25),
        ("/p1_y", 0.75),
        ("/p3_x", 0.5),
        ("/p3_y", 0.75),
    ]);
    assert_eq!(got, [expected]);
}

#[test]
fn nothing_is_sent_while_all_slots_are_empty() {
    let mut pair = Pair::new(config());
    assert!(pair.send(&[Slot::default(); 3]).is_empty());
}

#[test]
fn every_axis_has_its_name_and_value() {
    let mut pair = Pair::new(with_axes(&FIRST_AXES));
    let expected = messages([
        ("/p1_x", 0.25),
        ("/p1_y", 0.75),
        ("/p1_w", 0.1),
        ("/p1_h", 0.2),
        ("/p1_vx", 0.01),
        ("/p1_vy", -0.02),
        ("/p1_id", 7.0),
        ("/p1_generation", 3.0),
        ("/p1_state", 1.0),
        ("/p1_class", 0.0),
        ("/p1_score", 0.5),
        ("/p1_age", 3.0),
    ]);
    assert_eq!(pair.send(&[active(7, 3)]), [expected]);
}

#[test]
fn released_slot_is_sent_once_more_with_state_0() {
    let mut pair = Pair::new(with_axes(&["x", "state"]));
    assert_eq!(
        pair.send(&[active(1, 1)]),
        [messages([("/p1_x", 0.25), ("/p1_state", 1.0)])]
    );
    assert_eq!(
        pair.send(&[emptied(1)]),
        [messages([("/p1_x", 0.0), ("/p1_state", 0.0)])]
    );
    assert!(pair.send(&[emptied(1)]).is_empty(), "sent twice");
}

#[test]
fn kept_position_is_sent_with_the_release() {
    let mut pair = Pair::new(with_axes(&["x", "state"]));
    pair.send(&[active(1, 1)]);
    let kept = Slot {
        x: 0.3,
        ..emptied(1)
    };
    assert_eq!(
        pair.send(&[kept]),
        [messages([("/p1_x", 0.3), ("/p1_state", 0.0)])]
    );
}

#[test]
fn release_in_a_dropped_snapshot_is_sent_later() {
    let mut pair = Pair::new(with_axes(&["state", "generation"]));
    pair.send(&[active(1, 1)]);
    // The snapshot with the empty slot was dropped; this one has the next owner.
    let expected = messages([
        ("/p1_state", 0.0),
        ("/p1_generation", 1.0),
        ("/p1_state", 1.0),
        ("/p1_generation", 2.0),
    ]);
    assert_eq!(pair.send(&[active(2, 2)]), [expected]);
}

#[test]
fn slots_removed_by_a_smaller_objects_max_are_released() {
    let mut pair = Pair::new(with_axes(&["state"]));
    pair.send(&[active(1, 1), active(2, 1)]);
    let expected = messages([("/p1_state", 1.0), ("/p2_state", 0.0)]);
    assert_eq!(pair.send(&[active(1, 1)]), [expected]);
    assert_eq!(pair.send(&[active(1, 1)]), [messages([("/p1_state", 1.0)])]);
}

#[test]
fn finish_releases_occupied_slots() {
    let mut pair = Pair::new(with_axes(&["x", "state"]));
    pair.sink = pair.sink.on_release(OnRelease::Keep);
    pair.send(&[active(1, 1), Slot::default()]);
    let sent = pair.sink.stats().sent;
    pair.sink.finish().unwrap();
    assert_eq!(
        pair.receive(sent),
        [messages([("/p1_x", 0.25), ("/p1_state", 0.0)])]
    );
}

#[test]
fn release_goes_to_the_previous_address() {
    let format = "{class}/{id}/{axis}".to_owned();
    let mut pair = Pair::new(OscConfig {
        channel_format: format,
        ..with_axes(&["state"])
    });
    let lamp = Slot {
        class_id: 1,
        ..active(5, 1)
    };
    assert_eq!(
        pair.send(&[lamp]),
        [messages([("/traffic_light/5/state", 1.0)])]
    );
    assert_eq!(
        pair.send(&[emptied(1)]),
        [messages([("/traffic_light/5/state", 0.0)])]
    );
    // A track whose class changes is released at its old address.
    pair.send(&[active(6, 2)]);
    let corrected = Slot {
        class_id: 9,
        ..active(6, 2)
    };
    let expected = messages([("/person/6/state", 0.0), ("/class9/6/state", 1.0)]);
    assert_eq!(pair.send(&[corrected]), [expected]);
}

#[test]
fn prefix_contains_the_camera_id() {
    let mut pair = Pair::new(OscConfig {
        address_prefix: "/{camera}/".into(),
        ..with_axes(&["x"])
    });
    assert_eq!(
        pair.send(&[active(1, 1)]),
        [messages([("/cam1/p1_x", 0.25)])]
    );
}

#[test]
fn large_snapshot_is_split_only_between_slots() {
    let mut pair = Pair::new(with_axes(&FIRST_AXES));
    let slots: Vec<Slot> = (1..=40).map(|id| active(id, 1)).collect();
    let datagrams = pair.send(&slots);
    assert!(datagrams.len() > 1);
    let mut seen = 0;
    for datagram in &datagrams {
        assert_eq!(datagram.len() % FIRST_AXES.len(), 0, "a slot was cut");
        for slot in datagram.chunks(FIRST_AXES.len()) {
            seen += 1;
            assert!(
                slot.iter()
                    .all(|(addr, _)| addr.starts_with(&format!("/p{seen}_")))
            );
        }
    }
    assert_eq!(seen, slots.len());
}

#[test]
fn array_has_all_slots_in_order() {
    let mut pair = Pair::new(OscConfig {
        format: OscFormat::Array,
        ..with_axes(&["x", "state", "class"])
    });
    let got = pair.send(&[active(1, 1), Slot::default(), active(2, 1)]);
    let values = vec![0.25, 1.0, 0.0, 0.0, 0.0, -1.0, 0.25, 1.0, 0.0];
    assert_eq!(got, [vec![("/slots".to_owned(), values)]]);
    let got = pair.send(&[emptied(1)]);
    let values = vec![0.0, 0.0, -1.0, 0.0, 0.0, -1.0, 0.0, 0.0, -1.0];
    assert_eq!(
        got,
        [vec![("/slots".to_owned(), values)]],
        "p3 must be sent empty once"
    );
    assert_eq!(pair.send(&[emptied(1)])[0][0].1.len(), 3);
}

#[test]
fn long_array_continues_in_messages_named_by_their_first_slot() {
    let mut pair = Pair::new(OscConfig {
        format: OscFormat::Array,
        ..with_axes(&FIRST_AXES)
    });
    let slots: Vec<Slot> = (1..=50).map(|id| active(id, 1)).collect();
    let datagrams = pair.send(&slots);
    let all: Vec<Message> = datagrams.into_iter().flatten().collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["/slots", "/slots_24", "/slots_47"]);
    let ids: Vec<f32> = all
        .iter()
        .flat_map(|(_, v)| v.chunks(12).map(|s| s[6]))
        .collect();
    assert_eq!(ids, (1..=50).map(|id| id as f32).collect::<Vec<_>>());
}

#[test]
fn array_limits_match_the_documentation() {
    let limit = |axes: &[&str]| {
        OscAddresses::new(with_axes(axes).template(), "c", &[])
            .unwrap()
            .array_slots()
    };
    assert_eq!((limit(&["x", "y"]), limit(&FIRST_AXES)), (139, 23));
}

#[test]
fn missing_receiver_is_counted_and_found_when_it_starts() {
    let mut pair = Pair::new(with_axes(&["state"]));
    let address = pair.receiver.local_addr().unwrap();
    // No program listens, and the loopback refuses the next datagram.
    drop(std::mem::replace(
        &mut pair.receiver,
        UdpSocket::bind("127.0.0.1:0").unwrap(),
    ));
    let snapshot = Snapshot {
        slots: vec![active(1, 1)],
        ..Snapshot::default()
    };
    for _ in 0..5 {
        pair.sink.send(&snapshot).unwrap();
    }
    if cfg!(target_os = "linux") {
        assert!(pair.sink.stats().failed >= 4, "{:?}", pair.sink.stats());
    }
    pair.receiver = UdpSocket::bind(address).unwrap();
    pair.receiver
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    assert_eq!(
        pair.send(&[active(1, 1)]),
        [messages([("/p1_state", 1.0)])],
        "first one missed"
    );
    let stats = pair.sink.stats();
    pair.send(&[active(1, 1)]);
    assert_eq!(pair.sink.stats().failed, stats.failed);
}

#[test]
fn release_that_could_not_be_sent_stays_pending() {
    let mut pair = Pair::new(with_axes(&["state"]));
    pair.send(&[active(1, 1)]);
    let sender = std::mem::replace(&mut pair.sink.sender, UdpSender::down());
    let empty = Snapshot {
        slots: vec![emptied(1)],
        ..Snapshot::default()
    };
    pair.sink.send(&empty).unwrap();
    assert_eq!(pair.sink.stats().failed, 1);
    pair.sink.sender = sender;
    assert_eq!(pair.send(&[emptied(1)]), [messages([("/p1_state", 0.0)])]);
}

#[test]
fn invalid_addresses_are_rejected_with_their_key() {
    let error = |config: &OscConfig| {
        OscSink::new(config, "cam1", Arc::from([]))
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    assert!(error(&with_axes(&[])).starts_with("osc.axes"));
    let long = OscConfig {
        channel_format: "p".repeat(2000),
        ..config()
    };
    assert!(error(&long).contains("shorten"), "{}", error(&long));
    let unknown = OscConfig {
        channel_format: "p{n}".into(),
        ..config()
    };
    assert!(error(&unknown).contains("{n}"), "{}", error(&unknown));
}
