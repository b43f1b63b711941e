//! `/ws/telemetry`: whole snapshots and news, as fast as the client reads.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures_util::{FutureExt, SinkExt, StreamExt, future::select_all};
use rextrack::clock::now_ns;
use rextrack::slots::Snapshot;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;

use super::App;
use super::extract::Asked;
use super::messages::{
    ConfigMessage, EventMessage, ServiceState, SnapshotMessage, StatusMessage, TelemetryMessage,
};
use crate::manager::feed::Feed;
use crate::manager::{Manager, Notice};

/// Snapshots a second of a camera, if the client does not say.
const RATE: u32 = 30;
const RATE_MAX: u32 = 60;
/// A client that takes longer for a message is gone.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// How often a client that says nothing is asked whether it is there.
pub const PING: Duration = Duration::from_secs(20);
/// Bytes that wait for a client in this process; the rest is the newest snapshot.
pub const BUFFER: usize = 64 * 1024;
/// Largest message from a client; it has nothing to say.
pub const MESSAGE_MAX: usize = 4096;

/// What a client wants to know.
#[derive(Debug, Deserialize)]
pub struct TelemetryQuery {
    /// Ids between commas; all if not given.
    cameras: Option<String>,
    /// Snapshots a second of each camera.
    rate: Option<u32>,
}

/// Opens the socket.
pub async fn open(
    State(app): State<Arc<App>>,
    Asked(query): Asked<TelemetryQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let rate = query.rate.unwrap_or(RATE).clamp(1, RATE_MAX);
    let wanted = query
        .cameras
        .map(|ids| ids.split(',').map(str::to_owned).collect());
    upgrade
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER * 16)
        .max_message_size(MESSAGE_MAX)
        .on_upgrade(move |socket| async move {
            Client {
                manager: Arc::clone(&app.manager),
                wanted,
                step: Duration::from_secs(1) / rate,
                feeds: HashMap::new(),
            }
            .serve(socket)
            .await;
        })
}

struct Client {
    manager: Arc<Manager>,
    wanted: Option<Vec<String>>,
    step: Duration,
    feeds: HashMap<String, Followed>,
}

struct Followed {
    feed: Arc<Feed>,
    receiver: watch::Receiver<Option<Arc<Snapshot>>>,
    due: Instant,
    seq: u64,
}

impl Client {
    fn wants(&self, id: &str) -> bool {
        let ids = self.wanted.as_ref();
        ids.is_none_or(|ids| ids.iter().any(|wanted| wanted == id))
    }

    /// Follows the cameras that there are now.
    fn follow(&mut self) {
        let cameras = self.manager.cameras();
        let wanted: Vec<_> = cameras.iter().filter(|c| self.wants(&c.id)).collect();
        self.feeds.retain(|id, followed| {
            wanted
                .iter()
                .any(|c| c.id == *id && Arc::ptr_eq(&c.feed, &followed.feed))
        });
        for camera in wanted {
            self.feeds
                .entry(camera.id.clone())
                .or_insert_with(|| Followed {
                    receiver: {
                        let mut receiver = camera.feed.subscribe();
                        receiver.mark_changed();
                        receiver
                    },
                    feed: Arc::clone(&camera.feed),
                    due: Instant::now(),
                    seq: 0,
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

    /// All cameras that the client asked for, after a change.
    fn cameras(&self) -> Option<String> {
        text(&TelemetryMessage::Cameras(self.service_state()))
    }

    async fn serve(mut self, socket: WebSocket) {
        let (mut out, mut inward) = socket.split();
        let mut notices = self.manager.subscribe();
        let mut ping = tokio::time::interval(PING);
        self.follow();
        let mut next = text(&TelemetryMessage::Hello(self.service_state()));
        loop {
            if let Some(text) = next.take() {
                let sent = out.send(Message::Text(Utf8Bytes::from(text)));
                match tokio::time::timeout(WRITE_TIME, sent).await {
                    Ok(Ok(())) => {}
                    _ => return,
                }
            }
            tokio::select! {
                notice = notices.recv() => match notice {
                    Ok(notice) => next = self.tell(notice),
                    // Too slow for the news: how things stand is news enough.
                    Err(RecvError::Lagged(_)) => {
                        self.follow();
                        next = self.cameras();
                    }
                    Err(RecvError::Closed) => {
                        let frame = CloseFrame {
                            code: close_code::AWAY,
                            reason: "the service ends".into(),
                        };
                        out.send(Message::Close(Some(frame))).await.ok();
                        return;
                    }
                },
                id = newer(&mut self.feeds) => next = self.snapshot(&id),
                message = inward.next() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                _ = ping.tick() => {
                    let ping = out.send(Message::Ping(Vec::new().into()));
                    match tokio::time::timeout(WRITE_TIME, ping).await {
                        Ok(Ok(())) => {}
                        _ => return,
                    }
                }
            }
        }
    }

    fn tell(&mut self, notice: Notice) -> Option<String> {
        match notice {
            Notice::Status(status) => {
                if !self.wants(&status.id) {
                    return None;
                }
                text(&TelemetryMessage::Status(StatusMessage {
                    camera: &status.id,
                    status: &status,
                }))
            }
            Notice::Event(camera, event) => {
                if !self.wants(&camera) {
                    return None;
                }
                text(&TelemetryMessage::Event(EventMessage {
                    camera: &camera,
                    event: &event,
                }))
            }
            Notice::Cameras => {
                self.follow();
                self.cameras()
            }
            Notice::Config(result) => text(&TelemetryMessage::Config(ConfigMessage {
                etag: result.as_ref().ok().cloned(),
                problem: result.err(),
            })),
        }
    }

    /// The newest snapshot of a camera, and when the next is due.
    fn snapshot(&mut self, id: &str) -> Option<String> {
        let followed = self.feeds.get_mut(id)?;
        let newest = followed.receiver.borrow_and_update().clone()?;
        followed.due = Instant::now() + self.step;
        let skipped = newest.seq.saturating_sub(followed.seq + 1);
        let first = std::mem::replace(&mut followed.seq, newest.seq) == 0;
        let text = text(&TelemetryMessage::Snapshot(SnapshotMessage {
            camera: id,
            sent_ns: now_ns(),
            snapshot: &newest,
        }))?;
        followed
            .feed
            .count(text.len(), if first { 0 } else { skipped });
        Some(text)
    }
}

fn text(message: &TelemetryMessage<'_>) -> Option<String> {
    serde_json::to_string(message).ok()
}

/// The first camera that has something newer and is due.
async fn newer(feeds: &mut HashMap<String, Followed>) -> String {
    if feeds.is_empty() {
        return std::future::pending().await;
    }
    let waits = feeds.iter_mut().map(|(id, followed)| {
        async move {
            tokio::time::sleep_until(followed.due).await;
            if followed.receiver.changed().await.is_err() {
                // The camera is gone; a notice will say so.
                std::future::pending::<()>().await;
            }
            // Seen here, it would not be seen again if another camera was first.
            followed.receiver.mark_changed();
            id.clone()
        }
        .boxed()
    });
    select_all(waits).await.0
}
