//! Reads the output of cargo's test binaries, and adds up the results.

/// The sums over all test binaries of a run.
#[derive(Debug, Default, PartialEq)]
pub struct TestSummary {
    /// Tests that ran and passed, the skipped ones not among them.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run: skipped ones, and those marked as ignored.
    pub skipped: Vec<Skip>,
    binary: Binary,
}

/// A test that did not run.
#[derive(Debug, Clone, PartialEq)]
pub struct Skip {
    /// Its name in cargo's output.
    pub test: String,
    /// The reason that the test prints.
    pub reason: String,
}

impl Skip {
    /// The name that a reason begins with: `NAME: WHY`.
    pub fn own_name(&self) -> Option<&str> {
        let (name, _) = self.reason.split_once(": ")?;
        // Some say which part of a test they mean: `NAME (PART): WHY`.
        let name = name.split(" (").next()?;
        (!name.contains(' ')).then_some(name)
    }
}

/// Where we are in one binary's output.
#[derive(Debug, Default, PartialEq)]
struct Binary {
    /// The test whose captured output follows, in the section of those that passed.
    test: Option<String>,
    passed_section: bool,
    skips: u64,
    ignored: u64,
}

impl TestSummary {
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
                let reason = reason.to_owned();
                self.skipped.push(Skip { test, reason });
                self.binary.skips += 1;
            }
        } else if let Some((test, reason)) = ignored(line) {
            self.skipped.push(Skip { test, reason });
            self.binary.ignored += 1;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let (before, _) = result.split_once(&format!(" {word}"))?;
                before.rsplit([' ', ';']).next()?.parse::<u64>().ok()
            };
            let passed = count("passed").unwrap_or(0);
            self.passed += passed.saturating_sub(self.binary.skips);
            self.failed += count("failed").unwrap_or(0);
            // The harness's own count is the truth: a line may have been torn.
            for _ in self.binary.ignored..count("ignored").unwrap_or(0) {
                self.skipped.push(Skip {
                    test: "a test".into(),
                    reason: IGNORED.into(),
                });
            }
            self.binary = Binary::default();
        }
    }

    /// The closing line: `N passed, N failed, N skipped`.
    pub fn closing(&self) -> String {
        format!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed,
            self.skipped.len()
        )
    }
}

const IGNORED: &str = "marked as ignored";

/// `test NAME ... ignored` or `test NAME ... ignored, WHY`.
fn ignored(line: &str) -> Option<(String, String)> {
    let (test, rest) = line.strip_prefix("test ")?.rsplit_once(" ... ignored")?;
    let reason = match rest.strip_prefix(", ") {
        Some(reason) => format!("{IGNORED}, {reason}"),
        None if rest.is_empty() => IGNORED.to_owned(),
        None => return None,
    };
    Some((test.to_owned(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 5 tests
test detect::bus ... ok
test detect::yolov8 ... ok
test nms ... ok
test slow ... ignored, takes an hour
test src/lib.rs - run (line 3) ... ignored

successes:

---- detect::bus stdout ----
skipped: models/bus.jpg could not be had
skipped: twice said counts once

---- nms stdout ----
a word about skipped: things

successes:
    detect::bus
    nms

test result: ok. 3 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.00s


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
    fn summary_adds_up_binaries_and_lists_skips_with_reasons() {
        let mut summary = TestSummary::default();
        OUTPUT.lines().for_each(|line| summary.line(line));
        let skipped = summary.skipped.iter();
        let skipped: Vec<_> = skipped
            .map(|skip| (skip.test.as_str(), skip.reason.as_str()))
            .collect();
        assert_eq!(
            skipped,
            [
                ("slow", "marked as ignored, takes an hour"),
                ("src/lib.rs - run (line 3)", "marked as ignored"),
                ("detect::bus", "models/bus.jpg could not be had"),
                ("a test", "marked as ignored"),
            ]
        );
        assert_eq!(summary.closing(), "3 passed, 1 failed, 4 skipped");
    }

    #[test]
    fn reason_may_begin_with_the_name_of_the_test() {
        let own = |reason: &str| {
            let skip = Skip {
                test: "t".into(),
                reason: reason.into(),
            };
            skip.own_name().map(str::to_owned)
        };
        assert_eq!(
            own("panel::words: no node").as_deref(),
            Some("panel::words")
        );
        assert_eq!(own("wrong (too old): no cc").as_deref(), Some("wrong"));
        assert_eq!(own("there is no cc: install it"), None);
        assert_eq!(own("no reason"), None);
    }
}
