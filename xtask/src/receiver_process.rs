//! The demo's OSC receiver: runs `rextrack-tools receive`, which shares no code with the
//! sender and prints the messages as any other receiver would.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use crate::command::Result;

/// A receiver on a free port of this machine. Dropping this value ends it.
pub struct ReceiverProcess {
    /// The port it listens on.
    pub port: u16,
    program: Child,
    /// The receiver ends when its input does.
    input: Option<ChildStdin>,
    printer: Option<JoinHandle<ReceivedCounts>>,
}

/// Totals of everything that arrived.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct ReceivedCounts {
    /// Datagrams that were OSC bundles.
    pub bundles: u64,
    /// OSC messages in them.
    pub messages: u64,
    /// Datagrams that were not OSC.
    pub not_osc: u64,
}

impl ReceiverProcess {
    /// Starts the program at `tools`, whose lines are printed until `finish`.
    pub fn start(tools: &Path) -> Result<ReceiverProcess> {
        let refused = |reason: String| format!("demo: the OSC receiver did not start ({reason})");
        let mut program = Command::new(tools)
            .args(["receive", "--child"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| refused(format!("{}: {error}", tools.display())))?;
        let input = program.stdin.take();
        let output = program.stdout.take().ok_or("demo: no output")?;
        let mut lines = BufReader::new(output).lines().map_while(|line| line.ok());
        let first = lines.next().unwrap_or_default();
        let port = first.rsplit(':').next().and_then(|port| port.parse().ok());
        let Some(port) = port else {
            program.kill().ok();
            program.wait().ok();
            return Err(refused("see the line above".into()));
        };
        let printer = std::thread::Builder::new()
            .name("osc-printer".into())
            .spawn(move || {
                let mut received = ReceivedCounts::default();
                for line in lines {
                    match ReceivedCounts::from_line(&line) {
                        Some(sum) => received = sum,
                        None => println!("{line}"),
                    }
                }
                received
            })
            .map_err(|error| refused(error.to_string()))?;
        Ok(ReceiverProcess {
            port,
            program,
            input,
            printer: Some(printer),
        })
    }

    /// Ends the receiver once nothing more is waiting in its socket.
    pub fn finish(mut self) -> ReceivedCounts {
        self.input.take();
        let printer = self.printer.take();
        printer
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    }
}

impl Drop for ReceiverProcess {
    fn drop(&mut self) {
        self.input.take();
        self.program.wait().ok();
    }
}

impl ReceivedCounts {
    /// The receiver's last line: `received: 3 bundles, 12 messages, 0 not_osc`.
    fn from_line(line: &str) -> Option<Self> {
        let mut counts = line.strip_prefix("received: ")?.split(", ");
        let mut count = |what: &str| {
            let (number, name) = counts.next()?.split_once(' ')?;
            (name == what).then(|| number.parse().ok())?
        };
        Some(Self {
            bundles: count("bundles")?,
            messages: count("messages")?,
            not_osc: count("not_osc")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_line_has_the_totals() {
        let sum = ReceivedCounts {
            bundles: 795,
            messages: 12_000,
            not_osc: 1,
        };
        let line = "received: 795 bundles, 12000 messages, 1 not_osc";
        assert_eq!(ReceivedCounts::from_line(line), Some(sum));
        assert_eq!(ReceivedCounts::from_line("osc: p1 (0.42, 0.61)"), None);
        assert_eq!(ReceivedCounts::from_line("received: 795 bundles"), None);
    }
}
