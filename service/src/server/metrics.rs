//! `/metrics`: Prometheus text, or the same as JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use rextrack::internals::flow::{RemoteNode, SourceState};
use rextrack::internals::pipeline::{Latency, Stats};
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::problem::{AuthErrors, Problem};
use super::process_usage::ProcessUsage;
use crate::manager::camera::Camera;
use crate::manager::status::CameraStatus;

/// The media type that Prometheus asks for.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics as JSON.
#[derive(Debug, Serialize, ToSchema)]
pub struct Metrics {
    /// This process.
    process: ProcessUsage,
    /// The cameras.
    cameras: Vec<CameraStatus>,
}

/// Metrics of the process and the cameras
#[utoipa::path(get, path = "/metrics", tag = "service", responses(
    (status = 200, description = "Prometheus text; JSON with `Accept: application/json`",
        content((String = "application/openmetrics-text"), (Metrics = "application/json"))),
    AuthErrors,
))]
pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|a| a.to_str().ok());
    let usage = app.process.usage(app.manager.uptime());
    let cameras = app.manager.cameras();
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        let cameras = cameras.iter().map(|camera| camera.status()).collect();
        return Json(Metrics {
            process: usage,
            cameras,
        })
        .into_response();
    }
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Measurements::new(&cameras, usage)));
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// All metrics at one time.
#[derive(Debug)]
struct Measurements {
    cameras: Vec<CameraMeasurements>,
    usage: ProcessUsage,
}

#[derive(Debug)]
struct CameraMeasurements {
    id: String,
    enabled: bool,
    stats: Stats,
    active: u32,
    held: u32,
    remote: Option<RemoteNode>,
}

impl Measurements {
    fn new(cameras: &[Arc<Camera>], usage: ProcessUsage) -> Self {
        let measure = |camera: &Arc<Camera>| {
            let pipeline = camera.pipeline();
            CameraMeasurements {
                id: camera.id.clone(),
                enabled: camera.enabled_and_state().0,
                stats: pipeline.as_ref().map(|p| p.stats()).unwrap_or_default(),
                remote: pipeline.as_ref().and_then(|p| p.remote()),
                active: pipeline.map_or(0, |p| p.poll(&mut []).active),
                held: camera.snapshots.held(),
            }
        };
        Self {
            cameras: cameras.iter().map(measure).collect(),
            usage,
        }
    }
}

type Encoded = Result<(), std::fmt::Error>;
/// A label and its value.
type Label<'a> = [(&'a str, &'a str); 1];

impl Collector for Measurements {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Encoded {
        let out = &mut encoder;
        self.gauge(out, "fps_in", "Frames a second from the source", |c| {
            f64::from(c.stats.fps_in)
        })?;
        self.gauge(out, "fps_proc", "Frames a second that are processed", |c| {
            f64::from(c.stats.fps_proc)
        })?;
        self.gauge(
            out,
            "slots_active",
            "Slots whose owner is in the newest frame",
            |c| f64::from(c.active),
        )?;
        self.gauge(out, "slots_held", "Slots whose owner is not seen", |c| {
            f64::from(c.held)
        })?;
        self.gauge(out, "slots_waiting", "Tracks that wait for a slot", |c| {
            f64::from(c.stats.waiting)
        })?;
        self.gauge(out, "camera_enabled", "1 if the camera is enabled", |c| {
            f64::from(u8::from(c.enabled))
        })?;
        self.gauge(out, "camera_live", "1 while frames arrive", |c| {
            f64::from(u8::from(c.stats.source_state == SourceState::Live))
        })?;
        self.gauge(out, "queue_frames", "Frames that wait for the model", |c| {
            c.stats.queued as f64
        })?;
        self.counter(out, "frames_in", "Frames from the source", |c| {
            c.stats.frames_in
        })?;
        self.counter(out, "frames_processed", "Frames that were processed", |c| {
            c.stats.frames_processed
        })?;
        self.counter(
            out,
            "frames_dropped",
            "Frames that were dropped for newer ones",
            |c| c.stats.dropped,
        )?;
        self.counter(
            out,
            "reconnects",
            "How often the source was reconnected",
            |c| c.stats.reconnects,
        )?;
        self.counter(out, "tracks", "Tracks that were started", |c| {
            c.stats.tracks
        })?;
        self.remotes(out)?;
        self.histogram(out, "model_wait", "Waiting until the model was free", |c| {
            &c.stats.stages.wait
        })?;
        self.histogram(out, "model_latency", "Time in the model", |c| {
            &c.stats.stages.inference
        })?;
        self.histogram(
            out,
            "end_to_end_latency",
            "From a frame's arrival to its snapshot",
            |c| &c.stats.stages.end_to_end,
        )?;
        self.sinks(out)?;
        self.process(out)
    }
}

impl Measurements {
    fn gauge(
        &self,
        out: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        of: impl Fn(&CameraMeasurements) -> f64,
    ) -> Encoded {
        let name = format!("rextrack_{name}");
        let mut family = out.encode_descriptor(&name, help, None, MetricType::Gauge)?;
        for camera in &self.cameras {
            let labels: Label<'_> = [("camera", &camera.id)];
            let mut one = family.encode_family(&labels)?;
            one.encode_gauge(&of(camera))?;
        }
        Ok(())
    }

    fn counter(
        &self,
        out: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        of: impl Fn(&CameraMeasurements) -> u64,
    ) -> Encoded {
        let name = format!("rextrack_{name}");
        let mut family = out.encode_descriptor(&name, help, None, MetricType::Counter)?;
        for camera in &self.cameras {
            let labels: Label<'_> = [("camera", &camera.id)];
            count(&mut family.encode_family(&labels)?, of(camera))?;
        }
        Ok(())
    }

    fn histogram(
        &self,
        out: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        of: impl Fn(&CameraMeasurements) -> &Latency,
    ) -> Encoded {
        let name = format!("rextrack_{name}");
        let unit = Some(&Unit::Seconds);
        let mut family = out.encode_descriptor(&name, help, unit, MetricType::Histogram)?;
        for camera in &self.cameras {
            let latency = of(camera);
            let bounds = Latency::BOUNDS_MS.iter().map(|ms| f64::from(*ms) / 1e3);
            let buckets: Vec<(f64, u64)> = bounds
                .chain([f64::INFINITY])
                .zip(latency.buckets().iter().copied())
                .collect();
            let labels: Label<'_> = [("camera", &camera.id)];
            let mut one = family.encode_family(&labels)?;
            one.encode_histogram::<NoLabelSet>(latency.total_s(), latency.count(), &buckets, None)?;
        }
        Ok(())
    }

    /// Metrics of the nodes that send tracks to mqtt sources.
    fn remotes(&self, out: &mut DescriptorEncoder<'_>) -> Encoded {
        let known = |c: &CameraMeasurements| Some((c.id.clone(), c.remote.clone()?));
        let remotes: Vec<(String, RemoteNode)> = self.cameras.iter().filter_map(known).collect();
        let mut offsets = out.encode_descriptor(
            "rextrack_remote_clock_offset",
            "How far the other node's clock is ahead",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for (camera, remote) in &remotes {
            let labels = [("camera", camera.as_str()), ("node", remote.node.as_str())];
            let seconds = remote.clock_offset_ns as f64 / 1e9;
            offsets.encode_family(&labels)?.encode_gauge(&seconds)?;
        }
        type Of = fn(&RemoteNode) -> u64;
        let counts: [(&str, &str, Of); 3] = [
            (
                "rextrack_remote_duplicates",
                "Messages that arrived twice",
                |r| r.duplicates,
            ),
            (
                "rextrack_remote_reordered",
                "Messages that arrived after newer ones",
                |r| r.reordered,
            ),
            (
                "rextrack_remote_refused",
                "Messages with impossible values",
                |r| r.refused,
            ),
        ];
        for (name, help, of) in counts {
            let mut family = out.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (camera, remote) in &remotes {
                let labels = [("camera", camera.as_str()), ("node", remote.node.as_str())];
                count(&mut family.encode_family(&labels)?, of(remote))?;
            }
        }
        Ok(())
    }

    fn sinks(&self, out: &mut DescriptorEncoder<'_>) -> Encoded {
        type Of = fn(&rextrack::internals::sink::SinkStats) -> u64;
        let counts: [(&str, &str, Of); 4] = [
            ("sent", "Messages or lines that an output sent", |s| s.sent),
            (
                "failed",
                "Messages or lines that an output could not send",
                |s| s.failed,
            ),
            ("dropped", "Snapshots that an output dropped", |s| s.dropped),
            ("bytes", "Bytes that an output sent", |s| s.bytes),
        ];
        for (name, help, of) in counts {
            let name = format!("rextrack_sink_{name}");
            let mut family = out.encode_descriptor(&name, help, None, MetricType::Counter)?;
            for camera in &self.cameras {
                for (index, sink) in camera.stats.sinks.iter().enumerate() {
                    // Two outputs may have the same name, so that each has a number.
                    let number = index.to_string();
                    let labels = [
                        ("camera", camera.id.as_str()),
                        ("sink", sink.name.as_str()),
                        ("number", number.as_str()),
                    ];
                    count(&mut family.encode_family(&labels)?, of(&sink.stats))?;
                }
            }
        }
        Ok(())
    }

    fn process(&self, out: &mut DescriptorEncoder<'_>) -> Encoded {
        let gauges = [
            (
                "process_resident_memory",
                "Memory of this process",
                Unit::Bytes,
                self.usage.resident_bytes as f64,
            ),
            (
                "process_uptime",
                "Time since the start",
                Unit::Seconds,
                self.usage.uptime_s,
            ),
        ];
        for (name, help, unit, value) in gauges {
            let mut one = out.encode_descriptor(name, help, Some(&unit), MetricType::Gauge)?;
            one.encode_gauge(&value)?;
        }
        let mut cpu = out.encode_descriptor(
            "process_cpu",
            "Processor time of all threads",
            Some(&Unit::Seconds),
            MetricType::Counter,
        )?;
        cpu.encode_counter::<NoLabelSet, f64, u64>(&self.usage.cpu_seconds, None)
    }
}

fn count(encoder: &mut MetricEncoder<'_>, value: u64) -> Encoded {
    encoder.encode_counter::<NoLabelSet, u64, u64>(&value, None)
}
