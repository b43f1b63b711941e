//! Words that our texts avoid, because readers stumble over them or cannot search for
//! them. `cargo xtask lint` names each place and a usual word.

use std::fs;

use xtask::command::{Result, query};
use xtask::workspace::Workspace;

/// A word or phrase, and the usual one.
const AVOIDED: [(&str, &str); 15] = [
    ("whoever", "name the person or the program"),
    ("whosoever", "name the person or the program"),
    ("those who", "name the people or the programs"),
    ("anew", "again, or restart"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("gives way", "drops the oldest, or yields"),
    ("put aside", "rotate, or keep a copy"),
    ("not to be had", "not available"),
    ("could be had", "is available"),
    ("is had", "is available"),
    ("made crowd", "simulated crowd"),
    ("nobody listens", "the receiver is not running"),
    ("come to that", "happen"),
];

/// Files that are not our prose: lock files, generated files, data, and this list.
const EXCLUDED: [&str; 11] = [
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "web/package-lock.json",
    "include/rextrack.h",
    "docs/ref/axes.md",
    "docs/ref/c-abi.md",
    "web/src/api/openapi.json",
    "web/src/api/generated.ts",
    "tests/data/",
    "fuzz/corpus/",
    "tools/src/plain_words.rs",
];

/// Fails with `FILE:LINE: ...` for each avoided word in the files that git tracks.
pub fn run(workspace: &Workspace) -> Result<()> {
    let tracked = query(workspace.command("git").args(["ls-files"]))
        .ok_or("lint: plain words: `git ls-files` failed; run it in a clone of the repository")?;
    let mut findings = Vec::new();
    for file in tracked.lines().filter(|file| !is_excluded(file)) {
        // A file that is not text, or that was deleted and not committed yet.
        let Ok(text) = fs::read_to_string(workspace.root.join(file)) else {
            continue;
        };
        for (line, (word, instead)) in find(checked_part(file, &text)) {
            findings.push(format!("{file}:{line}: \"{word}\"; better: {instead}"));
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nlint: {} words that readers stumble over\n  remedy: write the words suggested above \
         (the list is tools/src/plain_words.rs)",
        findings.join("\n"),
        findings.len()
    ))
}

fn is_excluded(file: &str) -> bool {
    EXCLUDED
        .iter()
        .any(|excluded| match excluded.ends_with('/') {
            true => file.starts_with(excluded),
            false => file == *excluded,
        })
}

/// Released sections of the changelog stay as they were published.
fn checked_part<'a>(file: &str, text: &'a str) -> &'a str {
    if file != "CHANGELOG.md" {
        return text;
    }
    let released = text
        .match_indices("\n## [")
        .find(|(at, _)| !text[*at..].starts_with("\n## [Unreleased]"));
    &text[..released.map_or(text.len(), |(at, _)| at)]
}

/// The number of each line with an avoided word, from 1. A phrase may go on in the next
/// line, also in a comment.
fn find(text: &str) -> Vec<(usize, (&'static str, &'static str))> {
    let lines: Vec<String> = text.lines().map(words).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        for (word, instead) in AVOIDED {
            let next = lines.get(index + 1).map_or("", String::as_str);
            let padded = format!(" {word} ");
            let begins_here = line.contains(&padded)
                || word.contains(' ')
                    && !next.contains(&padded)
                    && format!("{}{next}", line.trim_end()).contains(&padded);
            if begins_here {
                found.push((index + 1, (word, instead)));
            }
        }
    }
    found
}

/// The words of a line in lower case, each between two spaces.
fn words(line: &str) -> String {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '_');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" ").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &str)> {
        find(text)
            .into_iter()
            .map(|(line, (word, _))| (line, word))
            .collect()
    }

    #[test]
    fn avoided_words_are_found_with_their_line() {
        let text = "one\nWhoever asks, it starts anew.\n";
        assert_eq!(found(text), [(2, "whoever"), (2, "anew")]);
        assert_eq!(found("The oldest *gives way*."), [(1, "gives way")]);
    }

    #[test]
    fn phrase_over_two_comment_lines_is_found_once() {
        assert_eq!(
            found("/// for those\n/// who wait\n//\n"),
            [(1, "those who")]
        );
        assert_eq!(found("a\nthose who\nb"), [(2, "those who")]);
    }

    #[test]
    fn parts_of_other_words_and_identifiers_are_not_found() {
        assert_eq!(
            found("a newer amendment; recommended; this had; is_had"),
            []
        );
    }

    #[test]
    fn released_sections_of_the_changelog_are_not_checked() {
        let text = "# Changelog\n\n## [Unreleased]\n\nanew\n\n## [0.1.0]\n\nanew\n";
        assert_eq!(found(checked_part("CHANGELOG.md", text)), [(5, "anew")]);
        assert_eq!(found(checked_part("a.md", text)).len(), 2);
    }
}
