//! A WebSocket client of a running service.

use std::net::TcpStream;

use serde_json::Value;
use tungstenite::{Message, WebSocket};

use super::service::{Service, TIMEOUT};

/// An open WebSocket.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    pub fn open(service: &Service, path: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", service.port())).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let url = format!("{}{path}", service.url.replace("http", "ws"));
        Self(tungstenite::client(url, stream).unwrap().0)
    }

    pub fn message(&mut self) -> Message {
        loop {
            match self.0.read().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    pub fn json(&mut self) -> Value {
        serde_json::from_str(self.message().to_text().unwrap()).unwrap()
    }

    /// The next message of that type that is as it should be.
    pub fn next(&mut self, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.json();
            if message["type"] == kind && is(&message) {
                return message;
            }
        }
    }
}
