//! `/ws/preview/{id}`: a camera's previews.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::time::Instant;

use super::app::App;
use super::extractors::{ApiQuery, CameraPath};
use super::messages::PreviewHeader;
use super::websocket::{PICTURE_BUFFER, PING_INTERVAL, WRITE_TIMEOUT, limited};
use crate::manager::camera::Camera;
use crate::manager::preview::PreviewSubscription;

/// Previews a second, unless the client asks for another rate.
const FPS_DEFAULT: u32 = 10;
/// Width in pixels, unless the client asks for another one.
const WIDTH_DEFAULT: u32 = 640;

/// Parameters of the socket.
#[derive(Debug, Deserialize)]
pub struct PreviewQuery {
    /// Previews a second.
    fps: Option<u32>,
    /// Width in pixels.
    width: Option<u32>,
}

/// Opens the socket.
pub async fn open(
    State(app): State<Arc<App>>,
    id: CameraPath,
    ApiQuery(query): ApiQuery<PreviewQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let camera = match id.find(&app.manager) {
        Ok(camera) => camera,
        Err(problem) => return problem.into_response(),
    };
    let fps = query.fps.unwrap_or(FPS_DEFAULT);
    let width = query.width.unwrap_or(WIDTH_DEFAULT);
    limited(upgrade, PICTURE_BUFFER).on_upgrade(move |socket| async move {
        let source = Arc::<Camera>::clone(&camera);
        let subscription = camera.previews.subscribe(source, width, fps);
        // A removed camera must not live on because of its clients.
        drop(camera);
        send_previews(subscription, socket).await;
    })
}

async fn send_previews(
    mut subscription: PreviewSubscription,
    socket: axum::extract::ws::WebSocket,
) {
    let (mut out, mut inward) = socket.split();
    let mut ping = tokio::time::interval(PING_INTERVAL);
    // A fifth shorter: the encoder has the same rate, and a preview that comes a little
    // early must not wait for the next.
    let interval = subscription.interval() * 4 / 5;
    let mut due = Instant::now();
    loop {
        let next = async {
            tokio::time::sleep_until(due).await;
            subscription.next().await
        };
        let jpeg = tokio::select! {
            jpeg = next => jpeg,
            message = inward.next() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = ping.tick() => {
                match tokio::time::timeout(WRITE_TIMEOUT, out.send(Message::Ping(Vec::new().into()))).await {
                    Ok(Ok(())) => continue,
                    _ => return,
                }
            }
        };
        let Some(jpeg) = jpeg else { return };
        due = Instant::now() + interval;
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
        match tokio::time::timeout(WRITE_TIMEOUT, sent).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}
