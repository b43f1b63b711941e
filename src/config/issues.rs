//! Errors of a configuration, each with its key.

use std::fmt;

use crate::base::printable;

/// One error in a configuration. Displays as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigIssue {
    /// The key, such as `cameras[1].override.confidence`. Empty if the issue concerns the
    /// whole configuration.
    pub path: String,
    /// The error and the remedy. Contains no password.
    pub message: String,
}

/// An invalid configuration. Displays one line per issue, in the form
/// `cameras[1].override.confidence: must be within 0..1, got 1.5`.
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
    /// Quoted text may contain line breaks; an issue is one line.
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into().replace(is_control, " "),
            message: message.into().replace(is_control, " "),
        }
    }
}

/// Invisible characters that move the cursor or change the reading direction.
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for ConfigIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys and values are quoted from the file, and each issue must stay one line.
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

/// Collects issues, so that an error reports all of them.
#[derive(Debug, Default)]
pub(super) struct Issues(pub Vec<ConfigIssue>);

impl Issues {
    /// Adds an issue once. An override repeats the issues of its section.
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
