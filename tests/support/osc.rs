//! An independent OSC receiver (python-osc) as a child process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

/// The content of one datagram.
#[derive(Debug, serde::Deserialize)]
pub struct Datagram {
    /// Whether it was a bundle.
    #[serde(default)]
    pub bundle: bool,
    /// Address and values of each message.
    #[serde(default)]
    pub messages: Vec<Vec<serde_json::Value>>,
    /// The error of python-osc.
    pub error: Option<String>,
}

/// A running receiver.
pub struct OscReceiver {
    child: Child,
    /// Reads while the test runs: a pipe has room for less than a whole video.
    reader: JoinHandle<Vec<Datagram>>,
    /// The port it listens on.
    pub port: u16,
}

impl OscReceiver {
    /// Starts a receiver. Without python-osc it prints the reason for a skip and returns
    /// `None`.
    pub fn start(test: &str) -> Option<Self> {
        let python = super::python::venv();
        let there = python.as_ref().is_some_and(|python| {
            let output = Command::new(python)
                .args(["-c", "import pythonosc"])
                .output();
            output.is_ok_and(|o| o.status.success())
        });
        let Some(python) = python.filter(|_| there) else {
            println!("skipped: {test}: python-osc is missing (cargo xtask setup --tests)");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/osc/receiver.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        lines.read_line(&mut ready).unwrap();
        let port = ready
            .trim()
            .strip_prefix("READY ")
            .unwrap()
            .parse()
            .unwrap();
        let reader = std::thread::spawn(move || {
            let lines = lines.lines();
            lines
                .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
                .collect()
        });
        Some(Self {
            child,
            reader,
            port,
        })
    }

    /// All received datagrams. Call it after the sender has ended.
    pub fn finish(mut self) -> Vec<Datagram> {
        // The receiver ends once its input is closed and it has read everything.
        drop(self.child.stdin.take());
        let all = self.reader.join().unwrap();
        self.child.wait().unwrap();
        all
    }
}
