//! `/cameras/probe`: tries an address before it is saved.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rextrack::internals::address::StreamAddress;
use rextrack::internals::base::shutdown::Shutdown;
use rextrack::internals::config::RtspTransport;
use rextrack::internals::sink::picture;
use rextrack::internals::source::{self, SourceContext};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::App;
use super::extractors::JsonBody;
use super::problem::{BodyErrors, Problem, ProblemType};
use crate::manager::policy;

/// How long a probe may take.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Width of the picture in the answer.
const WIDTH: u32 = 640;

/// An address to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeRequest {
    /// The address.
    #[schema(example = "synth:people=5")]
    stream: String,
    /// Transport of an RTSP stream.
    #[serde(default)]
    #[schema(schema_with = crate::schema::rtsp_transport, required = false)]
    rtsp_transport: RtspTransport,
    /// File with the CA certificates of the broker of an `mqtts://` stream.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "ca.pem")]
    ca_file: Option<PathBuf>,
}

/// The result of a probe.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProbeResult {
    /// Whether the address gave a picture.
    ok: bool,
    /// Why it did not, and the remedy.
    #[schema(required)]
    reason: Option<String>,
    /// Width of a frame in pixels.
    width: u32,
    /// Height of a frame in pixels.
    height: u32,
    /// The picture as a data: URL.
    #[schema(required)]
    picture: Option<String>,
    /// How long it took, in milliseconds.
    ms: u64,
}

/// Try an address: its first picture, or the reason why there is none
#[utoipa::path(post, path = "/cameras/probe", tag = "cameras", request_body = ProbeRequest,
    responses(
    (status = 200, body = ProbeResult),
    BodyErrors,
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json",
        description = "too many probes are running"),
))]
pub async fn post(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody,
) -> Result<Json<ProbeResult>, Problem> {
    let request: ProbeRequest = serde_json::from_value(body)
        .map_err(|e| Problem::new(ProblemType::InvalidRequest, e.to_string()))?;
    let Ok(permit) = Arc::clone(&app.probes).try_acquire_owned() else {
        let detail = "too many probes are running; try again in a moment";
        return Err(Problem::new(ProblemType::TooManyProbes, detail).retry_after(2));
    };
    let config = app.manager.config();
    let folder = app.manager.file.folder().to_owned();
    let existing = app.manager.stream_shown_as(&request.stream);
    let stream = existing.unwrap_or_else(|| request.stream.clone());
    let ca_file = request.ca_file.map(|path| folder.join(path));
    let checked = policy::stream(&stream, &config, &folder);
    let checked = checked.and_then(|()| {
        let is_in_force = config.cameras.iter().any(|c| c.ca_file == ca_file);
        if let Some(path) = ca_file.as_deref().filter(|_| !is_in_force) {
            policy::file_in_folder(path, &folder).map_err(|e| format!("ca_file {e}"))?;
        }
        let address = stream.parse::<StreamAddress>().map_err(|e| e.to_string())?;
        Ok(address.relative_to(&folder))
    });
    let address = match checked {
        Ok(address) => address,
        Err(reason) => {
            return Ok(Json(ProbeResult {
                reason: Some(reason),
                ..ProbeResult::default()
            }));
        }
    };
    let started = Instant::now();
    let stop = Shutdown::new();
    let stopped = stop.clone();
    let attempt = tokio::task::spawn_blocking(move || {
        // Held until the thread is free, which may be after the time-out.
        let _permit = permit;
        // Playlists stay refused even with service.allow_playlists: a client could reach
        // other files by them.
        let context = SourceContext {
            transport: request.rtsp_transport,
            ca_file,
            ..SourceContext::default()
        };
        first_picture(&address, &context, &stopped)
    });
    let result = match tokio::time::timeout(TIMEOUT, attempt).await {
        Ok(joined) => joined.map_err(Problem::internal)?,
        Err(_) => {
            stop.request();
            Err(format!("no picture within {} s", TIMEOUT.as_secs()))
        }
    };
    let ms = started.elapsed().as_millis() as u64;
    Ok(Json(match result {
        Ok(probe) => ProbeResult { ms, ..probe },
        Err(reason) => ProbeResult {
            reason: Some(reason),
            ms,
            ..ProbeResult::default()
        },
    }))
}

fn first_picture(
    address: &StreamAddress,
    context: &SourceContext,
    stop: &Shutdown,
) -> Result<ProbeResult, String> {
    let frame = source::first_picture(address, context, stop).map_err(|e| e.to_string())?;
    let frame = Arc::new(frame).painted().map_err(|e| e.to_string())?;
    let jpeg = picture::jpeg(&frame, WIDTH, 80).map_err(|e| e.to_string())?;
    Ok(ProbeResult {
        ok: true,
        reason: None,
        width: frame.size.width,
        height: frame.size.height,
        picture: Some(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))),
        ms: 0,
    })
}
