//! The log's file and its rotation: FILE becomes FILE.1, FILE.1 becomes FILE.2, and so
//! on.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rextrack::internals::config::ServiceConfig;

use crate::cli_error::CliError;

/// A file that is rotated when it is full, and every day with `service.log_daily`.
pub struct LogFile {
    path: PathBuf,
    file: File,
    /// Bytes in the file.
    length: u64,
    /// Most bytes in the file.
    max: Option<u64>,
    /// Number of older files that are kept.
    keep: u32,
    /// The day of the newest line, if the file is rotated every day.
    day: Option<Date>,
}

impl LogFile {
    /// Opens `path` and appends to it.
    pub fn open(path: &Path, service: &ServiceConfig) -> Result<Self, CliError> {
        let opened = append(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, file) = opened.map_err(|error| {
            CliError::work(format!(
                "{}: the log cannot be written ({error}); check service.log_file, the folder and its permissions",
                path.display()
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            max: (service.log_max_mb > 0).then_some(u64::from(service.log_max_mb) * 1_000_000),
            keep: service.log_keep,
            day: service.log_daily.then(today),
        })
    }

    /// Writes a line, to a new file if this one is full or from another day. If the file
    /// cannot be rotated the line goes to the old one.
    pub fn write(&mut self, line: &str) -> io::Result<()> {
        // One write for each line, so that programs which read along see whole lines.
        let line = format!("{line}\n");
        let length = self.length + line.len() as u64;
        let is_full = self.length > 0 && self.max.is_some_and(|max| length > max);
        let is_new_day = self.day.is_some_and(|day| day != today());
        let rotated = if is_full || is_new_day {
            self.rotate()
        } else {
            Ok(())
        };
        self.file.write_all(line.as_bytes())?;
        self.length += line.len() as u64;
        rotated
    }

    fn rotate(&mut self) -> io::Result<()> {
        if self.keep == 0 {
            self.file.set_len(0)?;
        } else {
            for number in (1..self.keep).rev() {
                rename(&self.older(number), &self.older(number + 1))?;
            }
            rename(&self.path, &self.older(1))?;
            self.file = append(&self.path)?;
        }
        self.length = self.file.metadata()?.len();
        self.day = self.day.map(|_| today());
        // Remove files from a time when `keep` was higher.
        let mut number = self.keep + 1;
        while fs::remove_file(self.older(number)).is_ok() {
            number += 1;
        }
        Ok(())
    }

    /// The path of FILE.1, FILE.2 and so on; a higher number is older.
    fn older(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

fn append(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path)
}

/// Renames a file, if it still exists.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn today() -> Date {
    jiff::Zoned::now().date()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn service(log_keep: u32) -> ServiceConfig {
        ServiceConfig {
            log_max_mb: 1,
            log_keep,
            ..ServiceConfig::default()
        }
    }

    #[test]
    fn full_file_is_rotated_and_old_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.log");
        let mut file = LogFile::open(&path, &service(2)).unwrap();
        let filler = "x".repeat(99_990);
        for number in 0..45 {
            file.write(&format!("{number:02} {filler}")).unwrap();
        }
        assert_eq!(
            names(folder.path()),
            ["show.log", "show.log.1", "show.log.2"]
        );
        // Whole lines, none lost between the files, and no file above its limit.
        let mut numbers = Vec::new();
        for name in ["show.log.2", "show.log.1", "show.log"] {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.len() <= 1_000_000 && text.ends_with('\n'), "{name}");
            numbers.extend(text.lines().map(|line| line[..2].parse::<u32>().unwrap()));
        }
        assert_eq!(numbers, (20..45).collect::<Vec<_>>());
    }

    #[test]
    fn restart_appends_to_the_file_and_removes_surplus_old_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.log");
        fs::write(&path, "x".repeat(999_999)).unwrap();
        for number in 1..=4 {
            fs::write(folder.path().join(format!("show.log.{number}")), "old").unwrap();
        }
        fs::write(folder.path().join("show.log.notes"), "a person's").unwrap();
        let mut file = LogFile::open(&path, &service(1)).unwrap();
        file.write("new").unwrap();
        assert_eq!(
            names(folder.path()),
            ["show.log", "show.log.1", "show.log.notes"]
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        // None are kept: the file begins again.
        let mut file = LogFile::open(&path, &service(0)).unwrap();
        file.write(&"y".repeat(999_999)).unwrap();
        assert_eq!(names(folder.path()), ["show.log", "show.log.notes"]);
        assert_eq!(path.metadata().unwrap().len(), 1_000_000);
    }

    #[test]
    fn new_day_starts_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.log");
        let service = ServiceConfig {
            log_daily: true,
            ..ServiceConfig::default()
        };
        let mut file = LogFile::open(&path, &service).unwrap();
        file.write("yesterday").unwrap();
        file.day = Some(today().yesterday().unwrap());
        file.write("today").unwrap();
        file.write("again").unwrap();
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text("show.log"), "today\nagain\n");
        assert_eq!(text("show.log.1"), "yesterday\n");
    }

    #[test]
    fn line_is_written_even_when_the_file_cannot_be_rotated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.log");
        let mut file = LogFile::open(&path, &service(1)).unwrap();
        file.write(&"x".repeat(999_990)).unwrap();
        // A folder with something in it is in the way of FILE.1.
        fs::create_dir_all(folder.path().join("show.log.1/full")).unwrap();
        file.write("in spite of it").unwrap_err();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("\nin spite of it\n"));
    }
}
