//! Downloads one file from an origin of the manifest.

use std::fs;
use std::path::Path;

use crate::cache::Cache;
use crate::command::{Result, one_line};
use crate::debian;
use crate::http_client::HttpClient;
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
        Origin::Url(address) => {
            let client = match HttpClient::find() {
                Some(client) => client,
                None => HttpClient::Python(python::venv(workspace)?),
            };
            return transfer::fetch(&client, address, to, check);
        }
        Origin::Debian { package, path } => debian::file(package, path, &workspace.target, to),
        Origin::Npm(file) => npm::file(workspace, cache, file, to),
    };
    fetched
        .map_err(|message| one_line(&origin.label(), &message))
        .and_then(|()| check(to))
        .inspect_err(|_| {
            let _ = fs::remove_file(to);
        })
}
