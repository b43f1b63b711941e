//! What happened in front of a camera, or to it, in words.

use jiff::{SignedDuration, Timestamp};
use rextrack::clock::now_ns;
use rextrack::pipeline::{self, Event};
use rextrack::source::SourceState;
use serde::Serialize;
use utoipa::ToSchema;

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A slot has a new owner.
    Entered,
    /// A slot was released.
    Left,
    /// A slot's owner is not seen any more; the slot is held.
    Lost,
    /// A lost owner was seen again.
    Found,
    /// The source's state changed.
    Source,
    /// A stage of the pipeline failed and was restarted.
    Restarted,
    /// Older events were dropped, because nobody read them in time.
    Overflow,
}

impl From<pipeline::EventKind> for EventKind {
    fn from(kind: pipeline::EventKind) -> Self {
        match kind {
            pipeline::EventKind::Entered => Self::Entered,
            pipeline::EventKind::Left => Self::Left,
            pipeline::EventKind::Lost => Self::Lost,
            pipeline::EventKind::Found => Self::Found,
            pipeline::EventKind::Source => Self::Source,
            pipeline::EventKind::Restarted => Self::Restarted,
            pipeline::EventKind::Overflow => Self::Overflow,
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CameraEvent {
    /// What happened.
    pub kind: EventKind,
    /// When, as RFC 3339.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub time: String,
    /// The slot, from 1, if one is concerned.
    #[schema(required)]
    pub slot: Option<u32>,
    /// The slot's owner.
    #[schema(required)]
    pub track_id: Option<u64>,
    /// Goes up with each new owner of the slot.
    #[schema(required)]
    pub generation: Option<u32>,
    /// The owner's class.
    #[schema(required)]
    pub class: Option<String>,
    /// Where the source stood.
    #[schema(schema_with = crate::schema::source_state)]
    pub source_state: SourceState,
    /// For `overflow`, how many events were lost.
    pub count: u64,
}

impl CameraEvent {
    /// An event as it is told, with a class's name and the time of day.
    pub fn new(event: &Event, classes: &[String]) -> Self {
        let kind = EventKind::from(event.kind);
        let of_slot = matches!(
            kind,
            EventKind::Entered | EventKind::Left | EventKind::Lost | EventKind::Found
        );
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
