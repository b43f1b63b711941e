//! Passwords in comments: hidden without knowing what the comment means.
//!
//! A comment may be a sentence, or a camera that was switched off in any spelling of
//! YAML. So the rules are stricter than those for values: everything that may be a
//! password is hidden, even if a harmless word is hidden with it.

mod escapes;
mod line;
mod lines;
mod words;

pub use lines::{Line, hidden};
