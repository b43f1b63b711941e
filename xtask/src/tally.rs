//! Counting what cargo's test binaries print.

/// The sums over all test binaries of a run.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    /// Tests that ran and passed, the skipped ones not among them.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that cargo ignored.
    pub ignored: u64,
    /// Tests that could not run here: name and reason.
    pub skipped: Vec<(String, String)>,
    binary: Binary,
}

/// Where we are in one binary's output.
#[derive(Debug, Default, PartialEq)]
struct Binary {
    /// The test whose captured output follows, in the section of those that passed.
    test: Option<String>,
    passed_section: bool,
    skips: u64,
}

impl Tally {
    /// Takes one line of `cargo test -- --show-output`.
    ///
    /// A test that cannot run prints `skipped: WHY` and returns, which the
    /// test harness counts as passed; a failing test's output is not looked at.
    pub fn line(&mut self, line: &str) {
        let line = line.trim_end();
        if line == "successes:" || line == "failures:" {
            self.binary.passed_section = line == "successes:";
            self.binary.test = None;
        } else if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.binary.test = Some(name.to_owned());
        } else if let Some(reason) = line.strip_prefix("skipped: ") {
            // Only the first line counts of a test that says it twice.
            if let (true, Some(test)) = (self.binary.passed_section, self.binary.test.take()) {
                self.skipped.push((test, reason.to_owned()));
                self.binary.skips += 1;
            }
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let (before, _) = result.split_once(&format!(" {word}"))?;
                before.rsplit([' ', ';']).next()?.parse::<u64>().ok()
            };
            let passed = count("passed").unwrap_or(0);
            self.passed += passed.saturating_sub(self.binary.skips);
            self.failed += count("failed").unwrap_or(0);
            self.ignored += count("ignored").unwrap_or(0);
            self.binary = Binary::default();
        }
    }

    /// The closing line: `N passed, N failed, N skipped`.
    pub fn closing(&self) -> String {
        let skipped = self.skipped.len() as u64 + self.ignored;
        format!(
            "{} passed, {} failed, {skipped} skipped",
            self.passed, self.failed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 3 tests
test detect::bus ... ok
test detect::yolov8 ... ok
test nms ... ok

successes:

---- detect::bus stdout ----
skipped: models/bus.jpg could not be had
skipped: twice said counts once

---- nms stdout ----
a word about skipped: things

successes:
    detect::bus
    nms

test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s


running 2 tests

successes:

successes:
    fine

failures:

---- rtsp stdout ----
skipped: not so, it fails below
thread 'rtsp' panicked

failures:
    rtsp

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
";

    #[test]
    fn sums_over_binaries_and_skips_with_their_reasons() {
        let mut tally = Tally::default();
        OUTPUT.lines().for_each(|line| tally.line(line));
        assert_eq!(
            tally.skipped,
            [(
                "detect::bus".to_owned(),
                "models/bus.jpg could not be had".to_owned()
            )]
        );
        assert_eq!(tally.closing(), "3 passed, 1 failed, 2 skipped");
    }
}
