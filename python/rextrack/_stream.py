"""Iterators over the snapshots of a pipeline."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, AsyncIterator, Iterator, Optional, Tuple

from ._enums import Status
from ._errors import Closed, Ended, Stopped
from ._library import check
from ._snapshot import Snapshot

if TYPE_CHECKING:
    from ._pipeline import Pipeline

_SLICE = 0.5


class _Wait:
    """One wait after another, of half a second at most."""

    def __init__(self, pipeline: "Pipeline", seconds: float) -> None:
        pipeline._handle.require_open()
        self.pipeline = pipeline
        self.end = time.monotonic() + seconds

    def next(self, seq: int) -> Tuple[bool, Optional[Snapshot]]:
        """Whether snapshots may follow, and the one that is newer than `seq`."""
        left = self.end - time.monotonic()
        if left <= 0:
            return False, None
        try:
            status = self.pipeline._wait(seq, min(left, _SLICE))
            if status == Status.OK:
                return True, self.pipeline.poll()
            if status != Status.TIMEOUT and status != Status.WOKEN:
                check(status)
            # A time-out: the model loads, or the camera is lost.
            return status == Status.TIMEOUT, None
        except (Ended, Stopped, Closed):
            return False, None


class Snapshots(Iterator[Snapshot]):
    """See `Pipeline.snapshots`."""

    def __init__(self, pipeline: "Pipeline", seconds: float) -> None:
        self._wait = _Wait(pipeline, seconds)
        self._seq = 0

    def __next__(self) -> Snapshot:
        goes_on = True
        while goes_on:
            goes_on, snapshot = self._wait.next(self._seq)
            if snapshot is not None:
                self._seq = snapshot.seq
                return snapshot
        raise StopIteration


class AsyncSnapshots(AsyncIterator[Snapshot]):
    """See `Pipeline.snapshots_async`."""

    def __init__(self, pipeline: "Pipeline", seconds: float) -> None:
        self._wait = _Wait(pipeline, seconds)
        self._seq = 0
        # A thread of its own: waits must not fill the loop's pool. It ends with this object.
        self._thread = ThreadPoolExecutor(1, "rextrack-wait")

    async def __anext__(self) -> Snapshot:
        loop = asyncio.get_running_loop()
        goes_on = True
        while goes_on:
            # If the task is cancelled here, the thread ends its wait alone, and the next
            # call gets the same snapshot or a newer one.
            goes_on, snapshot = await loop.run_in_executor(self._thread, self._wait.next, self._seq)
            if snapshot is not None:
                self._seq = snapshot.seq
                return snapshot
        raise StopAsyncIteration
