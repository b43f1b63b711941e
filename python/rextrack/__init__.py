"""rextrack for Python: one camera, tracked, as stable slots p1..pN.

    import rextrack

    config = {"camera": {"stream": "rtsp://..."}, "tracking": {"classes": ["person"]}}
    with rextrack.Pipeline(config) as pipeline:
        for snapshot in pipeline:
            for number, slot in snapshot.occupied():
                print(number, slot.x, slot.y)

The package uses ctypes. It needs Python 3.8 or newer and the rextrack library. It
searches for the library at REXTRACK_LIBRARY, beside the package, in target/release and
target/debug of rextrack's repository, and in the system's library folders. numpy is
optional: `Snapshot.array`, `Axes.array`, `Image.array` and arrays in
`Pipeline.push_frame` use it.

Coordinates are 0..1 of the full frame, with the origin at the top left, unless the
configuration selects other units. Times are nanoseconds of `now_ns`.

Any thread may use a Pipeline, and close it. After os.fork(), the child cannot use the
pipelines of its parent: it creates its own, or starts with multiprocessing's "spawn".
"""

from ._axes import Axes, Axis, axes
from ._enums import EventKind, LogLevel, PixelFormat, SinkState, SlotState, SourceState, Status
from ._errors import (
    ArgumentError, Closed, ConfigError, DeviceError, Ended, Error, InternalError, ModelError, NotFound,
    NotRunning, OnnxRuntimeError, OtherProcess, SourceError, Stopped,
)  # fmt: skip
from ._image import Image
from ._library import library as _library
from ._log import LogLine, LogReader, poll_log, set_log
from ._pipeline import Pipeline, find
from ._reports import Event, Sink, Stats
from ._snapshot import Snapshot
from ._stream import AsyncSnapshots, Snapshots
from ._structs import Slot

__version__ = "0.1.0"

__all__ = [
    "ArgumentError", "AsyncSnapshots", "Axes", "Axis", "Closed", "ConfigError", "DeviceError", "Ended",
    "Error", "Event", "EventKind", "Image", "InternalError", "LogLevel", "LogLine", "LogReader",
    "ModelError", "NotFound", "NotRunning", "OnnxRuntimeError", "OtherProcess", "Pipeline", "PixelFormat",
    "Sink", "SinkState", "Slot", "SlotState", "Snapshot", "Snapshots", "SourceError", "SourceState",
    "Stats", "Status", "Stopped", "axes", "find", "now_ns", "poll_log", "set_log", "version",
]  # fmt: skip


def version() -> str:
    """Version of the library, such as "0.1.0"."""
    text: bytes = _library().rextrack_version_string()
    return text.decode()


def now_ns() -> int:
    """The current time on the clock of all times: monotonic, with an arbitrary start."""
    return int(_library().rextrack_now_ns())
