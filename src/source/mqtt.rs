//! `mqtt://BROKER/PREFIX/CAMERA`: another node's tracks.
//!
//! The client library has an async runtime inside; it lives on the source's own
//! thread, within this file, and ends with it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rumqttc::{
    Client, ConnectReturnCode, Connection, ConnectionError, Event, Incoming, Publish, QoS,
};

use super::remote::{Following, RemoteSlots};
use super::{Advance, Content, NetworkAddress, Source, SourceError, SourceStatus, Stamp, one_line};
use crate::broker;
use crate::clock::now_ns;
use crate::shutdown::Shutdown;
use crate::wire::{SlotsMessage, StateMessage, unix_ns};

/// How long nothing may come before the node counts as lost.
const SILENCE: Duration = Duration::from_secs(5);
/// How often it is logged that messages are refused.
const REFUSED_EVERY: Duration = Duration::from_secs(60);
/// How long a wait blocks before the stop is looked at again.
const SLICE: Duration = Duration::from_millis(50);

/// Another node's camera.
pub struct MqttSource {
    shown: String,
    client: Client,
    connection: Connection,
    slots_topic: String,
    state_topic: String,
    following: Following,
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
    /// Prepares a connection; it is made by the first [`Source::advance`]. `ca_file` has
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
        let options = broker::options(url, client, ca_file)
            .map_err(|reason| SourceError::Address(format!("{shown}: {reason}")))?;
        let (client, connection) = Client::builder(options)
            .capacity(16)
            .try_build()
            .map_err(|e| SourceError::Address(format!("{shown}: {e}")))?;
        Ok(Self {
            shown,
            client,
            connection,
            slots_topic: format!("{topic}/slots"),
            state_topic: format!("{topic}/state"),
            following: Following::default(),
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
                    self.following.refuse();
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
        let read = SlotsMessage::read(&message.payload).inspect_err(|_| self.following.refuse());
        match read.and_then(|read| self.following.follow(read, received_ns, unix_ns())) {
            Ok(newest) => {
                self.status.set_remote(Some(self.following.remote()));
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
        let remote = self.following.remote();
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

impl Source for MqttSource {
    fn advance(&mut self) -> Result<Advance, SourceError> {
        let deadline = Instant::now() + SILENCE;
        loop {
            if self.stop.is_requested() {
                return Err(SourceError::Stopped);
            }
            match self.connection.recv_timeout(SLICE) {
                Ok(Ok(Event::Incoming(Incoming::ConnAck(_)))) => {
                    for topic in [&self.state_topic, &self.slots_topic] {
                        // Queued, and sent by the next wait; there is room for both.
                        self.client.try_subscribe(topic, QoS::AtLeastOnce).ok();
                    }
                }
                Ok(Ok(Event::Incoming(Incoming::SubAck(_)))) => self.subscribed = true,
                Ok(Ok(Event::Incoming(Incoming::Publish(message)))) => {
                    if self.take(&message)
                        && let Some(newest) = &self.newest
                    {
                        return Ok(Advance::Frame(Stamp::Capture(newest.capture_ns)));
                    }
                }
                Ok(Ok(_)) | Err(rumqttc::RecvTimeoutError::Timeout { .. }) => {}
                Ok(Err(error)) => return Err(self.failed(&error)),
                Err(rumqttc::RecvTimeoutError::Disconnected) => return Err(self.silent()),
            }
            if Instant::now() >= deadline {
                return Err(self.silent());
            }
        }
    }

    fn content(&mut self, _: Vec<u8>) -> Result<Content, SourceError> {
        let newest = self.newest.take().ok_or(SourceError::Stopped)?;
        Ok(Content::Slots(newest.frame_size, Arc::new(newest)))
    }
}
