//! Buffered output of lines to a file or the standard output.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::api::{SinkError, SinkStats};
use crate::base::clock::NS_PER_S;

/// Time between flushes: the most that is lost when the process is killed.
const FLUSH_NS: i64 = NS_PER_S;

/// A buffered text output, flushed every second.
pub(super) struct TextOutput {
    name: String,
    out: BufWriter<Box<dyn Write + Send>>,
    flush_every_ns: i64,
    flushed_ns: i64,
    stats: SinkStats,
}

impl TextOutput {
    /// Creates or truncates a file.
    pub fn create(kind: &str, path: &Path) -> Result<Self, SinkError> {
        Self::file(kind, path, File::create(path))
    }

    /// Appends to a file, or creates it.
    pub fn append(kind: &str, path: &Path) -> Result<Self, SinkError> {
        let file = File::options().create(true).append(true).open(path);
        Self::file(kind, path, file)
    }

    fn file(kind: &str, path: &Path, file: io::Result<File>) -> Result<Self, SinkError> {
        let name = format!("{kind} {}", path.display());
        match file {
            Ok(file) => Ok(Self::new(name, Box::new(file), FLUSH_NS)),
            Err(e) => Err(SinkError {
                name,
                reason: format!(
                    "cannot be written ({e}); give a path in a folder that exists and is writable"
                ),
            }),
        }
    }

    /// Writes to the standard output, and flushes each snapshot.
    pub fn stdout(kind: &str) -> Self {
        Self::new(format!("{kind} stdout"), Box::new(io::stdout()), 0)
    }

    pub fn new(name: String, out: Box<dyn Write + Send>, flush_every_ns: i64) -> Self {
        let out = BufWriter::with_capacity(64 * 1024, out);
        Self {
            name,
            out,
            flush_every_ns,
            flushed_ns: i64::MIN,
            stats: SinkStats::default(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn stats(&self) -> SinkStats {
        self.stats
    }

    /// Appends complete lines with their line breaks.
    pub fn write(&mut self, lines: &str, now_ns: i64) -> Result<(), SinkError> {
        let count = lines.lines().count() as u64;
        let mut written = self.out.write_all(lines.as_bytes());
        if written.is_ok() && now_ns.saturating_sub(self.flushed_ns) >= self.flush_every_ns {
            self.flushed_ns = now_ns;
            written = self.out.flush();
        }
        match written {
            Ok(()) => {
                self.stats.sent += count;
                self.stats.bytes += lines.len() as u64;
                Ok(())
            }
            Err(e) => {
                self.stats.failed += count;
                Err(self.error(&e))
            }
        }
    }

    pub fn flush(&mut self) -> Result<(), SinkError> {
        self.out.flush().map_err(|e| self.error(&e))
    }

    fn error(&self, e: &io::Error) -> SinkError {
        let remedy = match e.kind() {
            io::ErrorKind::StorageFull => "free space on the disk",
            io::ErrorKind::BrokenPipe => "the reading program has ended; start it again",
            _ => "check the disk and the folder's permissions",
        };
        SinkError {
            name: self.name.clone(),
            reason: format!("writing failed ({e}); {remedy}"),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Memory that a test can read while a sink writes it.
    #[derive(Clone, Default)]
    pub struct SharedText(Arc<Mutex<Vec<u8>>>);

    impl SharedText {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for SharedText {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct FullDisk;

    impl Write for FullDisk {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_flushed_every_second() {
        let shared = SharedText::default();
        let mut out = TextOutput::new("t".into(), Box::new(shared.clone()), NS_PER_S);
        out.write("a\n", 0).unwrap();
        assert_eq!(
            shared.text(),
            "a\n",
            "the first line is flushed immediately"
        );
        out.write("b\n", NS_PER_S - 1).unwrap();
        assert_eq!(shared.text(), "a\n");
        out.write("c\n", NS_PER_S).unwrap();
        assert_eq!(shared.text(), "a\nb\nc\n");
        out.write("d\n", NS_PER_S + 1).unwrap();
        out.flush().unwrap();
        assert_eq!(shared.text(), "a\nb\nc\nd\n");
        assert_eq!(
            out.stats(),
            SinkStats {
                sent: 4,
                failed: 0,
                bytes: 8,
                dropped: 0
            }
        );
    }

    #[test]
    fn errors_name_the_file_and_the_remedy() {
        let missing = Path::new("no/such/folder/out.txt");
        let error = TextOutput::create("mot", missing)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("out.txt") && error.contains("folder"),
            "{error}"
        );
        let mut out = TextOutput::new("mot out.txt".into(), Box::new(FullDisk), 0);
        let error = out.write("a\n", 0).unwrap_err().to_string();
        assert!(
            error.contains("out.txt") && error.contains("free space"),
            "{error}"
        );
        assert_eq!(out.stats().failed, 1);
    }
}
