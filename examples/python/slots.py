#!/usr/bin/env python3
"""Prints the live slots of a video or camera, one line a snapshot:

    frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held

Needs Python 3.8 or newer and the rextrack library, nothing else.
"""

import argparse
import ctypes
import json
import os
import sys
import time
from ctypes import POINTER, byref, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

OK, TIMEOUT, ENDED = 0, -7, -10
EMPTY, ACTIVE, HELD = 0, 1, 2


class Slot(ctypes.Structure):
    """RextrackSlot of include/rextrack.h, which says what each field means."""

    _fields_ = [
        ("track_id", c_uint64), ("generation", c_uint32), ("state", c_uint32),
        ("class_id", c_int32), ("score", c_float),
        ("x", c_float), ("y", c_float), ("w", c_float), ("h", c_float),
        ("vx", c_float), ("vy", c_float), ("age_ms", c_uint32), ("life_ms", c_uint32),
    ]  # fmt: skip


class Snapshot(ctypes.Structure):
    """RextrackSnapshot of include/rextrack.h."""

    _fields_ = [
        ("struct_size", c_uint32), ("source_state", c_uint32),
        ("seq", c_uint64), ("frame_seq", c_uint64),
        ("capture_ns", c_int64), ("publish_ns", c_int64),
        ("slot_count", c_uint32), ("active_count", c_uint32), ("waiting_count", c_uint32),
        ("frame_width", c_uint32), ("frame_height", c_uint32),
    ]  # fmt: skip


def find_library() -> Path:
    """REXTRACK_LIBRARY, else beside this file, else this repository's build."""
    named = os.environ.get("REXTRACK_LIBRARY")
    if named:
        return Path(named).absolute()
    name = {"win32": "rextrack.dll", "darwin": "librextrack.dylib"}.get(sys.platform, "librextrack.so")
    here = Path(__file__).resolve().parent
    target = here.parent.parent / "target"
    for folder in (here, target / "release", target / "debug"):
        if (folder / name).is_file():
            return folder / name
    sys.exit(f"{name} not found; run `cargo build --release`, or set REXTRACK_LIBRARY to its path")


def load(path: Path) -> ctypes.CDLL:
    """Loads the library and tells ctypes its functions."""
    # winmode=0: on Windows, find the OpenCV that the library needs on the PATH.
    library = ctypes.CDLL(str(path), winmode=0)
    library.rextrack_create.argtypes = [c_char_p, POINTER(c_void_p)]
    library.rextrack_start.argtypes = [c_void_p]
    library.rextrack_destroy.argtypes = [c_void_p]
    library.rextrack_wait.argtypes = [c_void_p, c_uint64, c_uint32]
    library.rextrack_poll.argtypes = [c_void_p, POINTER(Slot), c_size_t, POINTER(Snapshot)]
    library.rextrack_last_error.argtypes = [c_char_p, c_size_t]
    library.rextrack_last_error.restype = c_size_t
    return library


class Pipeline:
    """One camera, tracked. Use it in a `with` block, which stops it."""

    def __init__(self, config: Dict[str, Any], slots: int = 10) -> None:
        self._library = load(find_library())
        self._handle = c_void_p()
        self._slots = (Slot * slots)()
        self._snapshot = Snapshot(struct_size=ctypes.sizeof(Snapshot))
        self._check(self._library.rextrack_create(json.dumps(config).encode(), byref(self._handle)))

    def __enter__(self) -> "Pipeline":
        self._check(self._library.rextrack_start(self._handle))
        return self

    def __exit__(self, *_: object) -> None:
        self._library.rextrack_destroy(self._handle)
        self._handle = c_void_p()

    def poll(self) -> Tuple[Snapshot, List[Slot]]:
        """The newest whole snapshot. Never waits. The next poll overwrites it."""
        slots, snapshot = self._slots, self._snapshot
        self._check(self._library.rextrack_poll(self._handle, slots, len(slots), byref(snapshot)))
        return snapshot, list(slots[: snapshot.slot_count])

    def snapshots(self, seconds: float = float("inf")) -> Iterator[Tuple[Snapshot, List[Slot]]]:
        """Each new snapshot, until the file or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self._library.rextrack_wait(self._handle, self._snapshot.seq, 500)
            if status == ENDED:
                return
            # A time-out: the model loads, or the camera is away.
            if status != TIMEOUT:
                self._check(status)
                yield self.poll()

    def _check(self, status: int) -> None:
        if status != OK:
            message = ctypes.create_string_buffer(1024)
            self._library.rextrack_last_error(message, len(message))
            raise RuntimeError(message.value.decode(errors="replace"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints live slots.")
    parser.add_argument("stream", help="rtsp://, http://, a video file or webcam:0")
    parser.add_argument("--model", default="yolox_nano")
    parser.add_argument("--models-dir", default="models")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    args = parser.parse_args()
    config = {
        "camera": {"stream": args.stream, "every_frame": False},
        "tracking": {"model": args.model, "classes": ["person"]},
        "service": {"models_dir": args.models_dir},
    }
    with Pipeline(config) as pipeline:
        for snapshot, slots in pipeline.snapshots(args.seconds):
            line = f"frame {snapshot.frame_seq}"
            for number, slot in enumerate(slots, start=1):
                if slot.state != EMPTY:
                    line += f"  p{number} ({slot.x:.2f}, {slot.y:.2f})" + (" held" if slot.state == HELD else "")
            print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"slots.py: {error}")
    except KeyboardInterrupt:
        pass
