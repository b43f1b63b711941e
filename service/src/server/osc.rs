//! `/ws/osc/{id}`: what a camera's OSC output sends, for those who wonder.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use rosc::{OscPacket, OscType};
use serde_json::{Value, json};

use super::App;
use super::extract::Named;
use super::telemetry::{BUFFER, MESSAGE_MAX};
use crate::manager::camera::Camera;

/// Between two messages to the watcher.
const STEP: Duration = Duration::from_millis(100);

/// Opens the socket.
pub async fn open(State(app): State<Arc<App>>, id: Named, upgrade: WebSocketUpgrade) -> Response {
    let camera = match id.find(&app.manager) {
        Ok(camera) => camera,
        Err(problem) => return problem.into_response(),
    };
    upgrade
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER * 16)
        .max_message_size(MESSAGE_MAX)
        .on_upgrade(move |socket| show(camera, socket))
}

async fn show(camera: Arc<Camera>, socket: WebSocket) {
    let (mut out, mut inward) = socket.split();
    let mut tick = tokio::time::interval(STEP);
    let mut sent = None;
    let mut watched = None;
    let mut told = None;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            message = inward.next() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        }
        let pipeline = camera.pipeline();
        let osc = pipeline.as_ref().and_then(|p| p.config().osc.clone());
        let message = match (pipeline, osc) {
            (Some(pipeline), Some(osc)) => {
                // Another pipeline after the camera was made anew.
                let same = watched.as_ref().is_some_and(|w| Arc::ptr_eq(w, &pipeline));
                if !same {
                    sent = Some(pipeline.watch_osc());
                    watched = Some(pipeline);
                }
                let datagrams = sent.iter().flat_map(|s| s.try_iter());
                let messages: Vec<Value> = datagrams.flat_map(|d| messages(&d)).collect();
                if messages.is_empty() && told.is_some() {
                    continue;
                }
                json!({
                    "receiver": format!("{}:{}", osc.host, osc.port),
                    "messages": newest(messages),
                })
            }
            (None, _) => json!({"messages": null, "reason": "the camera does not run"}),
            (_, None) => json!({"messages": null, "reason": "osc is off for this camera"}),
        };
        let text = message.to_string();
        if told.as_ref() == Some(&text) {
            continue;
        }
        if out.send(Message::Text(text.clone().into())).await.is_err() {
            return;
        }
        told = Some(text);
    }
}

fn messages(datagram: &[u8]) -> Vec<Value> {
    let mut found = Vec::new();
    if let Ok((_, packet)) = rosc::decoder::decode_udp(datagram) {
        collect(packet, &mut found);
    }
    found
}

fn collect(packet: OscPacket, found: &mut Vec<Value>) {
    match packet {
        OscPacket::Message(message) => {
            let args: Vec<Value> = message
                .args
                .iter()
                .map(|arg| match arg {
                    OscType::Float(value) => json!(value),
                    OscType::Int(value) => json!(value),
                    OscType::String(text) => json!(text),
                    other => json!(other.to_string()),
                })
                .collect();
            found.push(json!({"address": message.addr, "args": args}));
        }
        OscPacket::Bundle(bundle) => {
            for packet in bundle.content {
                collect(packet, found);
            }
        }
    }
}

/// Of several messages to one address the last.
fn newest(messages: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for message in messages {
        match kept.iter_mut().find(|k| k["address"] == message["address"]) {
            Some(known) => *known = message,
            None => kept.push(message),
        }
    }
    kept
}
