//! A running `rextrack serve`, and a client for it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long a test waits for a condition.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// A service on a free port of loopback; killed when dropped.
pub struct Service {
    child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub url: String,
    /// The link that was printed.
    pub link: String,
    folder: TempDir,
    agent: ureq::Agent,
    /// Sent with each request.
    pub token: Option<String>,
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// Asserts that it is a problem document of a status and type.
    pub fn assert_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
    }

    /// A header's value, empty if there is none.
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        value.map_or_else(String::new, |v| v.to_str().unwrap().to_owned())
    }
}

impl Service {
    /// With that configuration file.
    pub fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.yaml"), config).unwrap();
        Self::start_in(folder, &[])
    }

    /// In a folder that may hold a `config.yaml`.
    pub fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        let mut command = super::rextrack(["serve", "--json", "--port", "0"]);
        command.args(arguments).current_dir(folder.path());
        Self::spawn(command, folder)
    }

    pub fn spawn(mut command: Command, folder: TempDir) -> Self {
        let log = std::fs::File::create(folder.path().join("stderr.txt")).unwrap();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let log = std::fs::read_to_string(folder.path().join("stderr.txt"));
            panic!("it said '{line}' and {log:?}")
        });
        let link = said["url"].as_str().unwrap().to_owned();
        let (url, token) = match link.split_once("/?token=") {
            Some((url, token)) => (url.to_owned(), Some(token.to_owned())),
            None => (link.trim_end_matches('/').to_owned(), None),
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A connection that a refused body has ended must not be used again.
            .max_idle_connections(0)
            .timeout_global(Some(TIMEOUT))
            .build()
            .into();
        // The machine's own name may not resolve to it.
        let port = url.rsplit(':').next().unwrap();
        Self {
            url: format!("http://127.0.0.1:{port}"),
            child,
            link,
            folder,
            agent,
            token,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("config.yaml")
    }

    pub fn saved(&self) -> String {
        std::fs::read_to_string(self.config_file()).unwrap_or_default()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.txt")).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Sends a request with headers besides the token.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = self.agent.run(request.body(body).unwrap());
        let mut response = sent.unwrap_or_else(|e| panic!("{method} {path}: {e}; {}", self.log()));
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: {
                let bytes = response.body_mut().read_to_vec().unwrap();
                String::from_utf8_lossy(&bytes).into_owned()
            },
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends JSON.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let kind = [("content-type", "application/json")];
        self.send(method, path, &kind, body.to_string().as_bytes())
    }

    /// A camera's status.
    pub fn status(&self, camera: &str) -> Value {
        let answer = self.get(&format!("/api/v1/cameras/{camera}"));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["status"].take()
    }

    /// Waits until a condition holds for a camera's status.
    pub fn wait_for(&self, camera: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let status = self.status(camera);
            if is(&status) {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "{camera} never was {what}: {status:#}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn wait_live(&self, camera: &str) -> Value {
        self.wait_for(camera, "live", |s| s["source_state"] == "live")
    }

    /// Waits until a condition holds.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        while !holds() {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.pid().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end and returns the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Ends it and returns its folder, for a restart.
    pub fn into_folder(mut self) -> TempDir {
        self.kill();
        let empty = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.folder, empty)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}
