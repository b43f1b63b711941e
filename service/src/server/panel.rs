//! `/`: the web panel, embedded in the program.

use axum::http::{Method, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

use super::problem::{Problem, ProblemType};

/// The output of `npm run build` in `web/`; empty if it was not run.
#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Files;

/// The page of a program that was built without the panel.
const WITHOUT_PANEL: &str = include_str!("without_panel.html");

/// A file of the panel, or its page.
pub async fn serve(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let detail = "the panel's files can only be read; use GET";
        return Problem::new(ProblemType::MethodNotAllowed, detail).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = Files::get(path) else {
        if path == "index.html" {
            return Html(WITHOUT_PANEL).into_response();
        }
        let detail = "there is no such page; the panel is at /";
        return Problem::new(ProblemType::PathNotFound, detail).into_response();
    };
    // The names of built files have a hash of their content.
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let headers = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CACHE_CONTROL, cache.to_owned()),
    ];
    (headers, file.data.into_owned()).into_response()
}
