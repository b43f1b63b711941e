//! `/ws/osc/{id}`: a monitor of what a camera's OSC output sends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use rosc::{OscPacket, OscType};

use super::app::App;
use super::extractors::CameraPath;
use super::messages::{OscArgument, OscMessage, OscMonitorMessage};
use super::websocket::{TEXT_BUFFER, limited};
use crate::manager::camera::Camera;

/// Time between two messages to the client.
const INTERVAL: Duration = Duration::from_millis(100);

/// Opens the socket.
pub async fn open(
    State(app): State<Arc<App>>,
    id: CameraPath,
    upgrade: WebSocketUpgrade,
) -> Response {
    let camera = match id.find(&app.manager) {
        Ok(camera) => camera,
        Err(problem) => return problem.into_response(),
    };
    limited(upgrade, TEXT_BUFFER).on_upgrade(move |socket| send_messages(camera, socket))
}

async fn send_messages(camera: Arc<Camera>, socket: WebSocket) {
    let (mut out, mut inward) = socket.split();
    let mut tick = tokio::time::interval(INTERVAL);
    let mut datagrams = None;
    let mut monitored = None;
    let mut last_sent = None;
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
                // The camera has another pipeline after a restart.
                let same = monitored
                    .as_ref()
                    .is_some_and(|m| Arc::ptr_eq(m, &pipeline));
                if !same {
                    datagrams = Some(pipeline.monitor_osc());
                    monitored = Some(pipeline);
                }
                let datagrams = datagrams.iter().flat_map(|d| d.try_iter());
                let messages: Vec<OscMessage> = datagrams.flat_map(|d| messages(&d)).collect();
                if messages.is_empty() && last_sent.is_some() {
                    continue;
                }
                OscMonitorMessage::Messages {
                    receiver: format!("{}:{}", osc.host, osc.port),
                    messages: newest_of_each_address(messages),
                }
            }
            (None, _) => off("the camera is not running"),
            (_, None) => off("OSC is off for this camera"),
        };
        let Ok(text) = serde_json::to_string(&message) else {
            return;
        };
        if last_sent.as_ref() == Some(&text) {
            continue;
        }
        if out.send(Message::Text(text.clone().into())).await.is_err() {
            return;
        }
        last_sent = Some(text);
    }
}

fn off(reason: &'static str) -> OscMonitorMessage {
    OscMonitorMessage::Off {
        messages: (),
        reason,
    }
}

fn messages(datagram: &[u8]) -> Vec<OscMessage> {
    let mut messages = Vec::new();
    if let Ok((_, packet)) = rosc::decoder::decode_udp(datagram) {
        collect(packet, &mut messages);
    }
    messages
}

fn collect(packet: OscPacket, messages: &mut Vec<OscMessage>) {
    match packet {
        OscPacket::Message(message) => messages.push(OscMessage {
            address: message.addr,
            args: message.args.into_iter().map(argument).collect(),
        }),
        OscPacket::Bundle(bundle) => {
            for packet in bundle.content {
                collect(packet, messages);
            }
        }
    }
}

fn argument(value: OscType) -> OscArgument {
    match value {
        OscType::Float(value) => OscArgument::Float(value),
        OscType::Int(value) => OscArgument::Int(value),
        OscType::String(text) => OscArgument::Text(text),
        other => OscArgument::Text(other.to_string()),
    }
}

fn newest_of_each_address(messages: Vec<OscMessage>) -> Vec<OscMessage> {
    let mut newest: Vec<OscMessage> = Vec::new();
    for message in messages {
        match newest.iter_mut().find(|n| n.address == message.address) {
            Some(earlier) => *earlier = message,
            None => newest.push(message),
        }
    }
    newest
}
