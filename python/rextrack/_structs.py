"""The structs of include/rextrack.h, as the library lays them out."""

import ctypes
from ctypes import c_char, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Dict, Type, TypeVar

from ._enums import SlotState

SLOTS_MAX = 256
FLIPPED, ANNOTATED = 1, 2

_S = TypeVar("_S", bound=ctypes.Structure)


def sized(struct: Type[_S], **values: Any) -> _S:
    """A struct whose `struct_size` is set."""
    return struct(struct_size=ctypes.sizeof(struct), **values)


class Slot(ctypes.Structure):
    """RextrackSlot of include/rextrack.h, which documents the fields."""

    track_id: int
    generation: int
    state: int
    class_id: int
    score: float
    x: float
    y: float
    w: float
    h: float
    vx: float
    vy: float
    age_ms: int
    life_ms: int
    _fields_ = [
        ("track_id", c_uint64), ("generation", c_uint32), ("state", c_uint32),
        ("class_id", c_int32), ("score", c_float),
        ("x", c_float), ("y", c_float), ("w", c_float), ("h", c_float),
        ("vx", c_float), ("vy", c_float), ("age_ms", c_uint32), ("life_ms", c_uint32),
    ]  # fmt: skip

    def as_dict(self) -> Dict[str, Any]:
        """The fields by their names."""
        return {name: getattr(self, name) for name, *_ in self._fields_}

    def __repr__(self) -> str:
        values = {**self.as_dict(), "state": SlotState(self.state).name}
        return f"Slot({', '.join(f'{name}={value}' for name, value in values.items())})"


class RawSnapshot(ctypes.Structure):
    """RextrackSnapshot"""

    _fields_ = [
        ("struct_size", c_uint32), ("source_state", c_uint32),
        ("seq", c_uint64), ("frame_seq", c_uint64),
        ("capture_ns", c_int64), ("publish_ns", c_int64),
        ("slot_count", c_uint32), ("active_count", c_uint32), ("waiting_count", c_uint32),
        ("frame_width", c_uint32), ("frame_height", c_uint32),
        ("problem", c_int32), ("problem_count", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class RawEvent(ctypes.Structure):
    """RextrackEvent"""

    _fields_ = [
        ("kind", c_uint32), ("slot", c_uint32), ("seq", c_uint64), ("time_ns", c_int64),
        ("track_id", c_uint64), ("generation", c_uint32), ("class_id", c_int32),
        ("source_state", c_uint32), ("count", c_uint32), ("status", c_int32), ("reserved", c_uint32),
    ]  # fmt: skip


class RawStats(ctypes.Structure):
    """RextrackStats"""

    _fields_ = [
        ("struct_size", c_uint32), ("source_state", c_uint32),
        ("frames_in", c_uint64), ("frames_processed", c_uint64),
        ("dropped", c_uint64), ("reconnects", c_uint64),
        ("fps_in", c_float), ("fps_proc", c_float), ("capture_ms", c_float),
        ("preprocess_ms", c_float), ("inference_ms", c_float), ("postprocess_ms", c_float),
        ("track_ms", c_float), ("end_to_end_ms", c_float),
        ("waiting", c_uint32), ("reserved", c_uint32),
        ("requested_device", c_char * 16), ("device", c_char * 16),
    ]  # fmt: skip


class RawSink(ctypes.Structure):
    """RextrackSink"""

    _fields_ = [
        ("state", c_uint32), ("reserved", c_uint32),
        ("sent", c_uint64), ("failed", c_uint64), ("bytes", c_uint64), ("dropped", c_uint64),
        ("name", c_char * 128), ("problem", c_char * 256),
    ]  # fmt: skip


class RawAxis(ctypes.Structure):
    """RextrackAxis"""

    _fields_ = [
        ("name", c_char_p), ("unit", c_char_p), ("description", c_char_p),
        ("quantity", c_uint32), ("empty", c_float),
    ]  # fmt: skip


class RawFrame(ctypes.Structure):
    """RextrackFrame"""

    _fields_ = [
        ("struct_size", c_uint32), ("format", c_uint32), ("width", c_uint32), ("height", c_uint32),
        ("data", c_void_p), ("stride", c_size_t), ("capture_ns", c_int64),
        ("flags", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class RawImage(ctypes.Structure):
    """RextrackImage"""

    _fields_ = [
        ("struct_size", c_uint32), ("format", c_uint32), ("flags", c_uint32),
        ("width", c_uint32), ("height", c_uint32), ("reserved", c_uint32),
        ("data", c_void_p), ("capacity", c_size_t), ("stride", c_size_t),
        ("frame_seq", c_uint64), ("capture_ns", c_int64),
    ]  # fmt: skip


class RawLogLine(ctypes.Structure):
    """RextrackLogLine"""

    _fields_ = [
        ("struct_size", c_uint32), ("level", c_int32),
        ("number", c_uint64), ("time_ns", c_int64), ("dropped", c_uint64),
    ]  # fmt: skip
