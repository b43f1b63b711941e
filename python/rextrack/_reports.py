"""What a pipeline reports beside its snapshots: events, statistics, outputs."""

from dataclasses import dataclass, fields
from typing import Any

from ._enums import EventKind, SinkState, SourceState, Status
from ._structs import RawEvent, RawSink, RawStats

_OF_SLOTS = (EventKind.ENTERED, EventKind.LOST, EventKind.FOUND, EventKind.LEFT)


@dataclass(frozen=True, repr=False)
class Event:
    """RextrackEvent of include/rextrack.h. `slot` counts from 0: p1 is 0."""

    kind: EventKind
    slot: int
    seq: int
    time_ns: int
    track_id: int
    generation: int
    class_id: int
    source_state: SourceState
    count: int
    status: Status

    @classmethod
    def of(cls, raw: RawEvent) -> "Event":
        """The event of the library's struct."""
        return cls(
            EventKind(raw.kind), raw.slot, raw.seq, raw.time_ns, raw.track_id, raw.generation, raw.class_id,
            SourceState(raw.source_state), raw.count, Status(raw.status),
        )  # fmt: skip

    def __repr__(self) -> str:
        if self.kind in _OF_SLOTS:
            about = f" p{self.slot + 1} track={self.track_id} generation={self.generation} class_id={self.class_id}"
        elif self.kind == EventKind.SOURCE:
            about = f" {self.source_state.name}"
        elif self.kind == EventKind.OVERFLOW:
            about = f" count={self.count}"
        elif self.kind in (EventKind.PROBLEM, EventKind.CHANGE_REFUSED):
            about = f" {self.status.name}"
        else:
            about = ""
        return f"<Event {self.kind.name}{about} seq={self.seq}>"


@dataclass(frozen=True)
class Stats:
    """RextrackStats of include/rextrack.h: counts, rates, milliseconds."""

    source_state: SourceState
    frames_in: int
    frames_processed: int
    dropped: int
    reconnects: int
    fps_in: float
    fps_proc: float
    capture_ms: float
    preprocess_ms: float
    inference_ms: float
    postprocess_ms: float
    track_ms: float
    end_to_end_ms: float
    waiting: int
    requested_device: str
    device: str

    @classmethod
    def of(cls, raw: RawStats) -> "Stats":
        """The statistics of the library's struct."""
        values = {field.name: _plain(getattr(raw, field.name)) for field in fields(cls)}
        return cls(**{**values, "source_state": SourceState(raw.source_state)})


@dataclass(frozen=True)
class Sink:
    """RextrackSink of include/rextrack.h: an output, such as OSC or a file."""

    name: str
    state: SinkState
    sent: int
    failed: int
    bytes: int
    dropped: int
    problem: str
    """Why it no longer sends, and the remedy; empty while it sends."""

    @classmethod
    def of(cls, raw: RawSink) -> "Sink":
        """The output of the library's struct."""
        values = {field.name: _plain(getattr(raw, field.name)) for field in fields(cls)}
        return cls(**{**values, "state": SinkState(raw.state)})


def _plain(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
