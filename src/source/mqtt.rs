//! `mqtt://BROKER/PREFIX/CAMERA`: another node's tracks.
//!
//! The client library needs an async runtime. This file runs it on the source's own
//! thread and ends it with the source.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, Incoming, Publish, QoS,
};
use tokio::runtime::{self, Runtime};

use super::api::{FrameOrEnd, Payload, Source, Timestamp};
use super::error::SourceError;
use super::sequencer::MessageSequencer;
use super::status::SourceStatus;
use super::synth::Ground;
use crate::address::{NetworkAddress, one_line};
use crate::base::clock::now_ns;
use crate::base::shutdown::Shutdown;
use crate::flow::{Precomputed, RemoteSlots};
use crate::protocol::{MessageError, SlotsMessage, StateMessage, mqtt_client, unix_ns};

/// How long the source may receive nothing before the node counts as lost.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(5);
/// Shortest time between two log lines about rejected messages.
const REJECTED_LOG_PERIOD: Duration = Duration::from_secs(60);
/// How often a wait checks for a stop request.
const STOP_CHECK_PERIOD: Duration = Duration::from_millis(50);

/// Another node's camera.
pub struct MqttSource {
    shown: String,
    client: AsyncClient,
    events: EventLoop,
    /// Taken on drop.
    runtime: Option<Runtime>,
    slots_topic: String,
    state_topic: String,
    sequencer: MessageSequencer,
    status: Arc<SourceStatus>,
    stop: Shutdown,
    state: Option<StateMessage>,
    /// Whether the broker has confirmed the subscription.
    subscribed: bool,
    newest: Option<RemoteSlots>,
    /// The latest rejected message, if any.
    last_rejected: Option<Rejected>,
}

/// A rejected message.
struct Rejected {
    reason: MessageError,
    /// When a rejected message was last logged.
    logged_at: Instant,
}

impl MqttSource {
    /// Prepares a connection. The first [`Source::grab`] connects. `ca_file` holds the
    /// certificates that the broker is verified with, instead of the system's.
    pub fn open(
        url: &NetworkAddress,
        ca_file: Option<&Path>,
        status: &Arc<SourceStatus>,
        stop: &Shutdown,
    ) -> Result<Self, SourceError> {
        let shown = url.to_string();
        let topic = url.tail().trim_matches('/').to_owned();
        let client = format!("rextrack-follows-{:016x}", fastrand::u64(..));
        let options = mqtt_client::options(url, client, ca_file)
            .map_err(|reason| SourceError::Address(format!("{shown}: {reason}")))?;
        let (client, events) = AsyncClient::builder(options)
            .capacity(16)
            .try_build()
            .map_err(|e| SourceError::Address(format!("{shown}: {e}")))?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| {
                SourceError::Address(format!("{shown}: {e}; close other programs and try again"))
            })?;
        Ok(Self {
            shown,
            client,
            events,
            runtime: Some(runtime),
            slots_topic: format!("{topic}/slots"),
            state_topic: format!("{topic}/state"),
            sequencer: MessageSequencer::default(),
            status: Arc::clone(status),
            stop: stop.clone(),
            state: None,
            subscribed: false,
            newest: None,
            last_rejected: None,
        })
    }

    /// Processes a message. Returns true if it is a snapshot that is newer than all before.
    fn on_message(&mut self, message: &Publish) -> bool {
        if message.topic == self.state_topic {
            match StateMessage::read(&message.payload) {
                Ok(state) => self.state = Some(state),
                Err(reason) => {
                    self.sequencer.count_rejected();
                    self.log_rejected(&String::from_utf8_lossy(&message.topic), reason);
                }
            }
            return false;
        }
        // A retained message may be of any age.
        if message.topic != self.slots_topic || message.retain {
            return false;
        }
        let received_ns = now_ns();
        let read =
            SlotsMessage::read(&message.payload).inspect_err(|_| self.sequencer.count_rejected());
        match read.and_then(|read| self.sequencer.accept(read, received_ns, unix_ns())) {
            Ok(newest) => {
                self.status.set_remote(Some(self.sequencer.remote()));
                let is_new = newest.is_some();
                self.newest = newest.or(self.newest.take());
                is_new
            }
            Err(reason) => {
                self.log_rejected(&String::from_utf8_lossy(&message.topic), reason);
                false
            }
        }
    }

    /// Logs a rejected message, at most once every [`REJECTED_LOG_PERIOD`].
    fn log_rejected(&mut self, topic: &str, reason: MessageError) {
        let remote = self.sequencer.remote();
        let logged_at = self.last_rejected.as_ref().map(|last| last.logged_at);
        let due = logged_at.is_none_or(|at| at.elapsed() >= REJECTED_LOG_PERIOD);
        if due {
            log::warn!(
                "{}: a message to {topic} was rejected: {reason} ({} so far)",
                self.shown,
                remote.refused
            );
        }
        self.last_rejected = Some(Rejected {
            reason,
            logged_at: logged_at.filter(|_| !due).unwrap_or_else(Instant::now),
        });
        self.status.set_remote(Some(remote));
    }

    /// Waits for the next event of the connection. Connects first if necessary.
    fn next_event(&mut self, deadline: Instant) -> Result<Event, SourceError> {
        let (events, stop) = (&mut self.events, &self.stop);
        let runtime = self.runtime.as_ref().ok_or(SourceError::Stopped)?;
        let event = runtime.block_on(async {
            // One future for the whole wait. Dropping it would also drop a connection that
            // is still being established, and a slow broker would never be reached.
            let mut next = std::pin::pin!(events.poll());
            loop {
                if stop.is_requested() {
                    return Err(SourceError::Stopped);
                }
                if Instant::now() >= deadline {
                    return Ok(None);
                }
                if let Ok(event) = tokio::time::timeout(STOP_CHECK_PERIOD, next.as_mut()).await {
                    return Ok(Some(event));
                }
            }
        })?;
        match event {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.connection_error(&error)),
            None => Err(self.timeout_error()),
        }
    }

    fn connection_error(&self, error: &ConnectionError) -> SourceError {
        match error {
            ConnectionError::ConnectionRefused(
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
            ) => SourceError::CredentialsRefused {
                address: self.shown.clone(),
            },
            other => SourceError::Broker {
                address: self.shown.clone(),
                reason: one_line(&other.to_string()),
            },
        }
    }

    /// Why the source received nothing, as far as the node or the broker reported it.
    fn timeout_error(&self) -> SourceError {
        let reason = match &self.state {
            Some(state) if !state.online => {
                format!(
                    "the broker reports that node {} is offline; check that rextrack runs there",
                    state.node
                )
            }
            Some(state) => format!(
                "node {} reports that its camera is {}; check that camera",
                state.node,
                format!("{:?}", state.source_state).to_lowercase()
            ),
            None => match &self.last_rejected {
                Some(Rejected { reason, .. }) => format!(
                    "messages to {} are rejected: {reason}; check which program publishes them",
                    self.slots_topic
                ),
                None if self.subscribed => format!(
                    "no messages on {}; check the topic, and the mqtt settings of the other node",
                    self.slots_topic
                ),
                None => "the broker does not answer; check its address and that it runs".into(),
            },
        };
        SourceError::Broker {
            address: self.shown.clone(),
            reason,
        }
    }
}

impl Drop for MqttSource {
    /// Does not wait for a name lookup, which may take the system half a minute.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Source for MqttSource {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        let deadline = Instant::now() + RECEIVE_TIMEOUT;
        loop {
            match self.next_event(deadline)? {
                Event::Incoming(Incoming::ConnAck(_)) => {
                    for topic in [&self.state_topic, &self.slots_topic] {
                        // Queued and sent by the next wait. The queue has room for both.
                        self.client.try_subscribe(topic, QoS::AtLeastOnce).ok();
                    }
                }
                Event::Incoming(Incoming::SubAck(_)) => self.subscribed = true,
                Event::Incoming(Incoming::Publish(message)) => {
                    if self.on_message(&message)
                        && let Some(newest) = &self.newest
                    {
                        return Ok(FrameOrEnd::Frame(Timestamp::Capture(newest.capture_ns)));
                    }
                }
                _ => {}
            }
        }
    }

    fn retrieve(&mut self, _: Vec<u8>) -> Result<Payload, SourceError> {
        let newest = self.newest.take().ok_or(SourceError::Stopped)?;
        // The other node sends no picture.
        let size = newest.frame_size;
        let results = Precomputed::Slots(Arc::new(newest), Arc::new(Ground));
        Ok(Payload::Precomputed(size, results))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;

    use super::*;
    use crate::address::StreamAddress;

    const CONNACK: [u8; 4] = [0x20, 2, 0, 0];
    const SUBSCRIBE: u8 = 0x82;

    #[test]
    fn slow_broker_is_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (subscribed, subscription) = mpsc::channel();
        let broker = std::thread::spawn(move || {
            // A client that gives up early connects again and waits as long each time.
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut packet = [0; 512];
                assert!(connection.read(&mut packet).unwrap() > 0);
                std::thread::sleep(STOP_CHECK_PERIOD * 4);
                let answered = connection.write_all(&CONNACK);
                if answered.is_ok() && connection.read(&mut packet).is_ok_and(|n| n > 0) {
                    return subscribed.send(packet[0]).unwrap();
                }
            }
        });
        let stop = Shutdown::new();
        let source = {
            let (stop, url) = (stop.clone(), format!("mqtt://127.0.0.1:{port}/hall/cam1"));
            std::thread::spawn(move || {
                let StreamAddress::Mqtt { url } = url.parse().unwrap() else {
                    panic!("{url} is an MQTT address");
                };
                let status = Arc::new(SourceStatus::default());
                let mut source = MqttSource::open(&url, None, &status, &stop).unwrap();
                source.grab().map(drop)
            })
        };
        let first = subscription.recv_timeout(RECEIVE_TIMEOUT * 4);
        stop.request();
        source.join().unwrap().unwrap_err();
        assert_eq!(first, Ok(SUBSCRIBE));
        broker.join().unwrap();
    }
}
