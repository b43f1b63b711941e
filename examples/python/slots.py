#!/usr/bin/env python3
"""Prints the live slots of a video or camera, one line per snapshot:

    frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held
"""

import argparse
import sys
from pathlib import Path

try:
    import rextrack
except ModuleNotFoundError:  # not installed: take it from this repository
    sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))
    import rextrack

parser = argparse.ArgumentParser(description="Prints live slots.")
parser.add_argument("stream", help="rtsp://, http://, a video file or webcam:0")
parser.add_argument("--model", default="yolox_nano")
parser.add_argument("--models-dir", default="models")
parser.add_argument("--seconds", type=float, default=float("inf"))
args = parser.parse_args()
config = {
    "camera": {"stream": args.stream, "every_frame": False},
    "tracking": {"model": args.model, "classes": ["person"]},
    "service": {"models_dir": args.models_dir},
}
try:
    with rextrack.Pipeline(config) as pipeline:
        for snapshot in pipeline.snapshots(args.seconds):
            line = f"frame {snapshot.frame_seq}"
            for number, slot in snapshot.occupied():
                held = " held" if slot.state == rextrack.SlotState.HELD else ""
                line += f"  p{number} ({slot.x:.2f}, {slot.y:.2f}){held}"
            print(line, flush=True)
except rextrack.Error as error:
    sys.exit(f"slots.py: {error}")
except KeyboardInterrupt:
    pass
