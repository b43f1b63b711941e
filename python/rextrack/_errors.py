"""The errors of the library as exceptions."""

from typing import Dict, Type

from ._enums import Status


class Error(RuntimeError):
    """An error of the library. The text says what is wrong, and the remedy."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: Status = Status(status)


class ArgumentError(Error, ValueError):
    """A call has a wrong argument."""


class ConfigError(Error, ValueError):
    """The configuration is wrong. The text names each wrong key."""


class ModelError(Error):
    """The model's file is missing or unusable."""


class OnnxRuntimeError(Error):
    """ONNX Runtime is missing or too old."""


class DeviceError(Error):
    """The requested device is not available."""


class SourceError(Error):
    """The source cannot be opened, and a retry will not help."""


class NotRunning(Error):
    """The pipeline was never started."""


class Stopped(Error):
    """The pipeline was stopped. `start` continues."""


class Ended(Error):
    """The file has ended. No newer snapshot will follow."""


class Closed(Error):
    """The pipeline is closed."""


class OtherProcess(Error):
    """The pipeline belongs to the process that forked this one."""


class NotFound(Error):
    """No pipeline has that camera id."""


class InternalError(Error):
    """A defect of rextrack, or the machine is out of resources. Please report it."""


_KINDS: Dict[int, Type[Error]] = {
    Status.INVALID_ARGUMENT: ArgumentError,
    Status.CONFIG: ConfigError,
    Status.MODEL: ModelError,
    Status.RUNTIME: OnnxRuntimeError,
    Status.DEVICE: DeviceError,
    Status.SOURCE: SourceError,
    Status.NOT_RUNNING: NotRunning,
    Status.ENDED: Ended,
    Status.NOT_FOUND: NotFound,
    Status.STOPPED: Stopped,
    Status.CLOSED: Closed,
    Status.INTERNAL: InternalError,
    Status.PANIC: InternalError,
}


def error(status: int, message: str) -> Error:
    """The exception for a status."""
    return _KINDS.get(status, Error)(status, message)
