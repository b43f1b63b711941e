//! The programs that download files: curl, or Python if there is no curl.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::on_path;

/// How long to wait for a server before giving up, in seconds.
const TIMEOUT_S: &str = "20";
/// The exit status for a server that does not resume; curl's own.
pub const NO_RANGES: i32 = 33;

/// The same as curl's command below, for machines without curl.
const PYTHON: &str = r#"
import os, sys, urllib.error, urllib.request
address, part, headers, timeout = sys.argv[1:]
begin = os.path.getsize(part) if os.path.exists(part) else 0
request = urllib.request.Request(address)
if begin:
    request.add_header("Range", "bytes=%d-" % begin)
try:
    answer = urllib.request.urlopen(request, timeout=float(timeout))
except urllib.error.HTTPError as error:
    with open(headers, "w") as file:
        file.write("HTTP/1.1 %d\n" % error.code)
    sys.exit("HTTP %d %s" % (error.code, error.reason))
except urllib.error.URLError as error:
    sys.exit(str(error.reason))
if begin and answer.status != 206:
    sys.exit(33)
length = answer.headers.get("Content-Length")
with open(headers, "w") as file:
    file.write("HTTP/1.1 %d\n" % answer.status)
    if length:
        file.write("Content-Length: %s\n" % length)
with open(part, "ab", buffering=0) as target:
    while True:
        data = answer.read(1 << 16)
        if not data:
            break
        target.write(data)
if length and os.path.getsize(part) != begin + int(length):
    sys.exit("the connection ended early")
"#;

/// A program that downloads.
pub enum HttpClient {
    /// curl, at this path.
    Curl(PathBuf),
    /// A Python 3, at this path.
    Python(PathBuf),
}

impl HttpClient {
    /// What this machine has.
    pub fn find() -> Option<HttpClient> {
        // Windows brings curl, and a `python3` there may be a stub.
        on_path("curl").map(HttpClient::Curl).or_else(|| {
            on_path("python3")
                .or_else(|| on_path("python"))
                .map(HttpClient::Python)
        })
    }

    /// The command that appends the missing rest of the file at `address` to `part`, and
    /// writes the server's headers into `headers`.
    pub fn command(&self, address: &str, part: &Path, headers: &Path) -> Command {
        match self {
            HttpClient::Curl(curl) => {
                let mut command = Command::new(curl);
                // A stalled transfer ends too, however long a slow one may take.
                command
                    .args(["-fsSL", "--connect-timeout", TIMEOUT_S])
                    .args(["--speed-time", TIMEOUT_S, "--speed-limit", "1000"])
                    .args(["--continue-at", "-", "--dump-header"])
                    .arg(headers)
                    .arg("-o")
                    .arg(part)
                    .args(["--url", address]);
                command
            }
            HttpClient::Python(python) => {
                let mut command = Command::new(python);
                command.args(["-c", PYTHON, address]).arg(part);
                command.arg(headers).arg(TIMEOUT_S);
                command
            }
        }
    }
}
