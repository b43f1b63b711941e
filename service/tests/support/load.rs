//! Parts of the load tests: sizes, random numbers and an RTSP camera.

use std::process::{Child, Command, Stdio};

/// Whether the long forms are wanted.
pub fn long() -> bool {
    std::env::var_os("REXTRACK_LOAD").is_some()
}

/// So many, of which the short form does a part.
pub fn times(all: usize, few: usize) -> usize {
    if long() { all } else { few }
}

/// One of ten thousand, the next each time: the same run every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        // Marsaglia's xorshift (2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What strange bodies are made of.
pub const BYTES: &[u8] = b"{}[]\":,0aZ\0\xff e-.\n";

pub fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = ((values.len() as f64 * share) as usize).min(values.len() - 1);
    values[index]
}

/// An RTSP server; killed when dropped.
pub struct Camera(pub Child, pub String);

impl Camera {
    pub fn start(film: &std::path::Path) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/rtsp/server.py");
        let mut child = Command::new("/usr/bin/python3")
            .args([script, "--loop", "--port", "0", "--file"])
            .arg(film)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let out = child.stdout.take()?;
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).ok()?;
        let url = line.trim().strip_prefix("READY ").map(str::to_owned);
        let camera = Self(child, url.clone().unwrap_or_default());
        url.map(|_| camera)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
