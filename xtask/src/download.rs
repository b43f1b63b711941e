//! Getting one file from an origin of the manifest.

use std::fs;
use std::path::Path;

use crate::cache::Cache;
use crate::client::Client;
use crate::command::Result;
use crate::debian;
use crate::npm;
use crate::origin::Origin;
use crate::python;
use crate::transfer;
use crate::workspace::Workspace;

/// Writes the file of `origin` to `to`, if it passes `check`. The error is one line.
pub fn fetch(
    workspace: &Workspace,
    cache: &Cache,
    origin: &Origin,
    to: &Path,
    check: impl Fn(&Path) -> Result<()>,
) -> Result<()> {
    let fetched = match origin {
        Origin::Address(address) => {
            let client = match Client::find() {
                Some(client) => client,
                None => Client::Python(python::venv(workspace)?),
            };
            return transfer::fetch(&client, address, to, check);
        }
        Origin::Debian { package, path } => debian::file(package, path, &workspace.target, to),
        Origin::Npm(file) => npm::file(workspace, cache, file, to),
    };
    fetched
        .map_err(|message| one_line(&origin.place(), &message))
        .and_then(|()| check(to))
        .inspect_err(|_| {
            let _ = fs::remove_file(to);
        })
}

/// A failure's last line of output, under the name of the place that failed:
/// one of several places tried needs no more.
pub fn one_line(place: &str, message: &str) -> String {
    let said = message.lines().rfind(|line| line.starts_with("    "));
    let said = said.or_else(|| message.lines().next()).unwrap_or_default();
    format!("{place}: {}", said.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_failure_the_programs_own_last_word_is_kept() {
        let message = "setup: download failed (exit status: 6)\n  command: curl x\n  last lines:\
                       \n    curl: (6) Could not resolve host: x\n  remedy: ";
        assert_eq!(
            one_line("https://x", message),
            "https://x: curl: (6) Could not resolve host: x"
        );
        assert_eq!(one_line("a", "gzip cannot read a"), "a: gzip cannot read a");
    }
}
