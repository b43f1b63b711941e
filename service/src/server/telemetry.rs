//! `/ws/telemetry`: snapshots, status and events, as fast as the client reads.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures_util::{FutureExt, SinkExt, StreamExt, future::select_all};
use rextrack::internals::base::clock::now_ns;
use rextrack::internals::flow::Snapshot;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;

use super::app::App;
use super::extractors::ApiQuery;
use super::messages::{
    ConfigMessage, EventMessage, ServiceState, SnapshotMessage, StatusMessage, TelemetryMessage,
};
use super::websocket::{PING_INTERVAL, TEXT_BUFFER, WRITE_TIMEOUT, limited};
use crate::manager::snapshot_channel::SnapshotChannel;
use crate::manager::{Manager, ManagerEvent};

/// Snapshots a second of a camera, unless the client asks for another rate.
const RATE_DEFAULT: u32 = 30;
const RATE_MAX: u32 = 60;

/// Parameters of the socket.
#[derive(Debug, Deserialize)]
pub struct TelemetryQuery {
    /// Ids of cameras, separated by commas; all if not given.
    cameras: Option<String>,
    /// Snapshots a second of each camera.
    rate: Option<u32>,
}

/// Opens the socket.
pub async fn open(
    State(app): State<Arc<App>>,
    ApiQuery(query): ApiQuery<TelemetryQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let rate = query.rate.unwrap_or(RATE_DEFAULT).clamp(1, RATE_MAX);
    let requested = query
        .cameras
        .map(|ids| ids.split(',').map(str::to_owned).collect());
    limited(upgrade, TEXT_BUFFER).on_upgrade(move |socket| async move {
        Client {
            manager: Arc::clone(&app.manager),
            requested,
            interval: Duration::from_secs(1) / rate,
            subscriptions: HashMap::new(),
        }
        .serve(socket)
        .await;
    })
}

struct Client {
    manager: Arc<Manager>,
    /// Ids of cameras; all if none.
    requested: Option<Vec<String>>,
    /// The shortest time between two snapshots of a camera.
    interval: Duration,
    subscriptions: HashMap<String, Subscription>,
}

/// A subscription to one camera's snapshots.
struct Subscription {
    channel: Arc<SnapshotChannel>,
    receiver: watch::Receiver<Option<Arc<Snapshot>>>,
    /// When the next snapshot may be sent.
    due: Instant,
    /// Number of the last one that was sent.
    seq: u64,
}

impl Client {
    fn wants(&self, id: &str) -> bool {
        let ids = self.requested.as_ref();
        ids.is_none_or(|ids| ids.iter().any(|requested| requested == id))
    }

    /// Subscribes to new cameras and forgets removed ones.
    fn update_subscriptions(&mut self) {
        let cameras = self.manager.cameras();
        let wanted: Vec<_> = cameras.iter().filter(|c| self.wants(&c.id)).collect();
        self.subscriptions.retain(|id, subscription| {
            wanted
                .iter()
                .any(|c| c.id == *id && Arc::ptr_eq(&c.snapshots, &subscription.channel))
        });
        for camera in wanted {
            self.subscriptions
                .entry(camera.id.clone())
                .or_insert_with(|| {
                    let mut receiver = camera.snapshots.subscribe();
                    receiver.mark_changed();
                    Subscription {
                        receiver,
                        channel: Arc::clone(&camera.snapshots),
                        due: Instant::now(),
                        seq: 0,
                    }
                });
        }
    }

    fn service_state(&self) -> ServiceState {
        let cameras = self.manager.cameras();
        ServiceState {
            version: env!("CARGO_PKG_VERSION"),
            node: self.manager.node().to_owned(),
            now_ns: now_ns(),
            cameras: (cameras.iter())
                .filter(|camera| self.wants(&camera.id))
                .map(|camera| camera.status())
                .collect(),
        }
    }

    /// The message after a change of the cameras.
    fn cameras(&self) -> Option<String> {
        text(&TelemetryMessage::Cameras(self.service_state()))
    }

    async fn serve(mut self, socket: WebSocket) {
        let (mut out, mut inward) = socket.split();
        let mut events = self.manager.subscribe();
        let mut ping = tokio::time::interval(PING_INTERVAL);
        self.update_subscriptions();
        let mut next = text(&TelemetryMessage::Hello(self.service_state()));
        loop {
            if let Some(text) = next.take() {
                let sent = out.send(Message::Text(Utf8Bytes::from(text)));
                match tokio::time::timeout(WRITE_TIMEOUT, sent).await {
                    Ok(Ok(())) => {}
                    _ => return,
                }
            }
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => next = self.event(event),
                    // The client missed events; send it the full state instead.
                    Err(RecvError::Lagged(_)) => {
                        self.update_subscriptions();
                        next = self.cameras();
                    }
                    Err(RecvError::Closed) => {
                        let frame = CloseFrame {
                            code: close_code::AWAY,
                            reason: "the service is shutting down".into(),
                        };
                        out.send(Message::Close(Some(frame))).await.ok();
                        return;
                    }
                },
                id = next_due(&mut self.subscriptions) => next = self.snapshot(&id),
                message = inward.next() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                _ = ping.tick() => {
                    let ping = out.send(Message::Ping(Vec::new().into()));
                    match tokio::time::timeout(WRITE_TIMEOUT, ping).await {
                        Ok(Ok(())) => {}
                        _ => return,
                    }
                }
            }
        }
    }

    /// The message for an event.
    fn event(&mut self, event: ManagerEvent) -> Option<String> {
        match event {
            ManagerEvent::Status(status) => {
                if !self.wants(&status.id) {
                    return None;
                }
                text(&TelemetryMessage::Status(StatusMessage {
                    camera: &status.id,
                    status: &status,
                }))
            }
            ManagerEvent::Camera(camera, event) => {
                if !self.wants(&camera) {
                    return None;
                }
                text(&TelemetryMessage::Event(EventMessage {
                    camera: &camera,
                    event: &event,
                }))
            }
            ManagerEvent::Cameras => {
                self.update_subscriptions();
                self.cameras()
            }
            ManagerEvent::Config(result) => text(&TelemetryMessage::Config(ConfigMessage {
                etag: result.as_ref().ok().cloned(),
                problem: result.err(),
            })),
        }
    }

    /// The message with the newest snapshot of a camera.
    fn snapshot(&mut self, id: &str) -> Option<String> {
        let subscription = self.subscriptions.get_mut(id)?;
        let newest = subscription.receiver.borrow_and_update().clone()?;
        subscription.due = Instant::now() + self.interval;
        let skipped = newest.seq.saturating_sub(subscription.seq + 1);
        let first = std::mem::replace(&mut subscription.seq, newest.seq) == 0;
        let text = text(&TelemetryMessage::Snapshot(SnapshotMessage {
            camera: id,
            sent_ns: now_ns(),
            snapshot: &newest,
        }))?;
        subscription
            .channel
            .count(text.len(), if first { 0 } else { skipped });
        Some(text)
    }
}

fn text(message: &TelemetryMessage<'_>) -> Option<String> {
    serde_json::to_string(message).ok()
}

/// Waits for a newer snapshot that is due, and gives the id of its camera.
async fn next_due(subscriptions: &mut HashMap<String, Subscription>) -> String {
    if subscriptions.is_empty() {
        return std::future::pending().await;
    }
    let waits = subscriptions.iter_mut().map(|(id, subscription)| {
        async move {
            tokio::time::sleep_until(subscription.due).await;
            if subscription.receiver.changed().await.is_err() {
                // The camera was removed; an event will follow.
                std::future::pending::<()>().await;
            }
            // `changed` has marked it as seen, but another camera may be first now.
            subscription.receiver.mark_changed();
            id.clone()
        }
        .boxed()
    });
    select_all(waits).await.0
}
