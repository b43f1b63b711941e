//! Publishing to an MQTT broker.
//!
//! | topic | message | kept by the broker |
//! |---|---|---|
//! | `PREFIX/CAMERA/slots` | [`SlotsMessage`] | if `retain` |
//! | `PREFIX/CAMERA/state` | [`StateMessage`] | yes; also the last will |
//!
//! Each camera has a connection to each broker, on a thread of its own
//! (`rextrack:ID:mqtt`), which reconnects by itself. The pipeline never waits for it:
//! without a connection snapshots are counted as dropped. After a reconnection the
//! newest state is sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rextrack::internals::address::{NetworkAddress, redact};
use rextrack::internals::base::clock::Schedule;
use rextrack::internals::base::shutdown::Shutdown;
use rextrack::internals::config::MqttConfig;
use rextrack::internals::flow::Snapshot;
use rextrack::internals::flow::SourceState;
use rextrack::internals::protocol::mqtt_client;
use rextrack::internals::protocol::{SlotsMessage, StateMessage, VERSION};
use rextrack::internals::sink::{Sink, SinkError, SinkStats};
use rumqttc::{
    Client, ClientError, Connection, Event, Incoming, LastWill, MqttOptions, PublishOptions, QoS,
};
use serde::{Deserialize, Serialize};

use super::kind::SinkKind;

/// Messages that may wait for the connection; a second at 60 frames a second.
const QUEUE_MAX: usize = 64;
/// Time between two attempts to connect.
const RETRY: Duration = Duration::from_secs(1);

/// The row of MQTT in the list of kinds.
pub const KIND: SinkKind = SinkKind {
    key: "mqtt",
    address_keys: &["broker"],
    create: |section, camera, node| {
        let config = MqttConfig::deserialize(section).map_err(|e| SinkError {
            name: "mqtt".into(),
            reason: e.to_string(),
        })?;
        Ok(Box::new(MqttSink::new(&config, camera, node)?))
    },
};

/// Publishes a camera's snapshots. Never blocks.
struct MqttSink {
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
    /// The state that was sent last.
    last_state: Option<SourceState>,
    classes: Arc<[String]>,
    stop: Shutdown,
    stats: SinkStats,
}

/// What the connection's thread reports to the sink.
#[derive(Default)]
struct Shared {
    connected: AtomicBool,
    /// New connections since the sink last looked. The state is sent again on each.
    connections: AtomicU64,
}

impl MqttSink {
    /// Creates the sink and starts its connection.
    ///
    /// # Errors
    /// When the broker's address or certificates are invalid.
    fn new(config: &MqttConfig, camera: &str, node: &str) -> Result<Self, SinkError> {
        let failed = |reason: String| SinkError {
            name: "mqtt".into(),
            reason,
        };
        let address: NetworkAddress = config
            .broker
            .parse()
            .map_err(|e: rextrack::internals::address::AddressError| failed(e.to_string()))?;
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
            last_state: None,
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

    /// Sends the state when it changed, or when the connection is new.
    fn send_state(&mut self, source_state: SourceState) {
        if self.last_state == Some(source_state) {
            return;
        }
        let message = self.state(true, source_state);
        let topic = self.state_topic.clone();
        if self.publish(&topic, QoS::AtLeastOnce, true, &message) {
            self.last_state = Some(source_state);
        }
    }
}

impl Sink for MqttSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants_normalized(&self) -> bool {
        true
    }

    fn learn_classes(&mut self, classes: &Arc<[String]>) {
        self.classes = Arc::clone(classes);
    }

    fn send(&mut self, snapshot: &Snapshot) -> Result<(), SinkError> {
        if !self.shared.connected.load(Ordering::Acquire) {
            // Snapshots are not queued: they would be out of date after a reconnection.
            self.stats.dropped += 1;
            self.last_state = None;
            return Ok(());
        }
        if self.shared.connections.swap(0, Ordering::AcqRel) > 0 {
            self.last_state = None;
        }
        self.send_state(snapshot.source_state);
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

    /// Sends that the camera has stopped.
    fn finish(&mut self) -> Result<(), SinkError> {
        self.send_state(SourceState::Stopped);
        Ok(())
    }
}

impl Drop for MqttSink {
    fn drop(&mut self) {
        // The broker sends the last will only when a connection breaks, and this one is
        // closed.
        let offline = self.state(false, SourceState::Stopped);
        let topic = self.state_topic.clone();
        self.publish(&topic, QoS::AtLeastOnce, true, &offline);
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
        // A problem is logged once, not at each attempt.
        let mut logged: Option<String> = None;
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                    log::info!("[{}] {}: connected", self.camera, self.name);
                    logged = None;
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
                    if logged.as_ref() != Some(&reason) {
                        log::warn!(
                            "[{}] {}: {reason}; check the broker, its address and password; retrying",
                            self.camera,
                            self.name
                        );
                        logged = Some(reason);
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
    let mut options = mqtt_client::options(address, client, config.ca_file.as_deref())?;
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
