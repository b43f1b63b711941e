//! `/ws/preview/{id}`: a camera's pictures.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::time::Instant;

use super::App;
use super::extract::{Asked, Named};
use super::messages::PreviewHeader;
use super::telemetry::{BUFFER, MESSAGE_MAX, PING};
use crate::manager::preview::{self, Viewer};

const FPS: u32 = 10;
const WIDTH: u32 = 640;
/// A client that takes longer for a picture is gone.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// How pictures are wanted.
#[derive(Debug, Deserialize)]
pub struct PreviewQuery {
    /// Pictures a second.
    fps: Option<u32>,
    /// Pixels a row.
    width: Option<u32>,
}

/// Opens the socket.
pub async fn open(
    State(app): State<Arc<App>>,
    id: Named,
    Asked(query): Asked<PreviewQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let camera = match id.find(&app.manager) {
        Ok(camera) => camera,
        Err(problem) => return problem.into_response(),
    };
    let (fps, width) = (query.fps.unwrap_or(FPS), query.width.unwrap_or(WIDTH));
    upgrade
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER * 64)
        .max_message_size(MESSAGE_MAX)
        .on_upgrade(move |socket| async move {
            let viewer = preview::watch(&camera, width, fps);
            // Not kept alive by those who look at it.
            drop(camera);
            show(viewer, socket).await;
        })
}

async fn show(mut viewer: Viewer, socket: axum::extract::ws::WebSocket) {
    let (mut out, mut inward) = socket.split();
    let mut ping = tokio::time::interval(PING);
    // A fifth early is on time: the encoder ticks at the same rate.
    let step = viewer.interval() * 4 / 5;
    let mut due = Instant::now();
    loop {
        let next = async {
            tokio::time::sleep_until(due).await;
            viewer.next().await
        };
        let jpeg = tokio::select! {
            jpeg = next => jpeg,
            message = inward.next() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = ping.tick() => {
                match tokio::time::timeout(WRITE_TIME, out.send(Message::Ping(Vec::new().into()))).await {
                    Ok(Ok(())) => continue,
                    _ => return,
                }
            }
        };
        let Some(jpeg) = jpeg else { return };
        due = Instant::now() + step;
        let header = PreviewHeader {
            frame_seq: jpeg.frame_seq,
            capture_ns: jpeg.capture_ns,
            width: jpeg.frame_size.width,
            height: jpeg.frame_size.height,
        };
        let Ok(header) = serde_json::to_string(&header) else {
            return;
        };
        let sent = async {
            out.send(Message::Text(header.into())).await?;
            out.send(Message::Binary(jpeg.bytes.clone().into())).await
        };
        match tokio::time::timeout(WRITE_TIME, sent).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}
