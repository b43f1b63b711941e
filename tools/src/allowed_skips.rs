//! The tests that may be skipped where a skip is a failure: `.ci/allowed-skips`, and
//! the environment variable `REXTRACK_ALLOW_SKIPS`.

use std::fs;

use glob::Pattern;
use xtask::command::Result;
use xtask::workspace::Workspace;

use crate::test_summary::Skip;

const FILE: &str = ".ci/allowed-skips";
const VARIABLE: &str = "REXTRACK_ALLOW_SKIPS";

/// Patterns of names, with the reason for each.
#[derive(Debug, Default, PartialEq)]
pub struct AllowedSkips(Vec<Allowed>);

#[derive(Debug, PartialEq)]
struct Allowed {
    pattern: Pattern,
    reason: String,
}

impl AllowedSkips {
    /// Reads the file and the variable.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.root.join(FILE))
            .map_err(|error| format!("test: {FILE}: {error}"))?;
        let more = std::env::var(VARIABLE).unwrap_or_default();
        Self::parse(&text, &more)
    }

    /// `text` is `PATTERN  REASON` a line, with `#` for comments; `more` are patterns
    /// with commas between them.
    pub fn parse(text: &str, more: &str) -> Result<Self> {
        let mut allowed = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = |problem: &str| format!("test: {FILE} line {}: {problem}", index + 1);
            let (pattern, reason) = line
                .split_once(char::is_whitespace)
                .ok_or_else(|| at("a pattern without a reason; write `PATTERN  REASON`"))?;
            let pattern = Pattern::new(pattern).map_err(|error| at(&error.to_string()))?;
            let reason = reason.trim().to_owned();
            allowed.push(Allowed { pattern, reason });
        }
        for pattern in more.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let wrong = |error| format!("test: {VARIABLE}: {pattern}: {error}");
            allowed.push(Allowed {
                pattern: Pattern::new(pattern).map_err(wrong)?,
                reason: format!("named in {VARIABLE}"),
            });
        }
        Ok(Self(allowed))
    }

    /// Why a test may be skipped; none when it may not.
    pub fn reason(&self, skip: &Skip) -> Option<&str> {
        let allowed = self.0.iter().find(|allowed| allowed.matches(skip))?;
        Some(&allowed.reason)
    }

    /// Patterns that none of these tests matches.
    pub fn unused(&self, skips: &[Skip]) -> impl Iterator<Item = &str> {
        let unused = |allowed: &&Allowed| !skips.iter().any(|skip| allowed.matches(skip));
        let unused: Vec<_> = self.0.iter().filter(unused).collect();
        unused.into_iter().map(|allowed| allowed.pattern.as_str())
    }
}

impl Allowed {
    /// By the name that the harness gives the test, or the one in its own line.
    fn matches(&self, skip: &Skip) -> bool {
        let own = skip.own_name();
        self.pattern.matches(&skip.test) || own.is_some_and(|name| self.pattern.matches(name))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn skip(test: &str, reason: &str) -> Skip {
        Skip {
            test: test.into(),
            reason: reason.into(),
        }
    }

    #[test]
    fn pattern_matches_either_name_and_returns_its_reason() {
        let text = "# a comment\n\n*sdk*   TouchDesigner's SDK\npanel::a_person  no browser here\n";
        let allowed = AllowedSkips::parse(text, " lonely , ,rtsp::*").unwrap();
        let reason = |test, reason| allowed.reason(&skip(test, reason)).map(str::to_owned);
        assert_eq!(
            reason("touchdesigner::with_sdk_there", "x").unwrap(),
            "TouchDesigner's SDK"
        );
        assert_eq!(
            reason("a_person", "panel::a_person: no chromium").unwrap(),
            "no browser here"
        );
        assert_eq!(
            reason("rtsp::lost", "x").unwrap(),
            "named in REXTRACK_ALLOW_SKIPS"
        );
        assert_eq!(reason("a_person", "no chromium"), None);
        assert_eq!(reason("a_person_twice", "panel::a_person_twice: x"), None);
        let unused: Vec<&str> = allowed.unused(&[skip("my_sdk", "x")]).collect();
        assert_eq!(unused, ["panel::a_person", "lonely", "rtsp::*"]);
    }

    #[test]
    fn pattern_without_a_reason_is_an_error_with_its_line() {
        let message = AllowedSkips::parse("\nlonely\n", "").unwrap_err();
        assert!(
            message.contains(".ci/allowed-skips line 2: a pattern without"),
            "{message}"
        );
        let message = AllowedSkips::parse("a[  why", "").unwrap_err();
        assert!(message.contains("line 1"), "{message}");
        let message = AllowedSkips::parse("", "a[").unwrap_err();
        assert!(message.contains("REXTRACK_ALLOW_SKIPS: a["), "{message}");
    }

    #[test]
    fn committed_list_is_valid() {
        let text = fs::read_to_string(Workspace::find().root.join(FILE)).unwrap();
        AllowedSkips::parse(&text, "").unwrap();
    }
}
