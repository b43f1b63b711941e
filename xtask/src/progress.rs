//! Progress of a download: one moving line on a terminal, a line every 15 s elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often the line on a terminal is drawn again.
const REDRAW: Duration = Duration::from_millis(200);
/// How often a line is printed where there is no terminal.
const LINE: Duration = Duration::from_secs(15);

/// The progress of one file.
pub struct Progress {
    name: String,
    begin: u64,
    started: Instant,
    terminal: bool,
    drawn: bool,
}

impl Progress {
    /// The progress of `name`, of which `begin` bytes are there already.
    pub fn new(name: &str, begin: u64) -> Progress {
        Progress {
            name: name.to_owned(),
            begin,
            started: Instant::now(),
            terminal: std::io::stdout().is_terminal(),
            drawn: false,
        }
    }

    /// How often [`Progress::show`] is to be called.
    pub fn interval(&self) -> Duration {
        if self.terminal { REDRAW } else { LINE }
    }

    /// Shows how many bytes of how many are there.
    pub fn show(&mut self, done: u64, total: Option<u64>) {
        let line = line(
            &self.name,
            done,
            total,
            done.saturating_sub(self.begin),
            self.started.elapsed(),
        );
        if self.terminal {
            // Back to the line's start, and erase what a longer line left.
            print!("\r{line}\x1b[K");
            let _ = std::io::stdout().flush();
            self.drawn = true;
        } else {
            println!("{line}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            print!("\r\x1b[K");
            let _ = std::io::stdout().flush();
        }
    }
}

/// `setup: a.tgz: 12.0 of 144.5 MB (8%), 3.1 MB/s`
fn line(name: &str, done: u64, total: Option<u64>, arrived: u64, time: Duration) -> String {
    let rate = arrived as f64 / 1e6 / time.as_secs_f64().max(0.001);
    match total {
        Some(total) if total > 0 => format!(
            "setup: {name}: {:.1} of {} ({}%), {rate:.1} MB/s",
            done as f64 / 1e6,
            megabytes(total),
            done.min(total) * 100 / total
        ),
        _ => format!("setup: {name}: {}, {rate:.1} MB/s", megabytes(done)),
    }
}

/// A size as people say it: `144.5 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_shows_bytes_percentage_and_speed() {
        let second = Duration::from_secs(1);
        assert_eq!(
            line("a.tgz", 72_250_000, Some(144_500_000), 10_000_000, second),
            "setup: a.tgz: 72.2 of 144.5 MB (50%), 10.0 MB/s"
        );
        assert_eq!(
            line("a.tgz", 2_000_000, None, 2_000_000, second),
            "setup: a.tgz: 2.0 MB, 2.0 MB/s"
        );
        assert!(line("a", 0, Some(0), 0, Duration::ZERO).starts_with("setup: a: 0.0 MB"));
    }
}
