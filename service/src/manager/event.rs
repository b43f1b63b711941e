//! What happened in front of a camera, or to it, in words.

use jiff::{SignedDuration, Timestamp};
use rextrack::clock::now_ns;
use rextrack::pipeline::{Event, EventKind};
use rextrack::source::SourceState;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventRecord {
    /// entered, left, lost, found, source, restarted or overflow.
    #[schema(example = "entered")]
    pub kind: &'static str,
    /// When, as RFC 3339.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub time: String,
    /// The slot, from 1, if one is concerned.
    pub slot: Option<u32>,
    /// The slot's owner.
    pub track_id: Option<u64>,
    /// Goes up with each new owner of the slot.
    pub generation: Option<u32>,
    /// The owner's class.
    pub class: Option<String>,
    /// Where the source stood.
    #[schema(value_type = String, example = "live")]
    pub source_state: SourceState,
    /// For `overflow`, how many events were lost.
    pub count: u64,
}

impl EventRecord {
    /// An event as it is told, with a class's name and the time of day.
    pub fn new(event: &Event, classes: &[String]) -> Self {
        let kind = match event.kind {
            EventKind::Entered => "entered",
            EventKind::Left => "left",
            EventKind::Lost => "lost",
            EventKind::Found => "found",
            EventKind::Source => "source",
            EventKind::Restarted => "restarted",
            EventKind::Overflow => "overflow",
        };
        let of_slot = matches!(kind, "entered" | "left" | "lost" | "found");
        let class = usize::try_from(event.class_id).ok();
        Self {
            kind,
            time: time_of_day(event.time_ns),
            slot: of_slot.then_some(event.slot + 1),
            track_id: of_slot.then_some(event.track_id),
            generation: of_slot.then_some(event.generation),
            class: class
                .filter(|_| of_slot)
                .and_then(|index| classes.get(index).cloned()),
            source_state: event.source_state,
            count: event.count,
        }
    }
}

/// A time of the process's clock as a time of day, RFC 3339 with milliseconds.
pub fn time_of_day(time_ns: i64) -> String {
    let ago = SignedDuration::from_nanos(now_ns().saturating_sub(time_ns));
    let now = Timestamp::now();
    rfc3339(now.checked_sub(ago).unwrap_or(now))
}

/// A time as RFC 3339 with milliseconds.
pub fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}
