//! `/cameras/probe`: an address tried out before it is saved.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rextrack::config::RtspTransport;
use rextrack::shutdown::Shutdown;
use rextrack::sink::picture;
use rextrack::source::{self, StreamAddress, Surroundings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::extract::Document;
use super::problem::{BodyErrors, Problem, ProblemType};
use crate::manager::policy;

/// Addresses that are tried at the same time; each may hold a thread for as long as
/// a camera is silent.
pub const AT_ONCE: usize = 4;
/// How long the caller waits at most.
const PATIENCE: Duration = Duration::from_secs(15);
/// Width of the picture that is shown.
const WIDTH: u32 = 640;

/// What is to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeRequest {
    /// The address.
    #[schema(example = "synth:people=5")]
    stream: String,
    /// How RTSP carries its media: tcp or udp.
    #[serde(default)]
    #[schema(schema_with = crate::schema::rtsp_transport, required = false)]
    rtsp_transport: RtspTransport,
    /// Certificates that the broker of an `mqtts://` stream is known by.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "ca.pem")]
    ca_file: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProbeResult {
    /// Whether there is a picture.
    ok: bool,
    /// Why there is none, and the remedy.
    #[schema(required)]
    reason: Option<String>,
    /// Pixels a row.
    width: u32,
    /// Rows.
    height: u32,
    /// The picture as a data: URL.
    #[schema(required)]
    picture: Option<String>,
    /// How long it took.
    ms: u64,
}

/// Try an address: its first picture, or why there is none
#[utoipa::path(post, path = "/cameras/probe", tag = "cameras", request_body = ProbeRequest,
    responses(
    (status = 200, body = ProbeResult),
    BodyErrors,
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json",
        description = "too many addresses are being tried"),
))]
pub async fn post(
    State(app): State<Arc<App>>,
    Document(body): Document,
) -> Result<Json<ProbeResult>, Problem> {
    let wanted: ProbeRequest = serde_json::from_value(body)
        .map_err(|e| Problem::new(ProblemType::InvalidRequest, e.to_string()))?;
    let Ok(turn) = Arc::clone(&app.probes).try_acquire_owned() else {
        let detail = "too many addresses are being tried at the same time; try again in a moment";
        return Err(Problem::new(ProblemType::TooManyProbes, detail).retry_after(2));
    };
    let config = app.manager.config();
    let folder = app.manager.folder().to_owned();
    let known = app.manager.known_stream(&wanted.stream);
    let stream = known.unwrap_or_else(|| wanted.stream.clone());
    let ca_file = wanted.ca_file.map(|path| folder.join(path));
    let checked = policy::stream(&stream, &config, &folder);
    let checked = checked.and_then(|()| {
        let is_in_force = config.cameras.iter().any(|c| c.ca_file == ca_file);
        if let Some(path) = ca_file.as_deref().filter(|_| !is_in_force) {
            policy::ca_file(path, &folder).map_err(|e| format!("ca_file {e}"))?;
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
    let asked = stop.clone();
    let attempt = tokio::task::spawn_blocking(move || {
        // Kept until the thread is free, which may be after we gave up.
        let _turn = turn;
        // Playlists stay refused, also where service.allow_playlists allows the file's
        // owner one: who asks here may not reach other files.
        let around = Surroundings {
            transport: wanted.rtsp_transport,
            ca_file,
            ..Surroundings::default()
        };
        look(&address, &around, &asked)
    });
    let result = match tokio::time::timeout(PATIENCE, attempt).await {
        Ok(joined) => joined.map_err(Problem::internal)?,
        Err(_) => {
            stop.request();
            Err(format!("no picture within {} s", PATIENCE.as_secs()))
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

fn look(
    address: &StreamAddress,
    around: &Surroundings,
    stop: &Shutdown,
) -> Result<ProbeResult, String> {
    let frame = source::first_picture(address, around, stop).map_err(|e| e.to_string())?;
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
