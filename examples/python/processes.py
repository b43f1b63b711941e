#!/usr/bin/env python3
"""Tracks each camera in a process of its own, and prints all of them in one:

    camera 1  frame 120  p1 (0.42, 0.61)

A pipeline belongs to the process that creates it, so each process creates its own. That
works with "spawn" (a new Python) and with "fork" (a copy of this process).

    python3 examples/python/processes.py spawn synth:people=3,frames=50 synth:frames=50
"""

import multiprocessing
import sys
from pathlib import Path
from typing import Any

try:
    import rextrack
except ModuleNotFoundError:  # not installed: take it from this repository
    sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))
    import rextrack


def track(number: int, stream: str, lines: Any) -> None:
    """Runs in a process of its own."""
    try:
        with rextrack.Pipeline({"camera": {"stream": stream}}) as pipeline:
            for snapshot in pipeline:
                people = [f"p{p} ({slot.x:.2f}, {slot.y:.2f})" for p, slot in snapshot.occupied()]
                lines.put("  ".join([f"camera {number}", f"frame {snapshot.frame_seq}", *people]))
    except rextrack.Error as error:
        lines.put(f"camera {number}  {error}")
    lines.put(None)  # the end


def main() -> None:
    if len(sys.argv) < 3 or sys.argv[1] not in multiprocessing.get_all_start_methods():
        sys.exit("usage: processes.py spawn|fork STREAM...")
    context: Any = multiprocessing.get_context(sys.argv[1])
    lines = context.Queue()
    streams = sys.argv[2:]
    for number, stream in enumerate(streams, start=1):
        context.Process(target=track, args=(number, stream, lines), daemon=True).start()
    running = len(streams)
    while running:
        line = lines.get()
        if line is None:
            running -= 1
        else:
            print(line, flush=True)


if __name__ == "__main__":
    main()
