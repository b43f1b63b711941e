"""The numbers of include/rextrack.h, by name."""

import enum
from typing import Any


class _Number(enum.IntEnum):
    """Keeps a number that only a newer library knows, as `UNKNOWN_<number>`."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if not isinstance(value, int):
            return None
        number = int.__new__(cls, value)
        number._name_ = f"UNKNOWN_{value}"
        number._value_ = value
        return number


class Status(_Number):
    """The result of a function of the library."""

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
    STOPPED = -13
    CLOSED = -14
    WOKEN = -15
    ABI = -16
    INTERNAL = -98
    PANIC = -99


class SlotState(_Number):
    """The state of a slot."""

    EMPTY = 0
    ACTIVE = 1
    """The owner was seen in the newest processed frame."""
    HELD = 2
    """The owner is not seen. The slot is kept for it."""


class SourceState(_Number):
    """The state of the source."""

    STOPPED = 0
    CONNECTING = 1
    LIVE = 2
    LOST = 3
    ENDED = 4
    FAILED = 5


class EventKind(_Number):
    """The kind of an event."""

    ENTERED = 1
    LOST = 2
    FOUND = 3
    LEFT = 4
    SOURCE = 5
    RESTARTED = 6
    OVERFLOW = 7
    PROBLEM = 8
    """The pipeline cannot go on, or can again (status OK)."""
    CHANGE_REFUSED = 9
    """A change of the configuration was refused after `set_config` had accepted it."""


class SinkState(_Number):
    """The state of an output."""

    OK = 0
    FAILED = 1


class LogLevel(_Number):
    """The level of a log line."""

    OFF = 0
    ERROR = 1
    WARNING = 2
    INFO = 3
    DEBUG = 4
    TRACE = 5


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
