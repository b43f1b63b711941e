//! Runs other programs, and explains failures.

use std::env;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The result of a command: a value, or a message for the user that names the failure
/// and the remedy.
pub type Result<T> = std::result::Result<T, String>;

/// How many of a failed program's last lines are shown.
const TAIL_LINES: usize = 12;
/// How often a long quiet step prints that it is still running.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The output of a program that has ended.
pub struct CapturedOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
}

/// Runs a program without showing its output.
///
/// Blocks until the program ends, and calls `meanwhile` every `interval` with
/// the time that has passed.
pub fn run_watched(
    command: &mut Command,
    interval: Duration,
    mut meanwhile: impl FnMut(Duration),
) -> std::io::Result<CapturedOutput> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Both streams are read at once: a program that fills one while we read
    // the other would never end.
    let (sender, ended) = mpsc::channel();
    let stdout = collect(child.stdout.take(), sender.clone());
    let stderr = collect(child.stderr.take(), sender);
    while ended.recv_timeout(interval) == Err(mpsc::RecvTimeoutError::Timeout) {
        meanwhile(started.elapsed());
    }
    let stdout = stdout.join().unwrap_or_default();
    let stderr = stderr.join().unwrap_or_default();
    Ok(CapturedOutput {
        status: child.wait()?,
        stdout,
        stderr,
    })
}

/// Runs a program without showing its output and gives its standard output back.
///
/// Blocks until the program ends; every 20 s it prints that it is still
/// running. A failure names the command, its last lines and `remedy`.
pub fn run_quiet(what: &str, command: &mut Command, remedy: &str) -> Result<String> {
    let ended = run_watched(command, HEARTBEAT, |passed| {
        println!("{what}: still running ({} s)", passed.as_secs());
    })
    .map_err(|error| failure(what, command, &error.to_string(), "", remedy))?;
    if ended.status.success() {
        return Ok(ended.stdout);
    }
    let said = if ended.stderr.trim().is_empty() {
        ended.stdout
    } else {
        ended.stderr
    };
    let status = ended.status.to_string();
    Err(failure(what, command, &status, &said, remedy))
}

/// Runs a program with our own input and output, for builds whose progress people watch.
pub fn run_visible(what: &str, command: &mut Command, remedy: &str) -> Result<()> {
    let status = status(command).map_err(|error| failure(what, command, &error, "", remedy))?;
    if status.success() {
        return Ok(());
    }
    Err(failure(what, command, &status.to_string(), "", remedy))
}

/// A program's standard output, or `None` if it does not start or fails.
pub fn query(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program of this name lies on the PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(&name))
        .find(|path| path.is_file())
}

/// A command as a person would type it.
pub fn command_line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.is_empty() || word.contains([' ', '\n', '"', '\'', ';', '$']) {
                format!("'{}'", word.replace('\'', r"'\''"))
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The last lines of a program's output, indented.
pub fn tail(said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    lines[from..]
        .iter()
        .map(|line| format!("\n    {line}"))
        .collect()
}

/// The message for a step that failed.
pub fn failure(what: &str, command: &Command, why: &str, said: &str, remedy: &str) -> String {
    let said = tail(said);
    let said = if said.is_empty() {
        said
    } else {
        format!("\n  last lines:{said}")
    };
    format!(
        "{what} failed ({why})\n  command: {}{said}\n  remedy: {remedy}",
        command_line(command)
    )
}

/// A failure in one line: the place and the last line of output. This is enough where
/// several places are tried.
pub fn one_line(place: &str, message: &str) -> String {
    let said = message.lines().rfind(|line| line.starts_with("    "));
    let said = said.or_else(|| message.lines().next()).unwrap_or_default();
    format!("{place}: {}", said.trim())
}

fn status(command: &mut Command) -> Result<ExitStatus> {
    command.status().map_err(|error| error.to_string())
}

fn collect<R: Read + Send + 'static>(
    stream: Option<R>,
    alive: mpsc::Sender<()>,
) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // A broken pipe ends the output; the exit status tells the rest.
            let _ = stream.read_to_end(&mut bytes);
        }
        // The waiting side wakes when both senders are gone.
        drop(alive);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn failure_names_command_last_lines_and_remedy() {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.arg("no-such-command");
        let message = run_quiet("demo: a step", &mut command, "type another").unwrap_err();
        assert!(
            message.starts_with("demo: a step failed (exit"),
            "{message}"
        );
        assert!(message.contains("cargo no-such-command"), "{message}");
        assert!(
            message.contains("last lines:\n    error: no such command"),
            "{message}"
        );
        assert!(message.ends_with("remedy: type another"), "{message}");
    }

    #[test]
    fn missing_program_is_a_failure() {
        let message = run_quiet(
            "setup: pip",
            &mut Command::new("rextrack-no-such-program"),
            "install it",
        )
        .unwrap_err();
        assert!(
            message.contains("command: rextrack-no-such-program"),
            "{message}"
        );
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        let said: String = (1..=40).map(|n| format!("line {n}\n")).collect();
        assert_eq!(tail(&said).lines().count(), TAIL_LINES + 1);
        assert!(tail(&said).ends_with("line 40"));
    }

    #[test]
    fn one_line_keeps_the_last_line_of_a_failure() {
        let message = "setup: download failed (exit status: 6)\n  command: curl x\n  last lines:\
                       \n    curl: (6) Could not resolve host: x\n  remedy: ";
        assert_eq!(
            one_line("https://x", message),
            "https://x: curl: (6) Could not resolve host: x"
        );
        assert_eq!(one_line("a", "gzip cannot read a"), "a: gzip cannot read a");
    }
}
