//! Publishing to an MQTT broker.
//!
//! | topic | message | kept by the broker |
//! |---|---|---|
//! | `PREFIX/CAMERA/slots` | [`SlotsMessage`] | if `retain` |
//! | `PREFIX/CAMERA/state` | [`StateMessage`] | yes; also the last will |
//!
//! A connection each camera and broker, on a thread of its own
//! (`rextrack:ID:mqtt`), which reconnects by itself. The pipeline's side never
//! waits: while the broker is away snapshots are counted as dropped, and the newest
//! state is told again when it is back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rextrack::broker;
use rextrack::clock::Schedule;
use rextrack::config::{CameraConfig, Config, MqttConfig};
use rextrack::shutdown::Shutdown;
use rextrack::sink::{Sink, SinkError, SinkStats};
use rextrack::slots::Snapshot;
use rextrack::source::{NetworkAddress, SourceState, redact};
use rextrack::wire::{SlotsMessage, StateMessage, VERSION};
use rumqttc::{
    Client, ClientError, Connection, Event, Incoming, LastWill, MqttOptions, PublishOptions, QoS,
};
use serde::Serialize;

/// Messages that may wait for the connection; a second at 60 frames a second.
const QUEUE_MAX: usize = 64;
/// Between two tries to connect.
const RETRY: Duration = Duration::from_secs(1);

/// The brokers that a camera publishes to: everybody's, and its own.
pub fn brokers(config: &Config, camera: &CameraConfig) -> Vec<MqttConfig> {
    let own = camera.sinks.iter().filter_map(|sink| sink.mqtt.as_ref());
    config.mqtt.iter().chain(own).cloned().collect()
}

/// A sink for each broker. One that cannot be made is told and left out.
pub fn sinks(brokers: &[MqttConfig], camera: &str, node: &str) -> Vec<Box<dyn Sink>> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for broker in brokers {
        match MqttSink::new(broker, camera, node) {
            Ok(sink) => sinks.push(Box::new(sink)),
            Err(error) => log::error!("[{camera}] {error}"),
        }
    }
    sinks
}

/// Publishes a camera's snapshots. Never blocks.
pub struct MqttSink {
    name: String,
    node: String,
    camera: String,
    session: u64,
    client: Client,
    slots_topic: String,
    state_topic: String,
    qos: QoS,
    retain: bool,
    schedule: Schedule,
    max_fps: f32,
    shared: Arc<Shared>,
    /// The state that was told last.
    told: Option<SourceState>,
    classes: Arc<[String]>,
    stop: Shutdown,
    stats: SinkStats,
}

/// What the connection's thread says.
#[derive(Default)]
struct Shared {
    connected: AtomicBool,
    /// Goes up with each connection, so that the state is told again.
    connections: AtomicU64,
}

impl MqttSink {
    /// Makes the sink and starts its connection.
    ///
    /// # Errors
    /// When the broker's address or certificates are of no use.
    pub fn new(config: &MqttConfig, camera: &str, node: &str) -> Result<Self, SinkError> {
        let failed = |reason: String| SinkError {
            name: "mqtt".into(),
            reason,
        };
        let address: NetworkAddress = config
            .broker
            .parse()
            .map_err(|e: rextrack::source::AddressError| failed(e.to_string()))?;
        let name = format!("mqtt {}:{}", address.host(), address.port());
        let prefix = config.topic_prefix.replace("{node}", node);
        let state_topic = format!("{prefix}/{camera}/state");
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|e| failed(e.to_string()))?;
        let session = u64::from_le_bytes(random) >> 11;
        let options =
            options(config, &address, node, camera, session, &state_topic).map_err(|reason| {
                SinkError {
                    name: name.clone(),
                    reason,
                }
            })?;
        let (client, connection) = Client::builder(options)
            .capacity(QUEUE_MAX)
            .try_build()
            .map_err(|e| failed(e.to_string()))?;
        let shared = Arc::new(Shared::default());
        let stop = Shutdown::new();
        let thread = Thread {
            name: name.clone(),
            camera: camera.to_owned(),
            shared: Arc::clone(&shared),
            stop: stop.clone(),
        };
        std::thread::Builder::new()
            .name(format!("rextrack:{camera}:mqtt"))
            .spawn(move || thread.run(connection))
            .map_err(|e| failed(format!("no thread could be started ({e})")))?;
        Ok(Self {
            name,
            node: node.to_owned(),
            camera: camera.to_owned(),
            session,
            client,
            slots_topic: format!("{prefix}/{camera}/slots"),
            state_topic,
            qos: match config.qos {
                0 => QoS::AtMostOnce,
                1 => QoS::AtLeastOnce,
                _ => QoS::ExactlyOnce,
            },
            retain: config.retain,
            schedule: Schedule::default(),
            max_fps: config.max_fps as f32,
            shared,
            told: None,
            classes: Arc::default(),
            stop,
            stats: SinkStats::default(),
        })
    }

    fn state(&self, online: bool, source_state: SourceState) -> StateMessage {
        StateMessage {
            v: VERSION,
            node: self.node.clone(),
            camera: self.camera.clone(),
            session: self.session,
            online,
            source_state,
        }
    }

    /// Queues a message; returns whether there was room.
    fn publish(&mut self, topic: &str, qos: QoS, retain: bool, message: &impl Serialize) -> bool {
        let Ok(payload) = serde_json::to_vec(message) else {
            self.stats.failed += 1;
            return false;
        };
        let bytes = payload.len() as u64;
        let options = PublishOptions::new(qos).retain(retain);
        match self.client.try_publish(topic, payload, options) {
            Ok(()) => {
                self.stats.sent += 1;
                self.stats.bytes += bytes;
                true
            }
            Err(ClientError::RequestChannelFull(_)) => {
                self.stats.dropped += 1;
                false
            }
            Err(_) => {
                self.stats.failed += 1;
                false
            }
        }
    }

    /// Tells the state when it changed, or when the connection is new.
    fn tell_state(&mut self, source_state: SourceState) {
        if self.told == Some(source_state) {
            return;
        }
        let message = self.state(true, source_state);
        let topic = self.state_topic.clone();
        if self.publish(&topic, QoS::AtLeastOnce, true, &message) {
            self.told = Some(source_state);
        }
    }
}

impl Sink for MqttSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants_canonical(&self) -> bool {
        true
    }

    fn learn_classes(&mut self, classes: &Arc<[String]>) {
        self.classes = Arc::clone(classes);
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        if !self.shared.connected.load(Ordering::Acquire) {
            // Old news is no news: what could not be sent is not queued up.
            self.stats.dropped += 1;
            self.told = None;
            return Ok(());
        }
        if self.shared.connections.swap(0, Ordering::AcqRel) > 0 {
            self.told = None;
        }
        self.tell_state(snapshot.source_state);
        if !self.schedule.is_due(self.max_fps, snapshot.publish_ns) {
            return Ok(());
        }
        let message =
            SlotsMessage::new(snapshot, &self.node, &self.camera, self.session, |class| {
                let index = usize::try_from(class).ok();
                let name = index.and_then(|index| self.classes.get(index));
                name.map(String::as_str).unwrap_or_default()
            });
        let topic = self.slots_topic.clone();
        self.publish(&topic, self.qos, self.retain, &message);
        Ok(())
    }

    fn stats(&self) -> SinkStats {
        self.stats
    }

    /// Says that the camera stands still.
    fn finish(&mut self) -> Result<(), SinkError> {
        self.tell_state(SourceState::Stopped);
        Ok(())
    }
}

impl Drop for MqttSink {
    fn drop(&mut self) {
        // Said rather than left to the will, which the broker tells only when a
        // connection breaks.
        let gone = self.state(false, SourceState::Stopped);
        let topic = self.state_topic.clone();
        self.publish(&topic, QoS::AtLeastOnce, true, &gone);
        self.stop.request();
        self.client.try_disconnect().ok();
    }
}

struct Thread {
    name: String,
    camera: String,
    shared: Arc<Shared>,
    stop: Shutdown,
}

impl Thread {
    /// Keeps the connection until the sink is dropped.
    fn run(self, mut connection: Connection) {
        // Once a change, not once a try.
        let mut said: Option<String> = None;
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                    log::info!("[{}] {}: connected", self.camera, self.name);
                    said = None;
                    self.shared.connections.fetch_add(1, Ordering::AcqRel);
                    self.shared.connected.store(true, Ordering::Release);
                }
                Ok(_) => {}
                Err(error) => {
                    self.shared.connected.store(false, Ordering::Release);
                    if self.stop.is_requested() {
                        return;
                    }
                    let reason = redact(&error.to_string());
                    if said.as_ref() != Some(&reason) {
                        log::warn!(
                            "[{}] {}: {reason}; check the broker, its address and password; trying \
                             again until it works",
                            self.camera,
                            self.name
                        );
                        said = Some(reason);
                    }
                    if self.stop.wait(RETRY) {
                        return;
                    }
                }
            }
        }
    }
}

fn options(
    config: &MqttConfig,
    address: &NetworkAddress,
    node: &str,
    camera: &str,
    session: u64,
    state_topic: &str,
) -> Result<MqttOptions, String> {
    let client = format!("rextrack-{node}-{camera}-{session:x}");
    let mut options = broker::options(address, client, config.ca_file.as_deref())?;
    let will = StateMessage {
        v: VERSION,
        node: node.to_owned(),
        camera: camera.to_owned(),
        session,
        online: false,
        source_state: SourceState::Lost,
    };
    let will = serde_json::to_vec(&will).map_err(|e| e.to_string())?;
    options.set_last_will(LastWill::new(state_topic, will, QoS::AtLeastOnce, true));
    Ok(options)
}
