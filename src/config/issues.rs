//! Issues of a configuration, each with its key.

use std::fmt;

use crate::base::printable;

/// One thing that is wrong in a configuration. Shows as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigIssue {
    /// The key, such as `cameras[1].override.confidence`; empty for the whole.
    pub path: String,
    /// What is wrong with it, and what would be right. Holds no password.
    pub message: String,
}

/// A configuration that cannot be used. Shows one line a issue, each in the
/// form `cameras[1].override.confidence: must be within 0..1, got 1.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// All issues, not only the first.
    pub issues: Vec<ConfigIssue>,
}

impl ConfigError {
    /// An error with one issue.
    pub fn one(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            issues: vec![ConfigIssue::new(path, message)],
        }
    }
}

impl ConfigIssue {
    /// One issue is one line, whatever the text holds that it quotes.
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into().replace(is_control, " "),
            message: message.into().replace(is_control, " "),
        }
    }
}

/// Characters that move the cursor or turn the reading direction instead of being seen.
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for ConfigIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys and values are repeated as somebody wrote them, and each issue is a line.
        if !self.path.is_empty() {
            write!(f, "{}: ", printable::escaped(&self.path))?;
        }
        f.write_str(&printable::escaped(&self.message))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, issue) in self.issues.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            issue.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Collects issues, so that a person sees all of them at once.
#[derive(Debug, Default)]
pub(super) struct Issues(pub Vec<ConfigIssue>);

impl Issues {
    /// Notes a issue, unless it is known: an override repeats what is wrong
    /// with the section under it.
    pub fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        let issue = ConfigIssue::new(path, message);
        if !self.0.contains(&issue) {
            self.0.push(issue);
        }
    }

    pub fn extend(&mut self, error: ConfigError) {
        for ConfigIssue { path, message } in error.issues {
            self.add(path, message);
        }
    }

    pub fn result(self) -> Result<(), ConfigError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { issues: self.0 })
        }
    }
}

/// `parent.key`, or `key` at the top.
pub(super) fn join(parent: &str, key: &str) -> String {
    match (parent, key) {
        ("", key) => key.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, key) => format!("{parent}.{key}"),
    }
}
