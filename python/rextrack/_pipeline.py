"""The pipeline of one camera."""

import asyncio
import ctypes
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from ctypes import byref, c_char, c_size_t, c_void_p, sizeof
from types import TracebackType
from typing import Any, Dict, List, NoReturn, Optional, Sequence, Tuple, Type, Union

from ._axes import Axes
from ._enums import PixelFormat, Status
from ._errors import OtherProcess
from ._handle import Handle
from ._image import Image, describe_array, describe_bytes
from ._library import ABI_VERSION, check, library, loaded_by, text
from ._reports import Event, Sink, Stats
from ._snapshot import Snapshot
from ._stream import AsyncSnapshots, Snapshots
from ._structs import ANNOTATED, FLIPPED, RawEvent, RawFrame, RawImage, RawSink, RawStats, Slot, sized

_EVENTS = 64
_SLICE = 0.5  # seconds of one wait of the library: Ctrl-C is handled in between


class Pipeline:
    """The pipeline of one camera. A `with` or `async with` block starts and closes it.

    `config` is a dict with the keys of the configuration file for one camera
    (docs/ref/config.md), or the same as JSON text. Only `camera.stream` is required.
    The constructor checks the configuration. `start` opens the stream and loads the
    model.

    Any thread may use a pipeline, several at the same time. A call that waits lets
    other Python threads run. A pipeline belongs to the process that created it.
    """

    def __init__(self, config: Union[Dict[str, Any], str]) -> None:
        address = c_void_p()
        check(library().rextrack_create(ABI_VERSION, _json(config), byref(address)))
        self._open(address)

    def _open(self, address: c_void_p) -> None:
        self._c = library()
        self._handle = Handle(address)

    def _call(self, function: Any, *arguments: Any) -> None:
        check(self._handle.call(function, *arguments))

    # Life

    def start(self) -> None:
        """Starts the threads and returns immediately. Does nothing if they run."""
        self._call(self._c.rextrack_start)

    def stop(self) -> None:
        """Stops the threads within a second, which ends waits and loops over
        snapshots. `start` continues."""
        self._call(self._c.rextrack_stop)

    def wake(self) -> None:
        """Ends the waits of this pipeline object on other threads: `wait` returns
        False, and a loop over snapshots ends. If there is none, ends the next one."""
        self._call(self._c.rextrack_wake)

    def reset_slots(self) -> None:
        """Empties all slots and assigns them again, from p1 on."""
        self._call(self._c.rextrack_reset_slots)

    def close(self) -> None:
        """Ends all waits, lets calls of other threads finish, and frees everything
        within about two seconds. Later calls raise `Closed`. Any thread may close,
        several at the same time. In a forked child it only forgets the pipeline."""
        self._handle.close()

    async def aclose(self) -> None:
        """As `close`, on a thread: the event loop goes on."""
        mine = self._handle.begin_close()
        finish = self._handle.finish_close if mine else self._handle.close
        # If the task is cancelled, the thread finishes nevertheless.
        thread = ThreadPoolExecutor(1, "rextrack-close")
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, finish))

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return not self._handle.is_open

    def __enter__(self) -> "Pipeline":
        self.start()
        return self

    def __exit__(
        self, _type: Optional[Type[BaseException]], _error: Optional[BaseException], _trace: Optional[TracebackType]
    ) -> None:
        self.close()

    async def __aenter__(self) -> "Pipeline":
        self.start()
        return self

    async def __aexit__(
        self, _type: Optional[Type[BaseException]], _error: Optional[BaseException], _trace: Optional[TracebackType]
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        # A constructor that failed leaves no handle.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            handle.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Pipeline cannot be copied or sent to a process; create one there from its configuration")

    # Snapshots

    def poll(self, into: Optional[Snapshot] = None) -> Snapshot:
        """The newest snapshot, a new one or `into`. Never waits."""
        snapshot = Snapshot() if into is None else into
        slots = snapshot._slots
        self._call(self._c.rextrack_poll, slots, sizeof(Slot), len(slots), byref(snapshot._raw))
        return snapshot

    def poll_at(self, t_ns: int, into: Optional[Snapshot] = None) -> Snapshot:
        """As `poll`, with each slot predicted to the time `t_ns` on the clock of
        `now_ns`. Never waits."""
        snapshot = Snapshot() if into is None else into
        slots = snapshot._slots
        self._call(self._c.rextrack_poll_at, t_ns, slots, sizeof(Slot), len(slots), byref(snapshot._raw))
        return snapshot

    def poll_axes(self, axes: Union[Axes, Sequence[str]], t_ns: int = 0) -> Axes:
        """The values of axes (see `axes`) in the newest snapshot: one tuple for each
        slot, p1 first. Pass names, or an `Axes` to reuse it. With `t_ns` the values are
        predicted to that time, as in `poll_at`. Never waits."""
        values = axes if isinstance(axes, Axes) else Axes(axes)
        self._call(
            self._c.rextrack_poll_axes, t_ns, values._chosen, len(values._chosen), values._values,
            values._capacity, byref(values._raw),
        )  # fmt: skip
        return values

    def wait(self, after_seq: int = 0, timeout: float = 0.5) -> bool:
        """Waits for a snapshot newer than `after_seq`, for at most `timeout`
        seconds. Returns False if there was none or if `wake` ended the wait. Raises
        `Ended` if the file has ended, `Stopped` or `NotRunning` if the pipeline does
        not run, `Closed` if it is closed meanwhile, and another `Error` if it cannot
        go on."""
        status = self._wait(after_seq, timeout)
        if status not in (Status.TIMEOUT, Status.WOKEN):
            check(status)
        return status == Status.OK

    def _wait(self, after_seq: int, timeout: float) -> int:
        end = time.monotonic() + timeout
        while True:
            seconds = min(max(end - time.monotonic(), 0), _SLICE)
            status = self._handle.call(self._c.rextrack_wait, after_seq, int(seconds * 1000))
            if status == Status.WOKEN:
                # `close` wakes, too.
                self._handle.require_open()
            if status != Status.TIMEOUT or time.monotonic() >= end:
                return status

    def snapshots(self, seconds: float = float("inf")) -> Snapshots:
        """Each new snapshot, until the file ends, the time is over, or another thread
        calls `stop`, `wake` or `close`. Skips the snapshots that come while your code
        is busy. `for snapshot in pipeline` is the same."""
        return Snapshots(self, seconds)

    def __iter__(self) -> Snapshots:
        return self.snapshots()

    def snapshots_async(self, seconds: float = float("inf")) -> AsyncSnapshots:
        """As `snapshots`, for `async for`. Waits on a thread of its own, and can be
        cancelled at any time. `async for snapshot in pipeline` is the same."""
        return AsyncSnapshots(self, seconds)

    def __aiter__(self) -> AsyncSnapshots:
        return self.snapshots_async()

    # Reports

    def events(self) -> List[Event]:
        """The events since the previous call, oldest first. Each pipeline object has
        its own."""
        events: List[Event] = []
        raw, count = (RawEvent * _EVENTS)(), c_size_t(_EVENTS)
        while count.value == _EVENTS:
            self._call(self._c.rextrack_poll_events, raw, sizeof(RawEvent), _EVENTS, byref(count))
            events += [Event.of(event) for event in raw[: count.value]]
        return events

    def stats(self) -> Stats:
        """Counters, rates and latencies."""
        raw = sized(RawStats)
        self._call(self._c.rextrack_stats, byref(raw))
        return Stats.of(raw)

    def sinks(self) -> List[Sink]:
        """The outputs and their states."""
        raw, count = (RawSink * 0)(), c_size_t()
        while True:
            self._call(self._c.rextrack_sinks, raw, sizeof(RawSink), len(raw), byref(count))
            if count.value <= len(raw):
                return [Sink.of(sink) for sink in raw[: count.value]]
            raw = (RawSink * count.value)()

    def problem(self) -> str:
        """Why the pipeline cannot go on, or why a change was refused, and the remedy.
        Empty if there is no problem."""
        return self._text(self._c.rextrack_problem)

    def class_name(self, class_id: int) -> Optional[str]:
        """The name of a class of the model. None if the model has no such class or is
        not loaded yet."""
        length = c_size_t()
        buffer = ctypes.create_string_buffer(64)
        while True:
            status = self._handle.call(self._c.rextrack_class_name, class_id, buffer, len(buffer), byref(length))
            if status == Status.NOT_FOUND:
                return None
            if status != Status.BUFFER_TOO_SMALL:
                check(status)
                return buffer.value.decode(errors="replace")
            buffer = ctypes.create_string_buffer(length.value + 1)

    def class_names(self) -> List[str]:
        """The names of the model's classes, by their ids. Empty until it is loaded."""
        names: List[str] = []
        while True:
            name = self.class_name(len(names))
            if name is None:
                return names
            names.append(name)

    def info(self) -> Dict[str, Any]:
        """Versions, model, licence and device. `detector` is None until the model is
        loaded."""
        info: Dict[str, Any] = json.loads(self._text(self._c.rextrack_info))
        return info

    # Configuration

    def config(self, include_secrets: bool = False) -> Dict[str, Any]:
        """The current configuration."""
        config: Dict[str, Any] = json.loads(self._text(self._c.rextrack_get_config_ex, include_secrets))
        return config

    def set_config(self, patch: Union[Dict[str, Any], str]) -> None:
        """Changes the configuration with a merge patch (RFC 7396; None resets a key),
        completely or not at all."""
        self._call(self._c.rextrack_set_config, _json(patch))

    # Pictures

    def preview(self, annotated: bool = True, format: PixelFormat = PixelFormat.BGR8) -> Optional[Image]:
        """The newest processed frame, with slots drawn into it if `annotated`. None
        if no frame has been processed yet. Takes milliseconds for a large frame."""
        raw = sized(RawImage, format=int(format), flags=ANNOTATED if annotated else 0)
        data = bytearray()
        while True:
            memory = (c_char * len(data)).from_buffer(data)
            raw.data, raw.capacity, raw.stride = ctypes.addressof(memory) if data else None, len(data), 0
            status = self._handle.call(self._c.rextrack_preview, byref(raw))
            del memory  # a bytearray cannot change its size while ctypes uses it
            if status == Status.NO_FRAME:
                return None
            if status != Status.BUFFER_TOO_SMALL:
                check(status)
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
        frame = sized(RawFrame, capture_ns=capture_ns)
        if size is None:
            keep = describe_array(frame, image, format)
        else:
            keep = describe_bytes(frame, image, format, size)
        if flipped:
            frame.flags ^= FLIPPED
        self._call(self._c.rextrack_push_frame, byref(frame))
        del keep

    def _text(self, function: Any, *arguments: Any) -> str:
        return text(lambda *buffer: self._handle.call(function, *arguments, *buffer))


def find(camera_id: str) -> Pipeline:
    """The pipeline of this process whose `camera.id` is `camera_id`, the newest if
    there are several. It has its own events and waits, and its own `close`: the last
    one frees the pipeline. Raises `NotFound` if there is none."""
    c = library()
    if loaded_by() != os.getpid():
        raise OtherProcess(
            Status.NOT_FOUND,
            f"process {loaded_by()} forked this process {os.getpid()} and kept its pipelines; "
            "keep the object of a pipeline that you create here",
        )
    if "\0" in camera_id:
        raise ValueError("the camera's id contains a NUL character; remove it")
    address = c_void_p()
    check(c.rextrack_find(camera_id.encode(), byref(address)))
    pipeline = Pipeline.__new__(Pipeline)
    pipeline._open(address)
    return pipeline


def _json(config: Union[Dict[str, Any], str]) -> bytes:
    content = config if isinstance(config, str) else json.dumps(config)
    if "\0" in content:
        raise ValueError("the configuration contains a NUL character; remove it")
    return content.encode()
