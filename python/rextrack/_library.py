"""Finds and loads the library, and declares its functions."""

import ctypes
import ctypes.util
import os
import sys
import threading
from ctypes import POINTER, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ._enums import Status
from ._errors import error
from ._structs import (
    RawAxis, RawEvent, RawFrame, RawImage, RawLogLine, RawSink, RawSnapshot, RawStats, Slot,
)  # fmt: skip

ABI_MAJOR, ABI_MINOR = 1, 0
ABI_VERSION = ABI_MAJOR << 16 | ABI_MINOR

LogCallback = ctypes.CFUNCTYPE(None, c_int32, c_char_p, c_void_p)

_TEXT: List[Any] = [c_void_p, c_size_t, POINTER(c_size_t)]
_ARGUMENTS: Dict[str, List[Any]] = {
    "create": [c_uint32, c_char_p, POINTER(c_void_p)],
    "find": [c_char_p, POINTER(c_void_p)],
    "start": [c_void_p],
    "stop": [c_void_p],
    "wake": [c_void_p],
    "reset_slots": [c_void_p],
    "destroy": [c_void_p],
    "set_config": [c_void_p, c_char_p],
    "get_config_ex": [c_void_p, c_int32, *_TEXT],
    "info": [c_void_p, *_TEXT],
    "problem": [c_void_p, *_TEXT],
    "class_name": [c_void_p, c_int32, *_TEXT],
    "poll": [c_void_p, POINTER(Slot), c_size_t, c_size_t, POINTER(RawSnapshot)],
    "poll_at": [c_void_p, c_int64, POINTER(Slot), c_size_t, c_size_t, POINTER(RawSnapshot)],
    "axes": [POINTER(RawAxis), c_size_t, c_size_t, POINTER(c_size_t)],
    "poll_axes": [
        c_void_p, c_int64, POINTER(c_uint32), c_size_t, POINTER(c_float), c_size_t, POINTER(RawSnapshot),
    ],
    "wait": [c_void_p, c_uint64, c_uint32],
    "poll_events": [c_void_p, POINTER(RawEvent), c_size_t, c_size_t, POINTER(c_size_t)],
    "sinks": [c_void_p, POINTER(RawSink), c_size_t, c_size_t, POINTER(c_size_t)],
    "push_frame": [c_void_p, POINTER(RawFrame)],
    "preview": [c_void_p, POINTER(RawImage)],
    "stats": [c_void_p, POINTER(RawStats)],
    "set_log": [c_int32, LogCallback, c_void_p],
    "poll_log": [c_uint64, POINTER(RawLogLine), *_TEXT],
    "last_error": [c_void_p, c_size_t],
    "version_string": [],
    "now_ns": [],
}  # fmt: skip
_RESULTS: Dict[str, Any] = {"last_error": c_size_t, "version_string": c_char_p, "now_ns": c_int64}

_loading = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None
_loaded_by: int = 0


def library() -> ctypes.CDLL:
    """The library. The first call loads it."""
    global _loaded, _loaded_by
    if _loaded is None:
        with _loading:
            if _loaded is None:
                _loaded_by = os.getpid()
                _loaded = _load(_find())
    return _loaded


def loaded_by() -> int:
    """The id of the process that loaded the library: another one after a fork."""
    return _loaded_by


def check(status: int) -> None:
    """Raises the error of the calling thread's latest function, if that failed."""
    if status != Status.OK:
        last_error = library().rextrack_last_error
        message = ctypes.create_string_buffer(last_error(None, 0) + 1)
        last_error(message, len(message))
        raise error(status, message.value.decode(errors="replace"))


def text(give: Callable[..., int]) -> str:
    """The text of a function that takes buffer, capacity and length."""
    length = c_size_t()
    status = give(None, 0, ctypes.byref(length))
    while True:
        # A length comes with OK (an empty text) or with BUFFER_TOO_SMALL.
        if status not in (Status.OK, Status.BUFFER_TOO_SMALL):
            check(status)
        buffer = ctypes.create_string_buffer(length.value + 1)
        status = give(buffer, len(buffer), ctypes.byref(length))
        # Repeat if the text has grown.
        if status != Status.BUFFER_TOO_SMALL:
            check(status)
            return buffer.value.decode(errors="replace")


def _find() -> str:
    named = os.environ.get("REXTRACK_LIBRARY")
    if named:
        return str(Path(named).absolute())
    name = {"win32": "rextrack.dll", "darwin": "librextrack.dylib"}.get(sys.platform, "librextrack.so")
    package = Path(__file__).resolve().parent
    repository = package.parent.parent
    folders = [package]
    if (repository / "Cargo.toml").is_file():
        folders += [repository / "target" / "release", repository / "target" / "debug"]
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    installed = ctypes.util.find_library("rextrack")
    if installed:
        return installed
    raise ImportError(
        f"{name} not found in {', '.join(map(str, folders))} or the system's library folders; "
        "run `cargo build --release`, or set REXTRACK_LIBRARY to its path"
    )


def _load(path: str) -> ctypes.CDLL:
    try:
        # winmode=0: on Windows, search the PATH for the OpenCV that the library needs.
        loaded = ctypes.CDLL(path, winmode=0)
    except OSError as problem:
        raise ImportError(
            f"{path} cannot be loaded: {problem}; check the path (REXTRACK_LIBRARY) and that OpenCV is installed"
        ) from problem
    # The version comes first: another ABI may lack some of the functions.
    try:
        abi_version = loaded.rextrack_abi_version
    except AttributeError:
        raise ImportError(f"{path} is not the rextrack library; set REXTRACK_LIBRARY to its path") from None
    abi_version.argtypes, abi_version.restype = [], c_uint32
    version = abi_version()
    major, minor = version >> 16, version & 0xFFFF
    if major != ABI_MAJOR or minor < ABI_MINOR:
        raise ImportError(
            f"{path} has ABI {major}.{minor}, this Python package is made for {ABI_MAJOR}.{ABI_MINOR}; "
            "take both from the same version of rextrack"
        )
    for name, types in _ARGUMENTS.items():
        function = getattr(loaded, f"rextrack_{name}")
        function.argtypes = types
        function.restype = _RESULTS.get(name, c_int32)
    return loaded
