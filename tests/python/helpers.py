"""Pushed frames and their snapshots, for the tests of the Python package."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

from rextrack import LogLevel, PixelFormat, set_log

ROOT = Path(__file__).resolve().parents[2]
SIDE = 320
STEP_NS = 40_000_000

set_log(LogLevel.ERROR, quiet=True)


def pushing(**tracking):
    """A configuration whose frames the test pushes."""
    return {
        "camera": {"stream": "push:"},
        "tracking": {"model": "builtin:motion", "objects_max": 3, "object_persistence_ms": 60_000, **tracking},
    }


def scene(left=None):
    """BGR bytes: grey, with a white square whose left edge is at `left`."""
    rows = [bytes((100, 110, 90)) * SIDE] * SIDE
    if left is not None:
        row = bytearray(rows[0])
        row[left * 3 : (left + 60) * 3] = b"\xff" * 180
        rows[100:160] = [bytes(row)] * 60
    return b"".join(rows)


def show(pipeline, push, number):
    """Pushes a frame and waits until it is in a snapshot. Snapshots without a new
    frame may come first, such as a change of the source's state."""
    before = pipeline.poll().frame_seq
    push(number * STEP_NS)
    seq = 0
    while True:
        assert pipeline.wait(seq, 60)
        snapshot = pipeline.poll()
        if snapshot.frame_seq > before:
            return snapshot
        seq = snapshot.seq


def push_bytes(pipeline, data):
    return lambda t: pipeline.push_frame(data, PixelFormat.BGR8, (SIDE, SIDE), capture_ns=t)


def run_script(script, *arguments):
    """The output of a script in a Python of its own, which must succeed."""
    command = [sys.executable, "-W", "error", "-c", script, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"exit {result.returncode}: {result.stdout}{result.stderr}")
    return result


def threads():
    """Number of threads of this process, including the library's."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("Threads"))
    except OSError:
        raise unittest.SkipTest("the system does not count threads")


needs_fork = unittest.skipUnless(hasattr(os, "fork"), "the system has no fork")
