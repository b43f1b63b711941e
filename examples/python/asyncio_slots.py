#!/usr/bin/env python3
"""Follows several cameras in one asyncio program, and prints who enters and leaves:

    synth:people=3: p1 entered, a person
    synth:people=3: p1 left

    python3 examples/python/asyncio_slots.py synth:people=3 synth:people=5 --seconds 10
"""

import argparse
import asyncio
import sys
from pathlib import Path

try:
    import rextrack
except ModuleNotFoundError:  # not installed: take it from this repository
    sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))
    import rextrack
from rextrack import EventKind


async def follow(stream: str, model: str) -> None:
    config = {"camera": {"stream": stream}, "tracking": {"model": model}}
    async with rextrack.Pipeline(config) as pipeline:
        async for _snapshot in pipeline:
            for event in pipeline.events():
                if event.kind == EventKind.ENTERED:
                    kind = pipeline.class_name(event.class_id)
                    print(f"{stream}: p{event.slot + 1} entered, a {kind}", flush=True)
                elif event.kind == EventKind.LEFT:
                    print(f"{stream}: p{event.slot + 1} left", flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description="Prints who enters and leaves.")
    parser.add_argument("streams", nargs="+", metavar="stream")
    parser.add_argument("--model", default="yolox_nano")
    parser.add_argument("--seconds", type=float)
    args = parser.parse_args()
    cameras = asyncio.gather(*(follow(stream, args.model) for stream in args.streams))
    try:
        # Cancelling leaves each `async with`, which closes its pipeline.
        await asyncio.wait_for(cameras, args.seconds)
    except asyncio.TimeoutError:
        print("the time is over")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except rextrack.Error as error:
        sys.exit(f"asyncio_slots.py: {error}")
    except KeyboardInterrupt:
        pass
