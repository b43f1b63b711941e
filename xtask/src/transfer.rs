//! Downloads the file at a URL. An interrupted download is kept, and the next one resumes
//! it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::command::{self, Result};
use crate::http_client::{HttpClient, NO_RANGES};
use crate::progress::{Progress, megabytes};

/// How often one run resumes a broken transfer, as long as each attempt receives something.
const ATTEMPTS: u32 = 5;
/// Downloads `address` to `to` and checks it with `check`. An incomplete download is in
/// [`part_of`] `to`, and the next call resumes it. The error is one line.
pub fn fetch(
    client: &HttpClient,
    address: &str,
    to: &Path,
    check: impl Fn(&Path) -> Result<()>,
) -> Result<()> {
    let resumed = size(&part_of(to)) > 0;
    transfer(client, address, to)?;
    let mut checked = check(to);
    if checked.is_err() && resumed {
        // The part was of another file, which the address had before.
        println!("setup: {address}: the resumed file is not the right one, downloading all of it");
        // If the next transfer fails, the wrong file must not stay.
        let _ = fs::remove_file(to);
        transfer(client, address, to)?;
        checked = check(to);
    }
    checked.inspect_err(|_| {
        let _ = fs::remove_file(to);
    })
}

fn transfer(client: &HttpClient, address: &str, to: &Path) -> Result<()> {
    let part = part_of(to);
    let headers = beside(to, "headers");
    let resumed_at = size(&part);
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    if resumed_at > 0 {
        println!("setup: {name}: resuming after {}", megabytes(resumed_at));
    }
    let started = Instant::now();
    let mut progress = Progress::new(&name, resumed_at);
    let mut left = ATTEMPTS;
    loop {
        let before = size(&part);
        let _ = fs::remove_file(&headers);
        let mut command = client.command(address, &part, &headers);
        let ended = command::run_watched(&mut command, progress.interval(), |_| {
            let head = Head::read(&headers);
            progress.show(size(&part), head.length.map(|rest| before + rest));
        });
        let head = Head::read(&headers);
        let _ = fs::remove_file(&headers);
        let ended = ended.map_err(|error| format!("{address}: {error}"))?;
        if ended.status.success() {
            // An empty file is a file too, and curl does not make one.
            fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&part)
                .and_then(|_| fs::rename(&part, to))
                .map_err(|error| format!("{}: {error}", to.display()))?;
            break;
        }
        left -= 1;
        let refused = ended.status.code() == Some(NO_RANGES) || head.status == Some(416);
        if before > 0 && refused && left > 0 {
            // The server cannot resume, or has another file now.
            fs::remove_file(&part).map_err(|error| format!("{}: {error}", part.display()))?;
        } else if size(&part) <= before || left == 0 {
            let said = ended.stderr.lines().rfind(|line| !line.trim().is_empty());
            let why = said.map_or_else(|| ended.status.to_string(), |said| said.trim().to_owned());
            return Err(format!("{address}: {why}"));
        }
    }
    drop(progress);
    let (size, seconds) = (size(to), started.elapsed().as_secs());
    if seconds > 2 {
        println!("setup: {name}: {} in {seconds} s", megabytes(size));
    }
    Ok(())
}

/// Where an unfinished download of `to` lies.
pub fn part_of(to: &Path) -> PathBuf {
    beside(to, "part")
}

fn beside(to: &Path, ending: &str) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    to.with_file_name(name)
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

/// The status and headers of the server's answer.
#[derive(Debug, Default, PartialEq)]
struct Head {
    status: Option<u16>,
    /// The bytes that this answer brings.
    length: Option<u64>,
}

impl Head {
    fn read(file: &Path) -> Head {
        let text = fs::read(file).unwrap_or_default();
        Head::parse(&String::from_utf8_lossy(&text))
    }

    /// Of several answers (redirections, a proxy's) the last one counts.
    fn parse(text: &str) -> Head {
        let mut head = Head::default();
        for line in text.lines() {
            if line.starts_with("HTTP/") {
                let status = line.split_whitespace().nth(1);
                head = Head {
                    status: status.and_then(|status| status.parse().ok()),
                    length: None,
                };
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                head.length = value.trim().parse().ok();
            }
        }
        head
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::command::on_path;
    use crate::test_dir::TestDir;

    /// How a server answers one request.
    #[derive(Clone, Copy, PartialEq)]
    enum Answer {
        /// From where the request wants it, to the end.
        Whole,
        /// So many bytes of that, then the connection ends.
        Cut(usize),
        /// So many bytes of that, then nothing more while the client waits.
        Stall(usize),
        /// All of it, whatever the request wants.
        NoRanges,
        /// An error.
        Status(u16),
    }

    /// A server on loopback that gives one file, one request after another.
    struct Server {
        address: String,
        /// Where each request wanted to begin.
        begins: mpsc::Receiver<usize>,
    }

    impl Server {
        fn start(file: Vec<u8>, answers: Vec<Answer>) -> Server {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("http://{}/a.bin", listener.local_addr().unwrap());
            let (sender, begins) = mpsc::channel();
            thread::spawn(move || {
                for answer in answers {
                    let (stream, _) = listener.accept().unwrap();
                    let _ = sender.send(serve(stream, &file, answer));
                }
            });
            Server { address, begins }
        }

        fn begins(self) -> Vec<usize> {
            self.begins.iter().collect()
        }
    }

    fn serve(mut stream: TcpStream, file: &[u8], answer: Answer) -> usize {
        let mut begin = 0;
        for line in BufReader::new(&stream).lines().map_while(|line| line.ok()) {
            let line = line.to_ascii_lowercase();
            if let Some(range) = line.strip_prefix("range: bytes=") {
                begin = range.trim_end_matches('-').parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let from = if answer == Answer::NoRanges { 0 } else { begin };
        let status = match answer {
            Answer::Status(status) => status,
            _ if from > file.len() || (from > 0 && from == file.len()) => 416,
            _ if from > 0 => 206,
            _ => 200,
        };
        let rest = match status {
            200 | 206 => &file[from..],
            _ => &[],
        };
        let range = match status {
            206 => format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                file.len() - 1,
                file.len()
            ),
            _ => String::new(),
        };
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{range}Connection: close\r\n\r\n",
            rest.len()
        );
        // A client may hang up before it has everything.
        let _ = stream.write_all(head.as_bytes());
        let sent = match answer {
            Answer::Cut(bytes) | Answer::Stall(bytes) => &rest[..bytes],
            _ => rest,
        };
        let _ = stream.write_all(sent);
        if matches!(answer, Answer::Stall(_)) {
            // Until the client is gone.
            let _ = BufReader::new(&stream).read_line(&mut String::new());
        }
        begin
    }

    fn content() -> Vec<u8> {
        (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect()
    }

    /// The clients of this machine, each by name.
    fn clients() -> Vec<(&'static str, HttpClient)> {
        let python = on_path("python3").or_else(|| on_path("python"));
        let curl = on_path("curl").map(|path| ("curl", HttpClient::Curl(path)));
        let python = python.map(|path| ("python", HttpClient::Python(path)));
        let clients: Vec<_> = curl.into_iter().chain(python).collect();
        if clients.is_empty() {
            println!("skipped: transfer: neither curl nor python3 is there");
        }
        clients
    }

    fn equals(file: Vec<u8>) -> impl Fn(&Path) -> Result<()> {
        move |path| match fs::read(path).unwrap() == file {
            true => Ok(()),
            false => Err("another file".into()),
        }
    }

    #[test]
    fn killed_download_resumes() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("killed-{name}"));
            let to = dir.path("a.bin");
            let answers = vec![Answer::Stall(200_000), Answer::Whole];
            let server = Server::start(content(), answers);

            let headers = beside(&to, "headers");
            let mut first = client
                .command(&server.address, &part_of(&to), &headers)
                .spawn()
                .unwrap();
            while size(&part_of(&to)) == 0 {
                assert_eq!(first.try_wait().unwrap(), None, "{name} ended by itself");
                thread::sleep(Duration::from_millis(5));
            }
            first.kill().unwrap();
            first.wait().unwrap();
            let left = size(&part_of(&to)) as usize;

            fetch(&client, &server.address, &to, equals(content())).unwrap();
            assert_eq!(server.begins(), [0, left], "{name}");
            assert!(!part_of(&to).exists() && !headers.exists(), "{name}");
        }
    }

    #[test]
    fn broken_connection_is_resumed_at_once() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("breaks-{name}"));
            let to = dir.path("a.bin");
            let answers = vec![Answer::Cut(100_000), Answer::Cut(50_000), Answer::Whole];
            let server = Server::start(content(), answers);
            fetch(&client, &server.address, &to, equals(content())).unwrap();
            assert_eq!(server.begins(), [0, 100_000, 150_000], "{name}");
        }
    }

    #[test]
    fn received_part_is_kept_when_the_server_fails() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("fails-{name}"));
            let to = dir.path("a.bin");
            let answers = vec![Answer::Cut(100_000), Answer::Status(503), Answer::Whole];
            let server = Server::start(content(), answers);
            let message = fetch(&client, &server.address, &to, equals(content())).unwrap_err();
            assert!(message.contains("503"), "{name}: {message}");
            assert_eq!(message.lines().count(), 1, "{name}: {message}");
            assert!(!to.exists());
            assert_eq!(size(&part_of(&to)), 100_000, "{name}");
            fetch(&client, &server.address, &to, equals(content())).unwrap();
            assert_eq!(server.begins(), [0, 100_000, 100_000], "{name}");
        }
    }

    #[test]
    fn server_without_ranges_sends_the_whole_file_again() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("no-ranges-{name}"));
            let to = dir.path("a.bin");
            let answers = vec![Answer::NoRanges; 2];
            let server = Server::start(content(), answers);
            fs::write(part_of(&to), &content()[..1000]).unwrap();
            fetch(&client, &server.address, &to, equals(content())).unwrap();
            assert_eq!(server.begins(), [1000, 0], "{name}");
        }
    }

    #[test]
    fn part_of_another_file_is_discarded() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("another-{name}"));
            let to = dir.path("a.bin");
            // Longer than the file, and of its length to the byte.
            for length in [content().len() + 1, content().len()] {
                let server = Server::start(content(), vec![Answer::Whole; 2]);
                fs::write(part_of(&to), vec![0; length]).unwrap();
                fetch(&client, &server.address, &to, equals(content())).unwrap();
                assert_eq!(server.begins(), [length, 0], "{name}");
            }
            // Shorter: only the check can tell.
            let server = Server::start(content(), vec![Answer::Whole; 2]);
            fs::write(part_of(&to), [0; 1000]).unwrap();
            fetch(&client, &server.address, &to, equals(content())).unwrap();
            assert_eq!(server.begins(), [1000, 0], "{name}");
        }
    }

    #[test]
    fn wrong_file_is_removed_even_if_the_second_transfer_fails() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("second-{name}"));
            let to = dir.path("a.bin");
            let answers = vec![Answer::Whole, Answer::Status(503)];
            let server = Server::start(content(), answers);
            fs::write(part_of(&to), [0; 1000]).unwrap();
            let message = fetch(&client, &server.address, &to, equals(content())).unwrap_err();
            assert!(message.contains("503"), "{name}: {message}");
            assert!(!to.exists(), "{name}");
        }
    }

    #[test]
    fn file_that_fails_its_check_is_removed() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("check-{name}"));
            let to = dir.path("a.bin");
            let server = Server::start(content(), vec![Answer::Whole]);
            let message = fetch(&client, &server.address, &to, equals(vec![1])).unwrap_err();
            assert_eq!(message, "another file", "{name}");
            assert!(!to.exists() && !part_of(&to).exists(), "{name}");
        }
    }

    #[test]
    fn empty_file_is_downloaded() {
        for (name, client) in clients() {
            let dir = TestDir::new(&format!("empty-{name}"));
            let to = dir.path("a.bin");
            let server = Server::start(vec![], vec![Answer::Whole]);
            fetch(&client, &server.address, &to, equals(vec![])).unwrap();
            assert!(to.is_file(), "{name}");
        }
    }

    #[test]
    fn last_of_several_answers_gives_the_length() {
        let text =
            "HTTP/1.1 302 Found\r\nContent-Length: 10\r\n\r\nHTTP/2 206\r\ncontent-length: 300\r\n";
        let head = Head {
            status: Some(206),
            length: Some(300),
        };
        assert_eq!(Head::parse(text), head);
        assert_eq!(Head::parse(""), Head::default());
    }
}
