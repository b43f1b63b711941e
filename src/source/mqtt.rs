//! `mqtt://BROKER/PREFIX/CAMERA`: another node's tracks.
//!
//! The client library has an async runtime inside; it lives on the source's own
//! thread, within this file, and ends with it.

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
use crate::protocol::mqtt_client;
use crate::protocol::{SlotsMessage, StateMessage, unix_ns};

/// How long nothing may come before the node counts as lost.
const SILENCE: Duration = Duration::from_secs(5);
/// How often it is logged that messages are refused.
const REFUSED_EVERY: Duration = Duration::from_secs(60);
/// How long a wait blocks before the stop is looked at again.
const SLICE: Duration = Duration::from_millis(50);

/// Another node's camera.
pub struct MqttSource {
    shown: String,
    client: AsyncClient,
    events: EventLoop,
    /// Received when dropped.
    runtime: Option<Runtime>,
    slots_topic: String,
    state_topic: String,
    sequencer: MessageSequencer,
    status: Arc<SourceStatus>,
    stop: Shutdown,
    state: Option<StateMessage>,
    /// The broker said that it took the subscription.
    subscribed: bool,
    newest: Option<RemoteSlots>,
    /// Why messages are refused, and when that was logged last.
    refused: Option<(String, Instant)>,
}

impl MqttSource {
    /// Prepares a connection; it is made by the first [`Source::grab`]. `ca_file` has
    /// the certificates that the broker is known by, instead of the system's.
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
            .map_err(|e| SourceError::Address(format!("{shown}: {e}; close other programs")))?;
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
            refused: None,
        })
    }

    /// Takes a message in. True when it is a snapshot that is newer than any before.
    fn take(&mut self, message: &Publish) -> bool {
        if message.topic == self.state_topic {
            match StateMessage::read(&message.payload) {
                Ok(state) => self.state = Some(state),
                Err(reason) => {
                    self.sequencer.refuse();
                    self.refuse(&String::from_utf8_lossy(&message.topic), reason);
                }
            }
            return false;
        }
        // What the broker kept may be of any age.
        if message.topic != self.slots_topic || message.retain {
            return false;
        }
        let received_ns = now_ns();
        let read = SlotsMessage::read(&message.payload).inspect_err(|_| self.sequencer.refuse());
        match read.and_then(|read| self.sequencer.accept(read, received_ns, unix_ns())) {
            Ok(newest) => {
                self.status.set_remote(Some(self.sequencer.remote()));
                let is_new = newest.is_some();
                self.newest = newest.or(self.newest.take());
                is_new
            }
            Err(reason) => {
                self.refuse(&String::from_utf8_lossy(&message.topic), reason);
                false
            }
        }
    }

    /// Tells of a message that was refused, at most once in [`REFUSED_EVERY`].
    fn refuse(&mut self, topic: &str, reason: String) {
        let remote = self.sequencer.remote();
        let told = self.refused.as_ref().map(|(_, told)| *told);
        let due = told.is_none_or(|told| told.elapsed() >= REFUSED_EVERY);
        if due {
            log::warn!(
                "{}: a message to {topic} is refused: {reason} ({} so far)",
                self.shown,
                remote.refused
            );
        }
        let told = told.filter(|_| !due).unwrap_or_else(Instant::now);
        self.refused = Some((reason, told));
        self.status.set_remote(Some(remote));
    }

    /// What happens next on the connection, which is made first where there is none.
    fn event(&mut self, deadline: Instant) -> Result<Event, SourceError> {
        let (events, stop) = (&mut self.events, &self.stop);
        let runtime = self.runtime.as_ref().ok_or(SourceError::Stopped)?;
        let happened = runtime.block_on(async {
            // One future for the whole wait: an abandoned one would take a connection with
            // it that is still being made, and a far broker would never be reached.
            let mut next = std::pin::pin!(events.poll());
            loop {
                if stop.is_requested() {
                    return Err(SourceError::Stopped);
                }
                if Instant::now() >= deadline {
                    return Ok(None);
                }
                if let Ok(event) = tokio::time::timeout(SLICE, next.as_mut()).await {
                    return Ok(Some(event));
                }
            }
        })?;
        match happened {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.failed(&error)),
            None => Err(self.silent()),
        }
    }

    fn failed(&self, error: &ConnectionError) -> SourceError {
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

    /// Why nothing comes, as far as the node or the broker said.
    fn silent(&self) -> SourceError {
        let said = match &self.state {
            Some(state) if !state.online => {
                format!("the node {} is gone, says the broker", state.node)
            }
            Some(state) => format!(
                "the node {} says its camera is {}",
                state.node,
                format!("{:?}", state.source_state).to_lowercase()
            ),
            None => match &self.refused {
                Some((reason, _)) => format!(
                    "what comes to {} is refused: {reason}; check who publishes there",
                    self.slots_topic
                ),
                None if self.subscribed => format!(
                    "nobody publishes to {}; check the topic, and mqtt of the other node",
                    self.slots_topic
                ),
                None => "the broker does not answer".into(),
            },
        };
        SourceError::Broker {
            address: self.shown.clone(),
            reason: said,
        }
    }
}

impl Drop for MqttSource {
    /// A name that is being looked up may take the system half a minute; nobody waits.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Source for MqttSource {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        let deadline = Instant::now() + SILENCE;
        loop {
            match self.event(deadline)? {
                Event::Incoming(Incoming::ConnAck(_)) => {
                    for topic in [&self.state_topic, &self.slots_topic] {
                        // Queued, and sent by the next wait; there is room for both.
                        self.client.try_subscribe(topic, QoS::AtLeastOnce).ok();
                    }
                }
                Event::Incoming(Incoming::SubAck(_)) => self.subscribed = true,
                Event::Incoming(Incoming::Publish(message)) => {
                    if self.take(&message)
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
        // The other node keeps its picture.
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
    fn a_broker_that_takes_longer_than_a_wait_is_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (subscribed, subscription) = mpsc::channel();
        let broker = std::thread::spawn(move || {
            // A client that gives up early comes again; each time it waits as long.
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut packet = [0; 512];
                assert!(connection.read(&mut packet).unwrap() > 0);
                std::thread::sleep(SLICE * 4);
                let answered = connection.write_all(&CONNACK);
                if answered.is_ok() && connection.read(&mut packet).is_ok_and(|n| n > 0) {
                    return subscribed.send(packet[0]).unwrap();
                }
            }
        });
        let stop = Shutdown::new();
        let follower = {
            let (stop, url) = (stop.clone(), format!("mqtt://127.0.0.1:{port}/hall/cam1"));
            std::thread::spawn(move || {
                let StreamAddress::Mqtt { url } = url.parse().unwrap() else {
                    panic!("{url} is the address of a node");
                };
                let status = Arc::new(SourceStatus::default());
                let mut source = MqttSource::open(&url, None, &status, &stop).unwrap();
                source.grab().map(drop)
            })
        };
        let first = subscription.recv_timeout(SILENCE * 4);
        stop.request();
        follower.join().unwrap().unwrap_err();
        assert_eq!(first, Ok(SUBSCRIBE));
        broker.join().unwrap();
    }
}
