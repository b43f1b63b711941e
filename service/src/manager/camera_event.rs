//! Events of a camera, as the API shows them.

use rextrack::internals::flow::SourceState;
use rextrack::internals::pipeline::{self, Event};
use serde::Serialize;
use utoipa::ToSchema;

use crate::time::time_of_day;

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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
    /// The camera's pipeline cannot continue, or can again: its `problem` has the reason.
    Problem,
    /// A part of the configuration was not applied, such as a model that cannot be loaded.
    ChangeRefused,
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
            pipeline::EventKind::Problem => Self::Problem,
            pipeline::EventKind::ChangeRefused => Self::ChangeRefused,
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CameraEvent {
    /// What happened.
    pub kind: EventKind,
    /// When it happened, as RFC 3339.
    #[schema(example = "2026-01-01T00:00:00.000Z")]
    pub time: String,
    /// The slot, from 1; null if the event concerns no slot.
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
    /// The source's state at that time.
    #[schema(schema_with = crate::schema::source_state)]
    pub source_state: SourceState,
    /// For `overflow`, how many events were lost.
    pub count: u64,
}

impl CameraEvent {
    /// An event of the pipeline, with the class's name and the time of day.
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
