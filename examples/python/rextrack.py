"""rextrack for Python: one camera, tracked, as stable slots p1..pN.

    import rextrack

    config = {"camera": {"stream": "rtsp://..."}, "tracking": {"classes": ["person"]}}
    with rextrack.Pipeline(config) as pipeline:
        for snapshot in pipeline.snapshots():
            for number, slot in snapshot.occupied():
                print(number, slot.x, slot.y)

This is one file on top of ctypes: copy it next to your program. It needs Python 3.8
or newer and the rextrack library. It searches for the library at REXTRACK_LIBRARY,
beside this file, in this repository's build folder, and in the system's library
folders. numpy is optional: Snapshot.array, Image.array and arrays in push_frame
use it.

Coordinates are 0..1 of the full frame, with the origin at the top left, unless the
configuration selects other units. Times are nanoseconds of `now_ns`.

Any thread may use a Pipeline, several at the same time. A call that waits lets other
Python threads run. No thread may use a Pipeline after `close`, which ends a `with`
block.
"""

import ctypes
import ctypes.util
import enum
import json
import os
import sys
import time
from ctypes import POINTER, byref, c_char, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Type, Union

__all__ = [
    "Axis", "Error", "Event", "EventKind", "Image", "Pipeline", "PixelFormat", "Slot", "SlotState",
    "Snapshot", "SourceState", "Stats", "Status", "axes", "now_ns", "set_log", "version",
]  # fmt: skip

SLOTS_MAX = 256
_EVENTS_MAX = 1025  # the queue and one overflow event
_ABI = (0, 2)


class Status(enum.IntEnum):
    """The result of a function of the library; see include/rextrack.h."""

    OK = 0
    INVALID_ARGUMENT = -1
    CONFIG = -2
    MODEL = -3
    RUNTIME = -4
    DEVICE = -5
    SOURCE = -6
    TIMEOUT = -7
    BUFFER_TOO_SMALL = -8
    NOT_RUNNING = -9
    ENDED = -10
    NO_FRAME = -11
    NOT_FOUND = -12
    INTERNAL = -98
    PANIC = -99


class SlotState(enum.IntEnum):
    """The state of a slot."""

    EMPTY = 0
    ACTIVE = 1
    """The owner was seen in the newest processed frame."""
    HELD = 2
    """The owner is not seen. The slot is kept for it."""


class SourceState(enum.IntEnum):
    """The state of the source."""

    STOPPED = 0
    CONNECTING = 1
    LIVE = 2
    LOST = 3
    ENDED = 4
    FAILED = 5


class EventKind(enum.IntEnum):
    """The kind of an event."""

    ENTERED = 1
    LOST = 2
    FOUND = 3
    LEFT = 4
    SOURCE = 5
    RESTARTED = 6
    OVERFLOW = 7


class PixelFormat(enum.IntEnum):
    """8 bits per channel, in the order of the name."""

    RGBA8 = 1
    BGRA8 = 2
    RGB8 = 3
    BGR8 = 4
    GRAY8 = 5

    @property
    def channels(self) -> int:
        """Bytes per pixel."""
        return {1: 4, 2: 4, 3: 3, 4: 3, 5: 1}[int(self)]


class Error(RuntimeError):
    """An error of the library. The text says what is wrong, and the remedy."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: int = Status(status) if status in set(Status) else status


class _Struct(ctypes.Structure):
    """A struct of the library that can be printed and turned into a dict."""

    def as_dict(self) -> Dict[str, Any]:
        """The fields by their names."""
        return {name: getattr(self, name) for name, *_ in self._fields_ if name not in ("struct_size", "reserved")}

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.as_dict().items())
        return f"{type(self).__name__.lstrip('_')}({fields})"


class Slot(_Struct):
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


class Event(_Struct):
    """RextrackEvent of include/rextrack.h. `slot` counts from 0: p1 is 0."""

    kind: int
    slot: int
    seq: int
    time_ns: int
    track_id: int
    generation: int
    class_id: int
    source_state: int
    count: int
    _fields_ = [
        ("kind", c_uint32), ("slot", c_uint32), ("seq", c_uint64), ("time_ns", c_int64),
        ("track_id", c_uint64), ("generation", c_uint32), ("class_id", c_int32),
        ("source_state", c_uint32), ("count", c_uint32),
    ]  # fmt: skip


class Stats(_Struct):
    """RextrackStats of include/rextrack.h: counts, rates, milliseconds."""

    source_state: int
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
    requested_device: bytes
    device: bytes
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


class _Header(_Struct):
    _fields_ = [
        ("struct_size", c_uint32), ("source_state", c_uint32),
        ("seq", c_uint64), ("frame_seq", c_uint64),
        ("capture_ns", c_int64), ("publish_ns", c_int64),
        ("slot_count", c_uint32), ("active_count", c_uint32), ("waiting_count", c_uint32),
        ("frame_width", c_uint32), ("frame_height", c_uint32),
    ]  # fmt: skip


class _Axis(_Struct):
    _fields_ = [
        ("name", c_char_p), ("unit", c_char_p), ("description", c_char_p),
        ("quantity", c_uint32), ("empty", c_float),
    ]  # fmt: skip


class Axis(NamedTuple):
    """One value of a slot; see RextrackAxis of include/rextrack.h."""

    name: str
    unit: str
    description: str
    empty: float
    """The value of an empty slot."""


class _Frame(_Struct):
    _fields_ = [
        ("struct_size", c_uint32), ("format", c_uint32), ("width", c_uint32), ("height", c_uint32),
        ("data", c_void_p), ("stride", c_size_t), ("capture_ns", c_int64),
        ("flags", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class _Picture(_Struct):
    _fields_ = [
        ("struct_size", c_uint32), ("format", c_uint32), ("flags", c_uint32),
        ("width", c_uint32), ("height", c_uint32), ("reserved", c_uint32),
        ("data", c_void_p), ("capacity", c_size_t), ("stride", c_size_t),
        ("frame_seq", c_uint64), ("capture_ns", c_int64),
    ]  # fmt: skip


_FLIPPED, _ANNOTATED = 1, 2


class Snapshot:
    """All slots at one moment. Pass it to `Pipeline.poll` again to reuse it."""

    def __init__(self, capacity: int = SLOTS_MAX) -> None:
        self._header = _Header(struct_size=ctypes.sizeof(_Header))
        self._slots = (Slot * capacity)()

    @property
    def seq(self) -> int:
        """Number of the snapshot, from 1; 0 before the first."""
        return int(self._header.seq)

    @property
    def frame_seq(self) -> int:
        """Number of the source's frame, from 1, dropped frames counted."""
        return int(self._header.frame_seq)

    @property
    def capture_ns(self) -> int:
        """Capture time of the frame, on the clock of `now_ns`."""
        return int(self._header.capture_ns)

    @property
    def publish_ns(self) -> int:
        """Publication time of the snapshot, on the same clock."""
        return int(self._header.publish_ns)

    @property
    def source_state(self) -> SourceState:
        """The state of the source."""
        return SourceState(self._header.source_state)

    @property
    def active_count(self) -> int:
        """Number of active slots."""
        return int(self._header.active_count)

    @property
    def waiting_count(self) -> int:
        """Number of tracks that wait for a free slot."""
        return int(self._header.waiting_count)

    @property
    def frame_size(self) -> Tuple[int, int]:
        """Width and height of the frame in pixels; 0 before the first frame."""
        return int(self._header.frame_width), int(self._header.frame_height)

    def __len__(self) -> int:
        return min(int(self._header.slot_count), len(self._slots))

    def __getitem__(self, index: int) -> Slot:
        """The slot of that index: p1 is 0."""
        return self.slots[index]

    @property
    def slots(self) -> List[Slot]:
        """All slots, p1 first, with the empty ones."""
        return list(self._slots[: len(self)])

    def occupied(self) -> Iterator[Tuple[int, Slot]]:
        """Number (p1 is 1) and slot, for each slot with an owner."""
        for index in range(len(self)):
            slot = self._slots[index]
            if slot.state != SlotState.EMPTY:
                yield index + 1, slot

    def array(self) -> Any:
        """The slots as a numpy array with the fields of `Slot`, p1 first. A view
        of this snapshot's memory: the next poll into it changes the array."""
        import numpy

        memory: Any = self._slots
        return numpy.frombuffer(memory, dtype=numpy.dtype(Slot))[: len(self)]


class Image:
    """A frame that the pipeline processed; see `Pipeline.preview`."""

    def __init__(self, raw: _Picture, data: bytearray) -> None:
        self.width = int(raw.width)
        self.height = int(raw.height)
        self.format = PixelFormat(raw.format)
        self.frame_seq = int(raw.frame_seq)
        self.capture_ns = int(raw.capture_ns)
        self.data = data
        """Rows without gaps, top row first."""

    def array(self) -> Any:
        """A numpy array of height x width x channels (height x width for grey).
        A view of `data`."""
        import numpy

        shape: Tuple[int, ...] = (self.height, self.width)
        if self.format != PixelFormat.GRAY8:
            shape += (self.format.channels,)
        return numpy.frombuffer(self.data, dtype=numpy.uint8).reshape(shape)


def _find_library() -> str:
    named = os.environ.get("REXTRACK_LIBRARY")
    if named:
        return str(Path(named).absolute())
    name = {"win32": "rextrack.dll", "darwin": "librextrack.dylib"}.get(sys.platform, "librextrack.so")
    here = Path(__file__).resolve().parent
    target = here.parent.parent / "target"
    for folder in (here, target / "release", target / "debug"):
        if (folder / name).is_file():
            return str(folder / name)
    installed = ctypes.util.find_library("rextrack")
    if installed:
        return installed
    raise ImportError(
        f"{name} not found beside {Path(__file__).name}, in target/ or in the system's library folders; "
        "run `cargo build --release`, or set REXTRACK_LIBRARY to its path"
    )


_LogCallback = ctypes.CFUNCTYPE(None, c_int32, c_char_p, c_void_p)
_loaded: Optional[ctypes.CDLL] = None
_log_callback: Any = None  # the library calls it as long as it is set


def _library() -> ctypes.CDLL:
    """The library. The first call loads it."""
    global _loaded
    if _loaded is not None:
        return _loaded
    # winmode=0: on Windows, search the PATH for the OpenCV that the library needs.
    library = ctypes.CDLL(_find_library(), winmode=0)
    arguments: Dict[str, List[Any]] = {
        "create": [c_char_p, POINTER(c_void_p)],
        "start": [c_void_p],
        "stop": [c_void_p],
        "reset_slots": [c_void_p],
        "destroy": [c_void_p],
        "set_config": [c_void_p, c_char_p],
        "get_config_ex": [c_void_p, c_int32, c_void_p, c_size_t, POINTER(c_size_t)],
        "info": [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)],
        "poll": [c_void_p, POINTER(Slot), c_size_t, POINTER(_Header)],
        "poll_at": [c_void_p, c_int64, POINTER(Slot), c_size_t, POINTER(_Header)],
        "axes": [POINTER(_Axis), c_size_t, c_size_t, POINTER(c_size_t)],
        "poll_axes": [
            c_void_p, c_int64, POINTER(c_uint32), c_size_t, POINTER(c_float), c_size_t, POINTER(_Header),
        ],  # fmt: skip
        "wait": [c_void_p, c_uint64, c_uint32],
        "poll_events": [c_void_p, POINTER(Event), c_size_t, POINTER(c_size_t)],
        "push_frame": [c_void_p, POINTER(_Frame)],
        "preview": [c_void_p, POINTER(_Picture)],
        "stats": [c_void_p, POINTER(Stats)],
        "set_log": [c_int32, _LogCallback, c_void_p],
        "last_error": [c_void_p, c_size_t],
        "abi_version": [],
        "version_string": [],
        "now_ns": [],
    }
    results = {"last_error": c_size_t, "abi_version": c_uint32, "version_string": c_char_p, "now_ns": c_int64}
    for name, types in arguments.items():
        function = getattr(library, f"rextrack_{name}")
        function.argtypes = types
        function.restype = results.get(name, c_int32)
    abi = library.rextrack_abi_version()
    major, minor = abi >> 16, abi & 0xFFFF
    if major != _ABI[0] or minor < _ABI[1] or (major == 0 and minor != _ABI[1]):
        raise ImportError(
            f"{library._name} has ABI {major}.{minor}, this rextrack.py is made for {_ABI[0]}.{_ABI[1]}; "
            "take both from the same version"
        )
    _loaded = library
    return library


def _check(status: int) -> None:
    if status != Status.OK:
        library = _library()
        message = ctypes.create_string_buffer(library.rextrack_last_error(None, 0) + 1)
        library.rextrack_last_error(message, len(message))
        raise Error(status, message.value.decode(errors="replace"))


def version() -> str:
    """Version of the library, such as "0.1.0"."""
    text: bytes = _library().rextrack_version_string()
    return text.decode()


def axes() -> List[Axis]:
    """All values that a slot has, by name, for `Pipeline.poll_axes`."""
    library, count = _library(), c_size_t()
    _check(library.rextrack_axes(None, ctypes.sizeof(_Axis), 0, byref(count)))
    raw = (_Axis * count.value)()
    _check(library.rextrack_axes(raw, ctypes.sizeof(_Axis), len(raw), None))
    return [Axis(a.name.decode(), a.unit.decode(), a.description.decode(), a.empty) for a in raw]


def now_ns() -> int:
    """The current time on the clock of all times: monotonic, with an arbitrary start."""
    return int(_library().rextrack_now_ns())


def set_log(level: int, callback: Optional[Callable[[int, str], None]] = None) -> None:
    """Sets the level and the receiver of the process's log: 0 off, 1 error,
    2 warning, 3 info (the default), 4 debug, 5 trace. The library's threads call
    `callback` with level and line; None means stderr."""
    global _log_callback

    def forward(line_level: int, line: bytes, _user: Any) -> None:
        if callback is not None:
            callback(line_level, line.decode(errors="replace"))

    kept = _LogCallback(forward) if callback is not None else _LogCallback()
    _check(_library().rextrack_set_log(level, kept, None))
    # The library no longer calls the old callback, so it can be freed now.
    _log_callback = kept


class Pipeline:
    """The pipeline of one camera. A `with` block starts and closes it.

    `config` is a dict with the keys of the configuration file for one camera
    (docs/ref/config.md), or the same as JSON text. Only `camera.stream` is required.
    The constructor checks the configuration. `start` opens the stream and loads the
    model.
    """

    def __init__(self, config: Union[Dict[str, Any], str]) -> None:
        self._handle = c_void_p()
        self._c = _library()
        self._snapshot = Snapshot(0)
        _check(self._c.rextrack_create(_json(config), byref(self._handle)))

    def __enter__(self) -> "Pipeline":
        self.start()
        return self

    def __exit__(
        self, _type: Optional[Type[BaseException]], _error: Optional[BaseException], _trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()

    def start(self) -> None:
        """Starts the threads and returns immediately. Does nothing if they run."""
        _check(self._c.rextrack_start(self._open()))

    def stop(self) -> None:
        """Stops the threads within a second. `start` continues."""
        _check(self._c.rextrack_stop(self._open()))

    def reset_slots(self) -> None:
        """Empties all slots and assigns them again, from p1 on."""
        _check(self._c.rextrack_reset_slots(self._open()))

    def close(self) -> None:
        """Stops and frees everything within two seconds. You may call it twice. No
        other thread may use the pipeline during or after the call."""
        handle, self._handle = self._handle, c_void_p()
        if handle:
            self._c.rextrack_destroy(handle)

    def poll(self, into: Optional[Snapshot] = None) -> Snapshot:
        """The newest snapshot, a new one or `into`. Never waits."""
        snapshot = Snapshot() if into is None else into
        slots, header = snapshot._slots, snapshot._header
        _check(self._c.rextrack_poll(self._open(), slots, len(slots), byref(header)))
        return snapshot

    def poll_at(self, t_ns: int, into: Optional[Snapshot] = None) -> Snapshot:
        """As `poll`, with each slot predicted to the time `t_ns` on the clock of
        `now_ns`. Never waits."""
        snapshot = Snapshot() if into is None else into
        slots, header = snapshot._slots, snapshot._header
        _check(self._c.rextrack_poll_at(self._open(), t_ns, slots, len(slots), byref(header)))
        return snapshot

    def poll_axes(self, names: Sequence[str], t_ns: int = 0) -> List[Tuple[float, ...]]:
        """The values of the axes with those names (see `axes`) in the newest
        snapshot: one tuple for each slot, p1 first. With `t_ns` they are predicted
        to that time, as in `poll_at`. Never waits."""
        index = {axis.name: number for number, axis in enumerate(axes())}
        unknown = [name for name in names if name not in index]
        if unknown:
            raise ValueError(f"unknown axis {unknown[0]!r}; known are {', '.join(index)}")
        chosen = (c_uint32 * len(names))(*(index[name] for name in names))
        values = (c_float * (len(names) * SLOTS_MAX))()
        header = _Header(struct_size=ctypes.sizeof(_Header))
        _check(
            self._c.rextrack_poll_axes(self._open(), t_ns, chosen, len(chosen), values, SLOTS_MAX, byref(header))
        )
        width = len(names)
        return [tuple(values[slot * width : (slot + 1) * width]) for slot in range(header.slot_count)]

    def wait(self, after_seq: int = 0, timeout: float = 0.5) -> bool:
        """Waits for a snapshot newer than `after_seq`, for at most `timeout`
        seconds. Returns False if there was none. Raises Error with status ENDED if
        the file has ended, NOT_RUNNING if the pipeline is stopped, and with another
        status if the pipeline cannot work."""
        milliseconds = min(max(int(timeout * 1000), 0), 2**32 - 1)
        status = self._c.rextrack_wait(self._open(), after_seq, milliseconds)
        if status != Status.TIMEOUT:
            _check(status)
        return bool(status == Status.OK)

    def snapshots(self, seconds: float = float("inf")) -> Iterator[Snapshot]:
        """Each new snapshot, until the file ends or the time is over. Skips the
        snapshots that come while your code is busy."""
        end = time.monotonic() + seconds
        seq = 0
        while time.monotonic() < end:
            try:
                newer = self.wait(seq, min(end - time.monotonic(), 0.5))
            except Error as error:
                if error.status == Status.ENDED:
                    return
                raise
            # There is none while the model loads or the camera is lost.
            if newer:
                snapshot = self.poll()
                seq = snapshot.seq
                yield snapshot

    def events(self) -> List[Event]:
        """The events since the previous call, oldest first."""
        events, count = (Event * _EVENTS_MAX)(), c_size_t()
        _check(self._c.rextrack_poll_events(self._open(), events, len(events), byref(count)))
        return list(events[: count.value])

    def stats(self) -> Stats:
        """Counters, rates and latencies."""
        stats = Stats(struct_size=ctypes.sizeof(Stats))
        _check(self._c.rextrack_stats(self._open(), byref(stats)))
        return stats

    def info(self) -> Dict[str, Any]:
        """Versions, model, licence and device. `detector` is None until the model is
        loaded."""
        handle = self._open()
        return self._text(lambda *buffer: self._c.rextrack_info(handle, *buffer))

    def config(self, include_secrets: bool = False) -> Dict[str, Any]:
        """The current configuration."""
        handle = self._open()
        return self._text(lambda *buffer: self._c.rextrack_get_config_ex(handle, include_secrets, *buffer))

    def set_config(self, patch: Union[Dict[str, Any], str]) -> None:
        """Changes the configuration with a merge patch (RFC 7396; None resets a key),
        completely or not at all."""
        _check(self._c.rextrack_set_config(self._open(), _json(patch)))

    def preview(self, annotated: bool = True, format: PixelFormat = PixelFormat.BGR8) -> Optional[Image]:
        """The newest processed frame, with slots drawn into it if `annotated`. None
        if no frame has been processed yet. Takes milliseconds for a large frame."""
        raw = _Picture(
            struct_size=ctypes.sizeof(_Picture), format=int(format), flags=_ANNOTATED if annotated else 0
        )
        data = bytearray()
        while True:
            memory = (c_char * len(data)).from_buffer(data)
            raw.data, raw.capacity, raw.stride = ctypes.addressof(memory) if data else None, len(data), 0
            status = self._c.rextrack_preview(self._open(), byref(raw))
            del memory  # a bytearray cannot change its size while ctypes uses it
            if status == Status.NO_FRAME:
                return None
            if status != Status.BUFFER_TOO_SMALL:
                _check(status)
                del data[raw.stride * raw.height :]
                return Image(raw, data)
            # Repeat if a newer frame is larger.
            data = bytearray(raw.stride * raw.height)

    def push_frame(
        self,
        image: Any,
        format: Optional[PixelFormat] = None,
        size: Optional[Tuple[int, int]] = None,
        flipped: bool = False,
        capture_ns: int = 0,
    ) -> None:
        """Passes a frame to a pipeline whose `camera.stream` is `push:`. Copies it. The
        newest frame replaces one that is not processed yet.

        `image` is a numpy array of bytes: height x width (grey), or height x width x
        3 or 4 (BGR and BGRA as in OpenCV, or `format`), with any row stride. Or it is
        bytes, rows without gaps, with `format` and `size` (width, height). `flipped`
        means that the first row is the bottom row. `capture_ns` is the capture time
        on the clock of `now_ns`; 0 means now. It must be at most 60 s in the past, at
        most 1 s in the future, and not run backwards.
        """
        frame = _Frame(struct_size=ctypes.sizeof(_Frame), capture_ns=capture_ns)
        if size is None:
            keep = _describe_array(frame, image, format)
        else:
            keep = _describe_bytes(frame, image, format, size)
        if flipped:
            frame.flags ^= _FLIPPED
        _check(self._c.rextrack_push_frame(self._open(), byref(frame)))
        del keep

    def _open(self) -> c_void_p:
        if not self._handle:
            raise Error(Status.INVALID_ARGUMENT, "the pipeline is closed; create another one")
        return self._handle

    @staticmethod
    def _text(give: Callable[..., int]) -> Dict[str, Any]:
        length = c_size_t()
        _check(give(None, 0, byref(length)))
        while True:
            text = ctypes.create_string_buffer(length.value + 1)
            status = give(text, len(text), byref(length))
            # Repeat if the text has grown.
            if status != Status.BUFFER_TOO_SMALL:
                _check(status)
                value: Dict[str, Any] = json.loads(text.value)
                return value


def _json(config: Union[Dict[str, Any], str]) -> bytes:
    text = config if isinstance(config, str) else json.dumps(config)
    if "\0" in text:
        raise ValueError("the configuration contains a NUL character; remove it")
    return text.encode()


def _describe_bytes(frame: _Frame, image: Any, format: Optional[PixelFormat], size: Tuple[int, int]) -> Any:
    if format is None:
        raise ValueError("bytes need a format as well as a size")
    flat = memoryview(image).cast("B")
    width, height = size
    needed = width * height * PixelFormat(format).channels
    if width < 1 or height < 1 or flat.nbytes < needed:
        raise ValueError(f"{width}x{height} {PixelFormat(format).name} needs {needed} bytes, got {flat.nbytes}")
    frame.format, frame.width, frame.height = format, width, height
    # ctypes can use only writable memory; read-only memory is copied.
    memory = (c_char * needed).from_buffer_copy(flat) if flat.readonly else (c_char * needed).from_buffer(flat)
    frame.data = ctypes.addressof(memory)
    return memory


def _describe_array(frame: _Frame, image: Any, format: Optional[PixelFormat]) -> Any:
    if not hasattr(image, "__array_interface__"):
        raise TypeError("push_frame takes a numpy array, or bytes with format and size")
    import numpy

    if image.dtype != numpy.uint8 or image.ndim not in (2, 3):
        raise ValueError(f"image must be an array of bytes, height x width (x channels); got {image.dtype} {image.shape}")
    channels = image.shape[2] if image.ndim == 3 else 1
    default = {1: PixelFormat.GRAY8, 3: PixelFormat.BGR8, 4: PixelFormat.BGRA8}.get(channels)
    format = PixelFormat(format) if format is not None else default
    if format is None or format.channels != channels or 0 in image.shape:
        raise ValueError(f"an array of shape {image.shape} cannot be a frame of {format.name if format else 'any'} format")
    height, width = image.shape[:2]
    pixel_strides = tuple(image.strides[1:])
    tight = pixel_strides == ((channels, 1) if image.ndim == 3 else (1,))
    if not tight or abs(image.strides[0]) < width * channels:
        # The columns or channels have gaps between them.
        image = numpy.ascontiguousarray(image)
    stride = image.strides[0]
    frame.format, frame.width, frame.height = format, width, height
    frame.data = image.ctypes.data
    if stride < 0:
        # array[::-1]: its last row is the first in memory.
        frame.data += stride * (height - 1)
        frame.flags ^= _FLIPPED
    frame.stride = abs(stride)
    return image
