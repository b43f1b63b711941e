//! A real broker (mosquitto) as a child process.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::service::TIMEOUT;

/// A running mosquitto; killed when dropped.
pub struct Broker {
    child: Option<Child>,
    config: tempfile::NamedTempFile,
    pub port: u16,
}

impl Broker {
    /// On a free port of loopback, with more lines of configuration. `None`, and a
    /// line that says why, where there is no mosquitto.
    pub fn start(test: &str, more: &str) -> Option<Self> {
        if program().is_none() {
            println!("skipped: {test}: mosquitto is missing (cargo xtask setup --tests)");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut config = tempfile::NamedTempFile::new().unwrap();
        let allow = if more.contains("allow_anonymous") {
            ""
        } else {
            "allow_anonymous true\n"
        };
        write!(config, "listener {port} 127.0.0.1\n{allow}{more}").unwrap();
        let mut broker = Self {
            child: None,
            config,
            port,
        };
        broker.restart();
        Some(broker)
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    pub fn restart(&mut self) {
        self.kill();
        let child = Command::new(program().unwrap())
            .arg("-c")
            .arg(self.config.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let deadline = Instant::now() + TIMEOUT;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "mosquitto does not listen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }
}

/// Debian puts it where ordinary users do not look.
fn program() -> Option<&'static str> {
    [
        "/usr/sbin/mosquitto",
        "/usr/local/sbin/mosquitto",
        "/opt/homebrew/sbin/mosquitto",
    ]
    .into_iter()
    .find(|path| Path::new(path).is_file())
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A subscriber of a broker.
pub struct Listener {
    connection: rumqttc::Connection,
    _client: rumqttc::Client,
}

impl Listener {
    pub fn new(broker: &Broker, topic: &str) -> Self {
        Self::with(broker, topic, None)
    }

    pub fn with(broker: &Broker, topic: &str, user: Option<(&str, &str)>) -> Self {
        let id = format!("listener-{}-{}", std::process::id(), topic.len());
        let mut options = rumqttc::MqttOptions::new(id, ("127.0.0.1", broker.port));
        options.set_max_packet_size(1 << 20, 1 << 20);
        if let Some((user, password)) = user {
            options.set_credentials(user, password.to_owned());
        }
        let (client, connection) = rumqttc::Client::builder(options).capacity(64).build();
        client.subscribe(topic, rumqttc::QoS::AtLeastOnce).unwrap();
        Self {
            connection,
            _client: client,
        }
    }

    /// The next message that is as it should be: whether the broker kept it, topic
    /// and content.
    pub fn next(
        &mut self,
        is: impl Fn(&str, &serde_json::Value) -> bool,
    ) -> (bool, String, serde_json::Value) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            assert!(Instant::now() < deadline, "no such message came");
            let left = deadline.saturating_duration_since(Instant::now());
            match self.connection.recv_timeout(left) {
                Ok(Ok(rumqttc::Event::Incoming(rumqttc::Incoming::Publish(message)))) => {
                    let content = serde_json::from_slice(&message.payload).unwrap();
                    let topic = String::from_utf8(message.topic.to_vec()).unwrap();
                    if is(&topic, &content) {
                        return (message.retain, topic, content);
                    }
                }
                // It comes back by itself.
                _ => std::thread::sleep(std::time::Duration::from_millis(5)),
            }
        }
    }
}

/// A publisher of any message on a broker.
pub struct Publisher {
    client: rumqttc::Client,
}

impl Publisher {
    pub fn new(broker: &Broker) -> Self {
        let id = format!("publisher-{}-{}", std::process::id(), broker.port);
        let mut options =
            rumqttc::MqttOptions::new(id, rumqttc::Broker::tcp("127.0.0.1", broker.port));
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut connection) = rumqttc::Client::builder(options).capacity(64).build();
        // Ends with the client.
        std::thread::spawn(move || connection.iter().take_while(Result::is_ok).for_each(drop));
        Self { client }
    }

    pub fn send(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        let options = rumqttc::PublishOptions::new(rumqttc::QoS::AtLeastOnce);
        let payload: Vec<u8> = payload.into();
        self.client.publish(topic, payload, options).unwrap();
    }
}
