"""A handle of the library that is freed only when no call uses it."""

import atexit
import os
import threading
import time
import warnings
import weakref
from ctypes import c_void_p
from typing import Any, Callable, Dict, Optional

from ._enums import Status
from ._errors import Closed, OtherProcess
from ._library import library

# Calls return long before: destroying waits for two seconds at most.
_PATIENCE = 10.0


class Handle:
    """Counts the calls in flight. `close` turns new calls away, lets waits out, and
    frees the pipeline after the last call has returned."""

    def __init__(self, address: c_void_p) -> None:
        self._address: Optional[c_void_p] = address
        self._process = os.getpid()
        # Reentrant: a signal handler may use the pipeline on the thread that it interrupts.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._calls: Dict[object, int] = {}  # the threads of the calls in flight
        self._closing = False
        self._closer: Optional[int] = None  # the thread that closes
        self._last_call_closes = False
        _open.add(self)

    def call(self, function: Callable[..., Any], *arguments: Any) -> int:
        """Calls a function of the library with the handle. Returns the status."""
        self._require_process()
        call = object()
        try:
            with self._lock:
                self._calls[call] = threading.get_ident()
            # Checked after the call is counted: a close comes before, or waits for it.
            status: int = function(self._require_open(), *arguments)
            return status
        finally:
            with self._lock:
                self._calls.pop(call, None)
                is_last = self._closing and not self._calls
                if is_last:
                    self._changed.notify_all()
            if is_last and self._last_call_closes:
                self._last_call_closes = False
                self.finish_close()

    def require_open(self) -> None:
        """Raises an error if the pipeline cannot be used."""
        self._require_process()
        self._require_open()

    @property
    def is_open(self) -> bool:
        """Whether the pipeline can be used."""
        return self._process == os.getpid() and not self._closing

    def begin_close(self) -> bool:
        """Turns new calls away and lets waits out. Returns immediately. True for
        the one caller that has to `finish_close`."""
        if self._process != os.getpid():
            # A fork has copied the handle, but not the threads behind it.
            self._address = None
            return False
        with self._changed:
            if self._closing or self._address is None:
                return False
            self._closer = threading.get_ident()
            self._closing = True
            library().rextrack_wake(self._address)
            return True

    def finish_close(self) -> None:
        """Waits for the calls in flight, then frees the pipeline."""
        deadline = time.monotonic() + _PATIENCE
        with self._changed:
            self._closer = threading.get_ident()
            while self._calls and time.monotonic() < deadline:
                # Repeated for a call that counts itself but does not wait yet.
                library().rextrack_wake(self._address)
                self._changed.wait(0.01)
            address, abandoned = self._address, len(self._calls)
        if abandoned:
            # Memory that a call may still use stays allocated.
            warnings.warn(f"{abandoned} calls of a closed pipeline do not return; it is not freed", ResourceWarning)
        else:
            library().rextrack_destroy(address)
        with self._changed:
            self._address = None
            self._changed.notify_all()

    def close(self) -> None:
        """Closes the pipeline, or waits until another thread has closed it."""
        begun, here = self.begin_close(), threading.get_ident()
        if self._process != os.getpid():
            return
        with self._changed:
            if here in self._calls.values():
                # A signal handler interrupted a call: that call closes at its end.
                self._last_call_closes = self._last_call_closes or begun
                return
        if begun:
            self.finish_close()
        elif self._closer != here:
            with self._changed:
                self._changed.wait_for(lambda: self._address is None, 2 * _PATIENCE)

    def _require_process(self) -> None:
        here = os.getpid()
        if self._process != here:
            raise OtherProcess(
                Status.INVALID_ARGUMENT,
                f"the pipeline belongs to process {self._process}, this is process {here}; "
                "create a pipeline in this process",
            )

    def _require_open(self) -> c_void_p:
        if self._closing or self._address is None:
            raise Closed(Status.CLOSED, "the pipeline is closed; create another one")
        return self._address


_open: "weakref.WeakSet[Handle]" = weakref.WeakSet()


def _close_all() -> None:
    # Threads of the library and waits of daemon threads end before Python does.
    for handle in list(_open):
        handle.close()


atexit.register(_close_all)
