#!/usr/bin/env python3
"""A host without the package: ctypes and the header are enough. Prints the positions of
p1..p4 in each snapshot. This is how another language with a foreign function interface
does it, too.

    python3 examples/python/plain_ctypes.py target/release/librextrack.so synth:frames=50
"""

import ctypes
import json
import sys
from ctypes import byref, c_char_p, c_float, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

ABI_VERSION = 1 << 16 | 0  # REXTRACK_ABI_VERSION of the header that this was written for
ENDED, TIMEOUT = -10, -7
X, Y, COUNT = 0, 1, 4


class Snapshot(ctypes.Structure):
    """The beginning of RextrackSnapshot is not enough: pass all of its first version."""

    _fields_ = [("struct_size", c_uint32), ("source_state", c_uint32), ("seq", c_uint64), ("rest", c_uint64 * 7)]


library = ctypes.CDLL(sys.argv[1], winmode=0)
# Without these, ctypes would pass pointers and times as 32-bit numbers.
library.rextrack_create.argtypes = [c_uint32, c_char_p, ctypes.POINTER(c_void_p)]
library.rextrack_start.argtypes = library.rextrack_destroy.argtypes = [c_void_p]
library.rextrack_wait.argtypes = [c_void_p, c_uint64, c_uint32]
library.rextrack_poll_axes.argtypes = [c_void_p, c_int64, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p]
library.rextrack_last_error.argtypes = [c_void_p, c_size_t]


def check(status: int) -> None:
    if status != 0:
        message = ctypes.create_string_buffer(1024)
        library.rextrack_last_error(message, len(message))
        sys.exit(f"plain_ctypes.py: {message.value.decode(errors='replace')}")


pipeline = c_void_p()
config = json.dumps({"camera": {"stream": sys.argv[2]}}).encode()
check(library.rextrack_create(ABI_VERSION, config, byref(pipeline)))
check(library.rextrack_start(pipeline))
axes = (c_uint32 * 2)(X, Y)  # indices of rextrack_axes: they never change within a major version
values = (c_float * (2 * COUNT))()
snapshot = Snapshot(struct_size=ctypes.sizeof(Snapshot))
status = 0
while status in (0, TIMEOUT):
    status = library.rextrack_wait(pipeline, snapshot.seq, 500)
    if status == 0:
        check(library.rextrack_poll_axes(pipeline, 0, axes, 2, values, COUNT, byref(snapshot)))
        print(snapshot.seq, *(f"({values[2 * i]:.2f}, {values[2 * i + 1]:.2f})" for i in range(COUNT)))
if status != ENDED:
    check(status)
check(library.rextrack_destroy(pipeline))
