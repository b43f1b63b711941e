//! A real RTSP server (gst-rtsp-server) as a child process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// The Python that Debian's GStreamer bindings belong to.
const PYTHON: &str = "/usr/bin/python3";

/// A running server. Dropping it kills it, like a camera that loses power.
pub struct RtspServer {
    child: Child,
    // Closing it ends the server.
    _stdin: ChildStdin,
    /// Its address without credentials.
    pub url: String,
}

impl RtspServer {
    /// Serves `file` in a loop on `port` (0 takes a free port). Without gst-rtsp-server it
    /// prints the reason for a skip and returns `None`.
    pub fn start(test: &str, file: &Path, port: u16, more: &[&str]) -> Option<Self> {
        let needs = "import gi; gi.require_version('GstRtspServer', '1.0'); \
                     from gi.repository import GstRtspServer";
        let there = Command::new(PYTHON).args(["-c", needs]).output();
        if !there.is_ok_and(|o| o.status.success()) {
            println!("skipped: {test}: gst-rtsp-server is missing (cargo xtask setup --tests)");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rtsp/server.py");
        let mut child = Command::new(PYTHON)
            .arg(script)
            .arg("--file")
            .arg(file)
            .args(["--loop", "--port", &port.to_string()])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("READY ");
        Some(Self {
            url: url.unwrap_or_else(|| panic!("server said: {line}")).into(),
            _stdin: child.stdin.take().unwrap(),
            child,
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        let after = self.url.rsplit(':').next().unwrap();
        after.split('/').next().unwrap().parse().unwrap()
    }

    /// Suspends the server: connections stay open and no data arrives, as with a camera that
    /// has crashed.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Resumes a suspended server.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args([name, &pid]).status();
        assert!(kill.is_ok_and(|s| s.success()));
    }

    /// The address with a user and a password.
    pub fn url_with(&self, user: &str, password: &str) -> String {
        self.url
            .replace("rtsp://", &format!("rtsp://{user}:{password}@"))
    }
}

impl Drop for RtspServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
