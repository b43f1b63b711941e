"""The log of the process: by polling, or by a callback."""

import ctypes
from ctypes import byref, c_size_t
from typing import Any, Callable, Iterator, NamedTuple, Optional

from ._enums import LogLevel, Status
from ._library import LogCallback, check, library
from ._structs import RawLogLine, sized

_QUIET = 0x100
_callback: Any = None  # the library calls it as long as it is set


class LogLine(NamedTuple):
    """A line of the log. It has no passwords and no control characters."""

    number: int
    level: LogLevel
    time_ns: int
    text: str
    dropped: int
    """Number of lines that were lost before this one because nobody read them."""


def set_log(level: int, callback: Optional[Callable[[int, str], None]] = None, *, quiet: bool = False) -> None:
    """Sets the level and the receiver of the process's log: 0 off, 1 error,
    2 warning, 3 info (the default), 4 debug, 5 trace. Without `callback`, lines go to
    stderr, or with `quiet` only to `poll_log`.

    Threads of the library call `callback` with level and line. It must not use this
    package. Do not set the log while you hold a lock that the callback takes.
    `poll_log` has no such rules.
    """
    global _callback

    def forward(line_level: int, line: bytes, _user: Any) -> None:
        if callback is not None:
            callback(line_level, line.decode(errors="replace"))

    kept = LogCallback(forward) if callback is not None else LogCallback()
    check(library().rextrack_set_log(int(level) | (_QUIET if quiet else 0), kept, None))
    # The library no longer calls the old callback, so it can be freed now.
    _callback = kept


def poll_log(after: int = 0) -> Optional[LogLine]:
    """The oldest kept line whose number is greater than `after`; None if there is
    none. The library keeps the last 1024 lines of the process. Never waits."""
    raw, length = sized(RawLogLine), c_size_t()
    buffer = ctypes.create_string_buffer(512)
    while True:
        status = library().rextrack_poll_log(after, byref(raw), buffer, len(buffer), byref(length))
        if status != Status.BUFFER_TOO_SMALL:
            check(status)
            break
        buffer = ctypes.create_string_buffer(length.value + 1)
    if raw.number == 0:
        return None
    line = buffer.value.decode(errors="replace")
    return LogLine(raw.number, LogLevel(raw.level), raw.time_ns, line, raw.dropped)


class LogReader:
    """Remembers the last line: each loop over it gives the lines since the previous
    loop, then ends.

        log = rextrack.LogReader()
        for line in log:
            print(line.level.name, line.text)
    """

    def __init__(self, after: int = 0) -> None:
        self.after = after

    def __iter__(self) -> Iterator[LogLine]:
        while True:
            line = poll_log(self.after)
            if line is None:
                return
            self.after = line.number
            yield line
