#!/usr/bin/env python3
"""Shows live positions in the terminal: a plan of the frame with the numbers of the
slots. --png FILE (needs matplotlib) also writes a picture of all paths at the end.

    python3 examples/python/live_plot.py models/vtest.avi
"""

import argparse
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, Tuple

try:
    import rextrack
except ModuleNotFoundError:  # not installed: take it from this repository
    sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))
    import rextrack

Paths = Dict[Tuple[int, int], List[Tuple[float, float]]]


def plan(snapshot: rextrack.Snapshot, columns: int, rows: int) -> str:
    """The frame as text: the number of each slot at its position, in brackets while
    the slot is held."""
    cells = [[" "] * columns for _ in range(rows)]
    for number, slot in snapshot.occupied():
        held = slot.state == rextrack.SlotState.HELD
        label = f"({number})" if held else str(number)
        row = min(max(int(slot.y * rows), 0), rows - 1)
        column = min(max(int(slot.x * columns) - len(label) // 2, 0), columns - len(label))
        cells[row][column : column + len(label)] = label
    edge = "+" + "-" * columns + "+"
    return "\n".join([edge, *("|" + "".join(row) + "|" for row in cells), edge])


def status(snapshot: rextrack.Snapshot, stats: rextrack.Stats) -> str:
    state = snapshot.source_state.name.lower()
    return f"frame {snapshot.frame_seq}  {state}  {stats.fps_proc:.1f} fps  {snapshot.active_count} seen"


def save(paths: Paths, file: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    for (number, generation), points in sorted(paths.items()):
        xs, ys = zip(*points)
        axes.plot(xs, ys, label=f"p{number}" + (f" #{generation}" if generation > 1 else ""))
    axes.set(xlim=(0, 1), ylim=(1, 0), xlabel="x", ylabel="y", title="Paths")
    if paths:
        axes.legend(fontsize="small", ncol=2)
    figure.savefig(file, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="Plots live slots in the terminal.")
    parser.add_argument("stream", help="rtsp://, http://, a video file or webcam:0")
    parser.add_argument("--model", default="yolox_nano")
    parser.add_argument("--confidence", type=float, default=0.25)
    parser.add_argument("--models-dir", default="models")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--png", metavar="FILE", help="also save all paths as a picture; needs matplotlib")
    args = parser.parse_args()
    if args.png and not find_spec("matplotlib"):
        sys.exit("live_plot.py: --png needs matplotlib; pip install matplotlib")
    config = {
        "camera": {"stream": args.stream, "every_frame": False},
        "tracking": {"model": args.model, "confidence": args.confidence},
        "service": {"models_dir": args.models_dir},
    }
    paths: Paths = {}
    on_terminal = sys.stdout.isatty()
    with rextrack.Pipeline(config) as pipeline:
        for snapshot in pipeline.snapshots(args.seconds):
            size = shutil.get_terminal_size((72, 24))
            columns, rows = min(size.columns - 2, 96), min(size.lines - 4, 28)
            if on_terminal:
                # Replaces the previous plan.
                print("\x1b[H\x1b[2J", end="")
            print(plan(snapshot, max(columns, 10), max(rows, 5)))
            print(status(snapshot, pipeline.stats()), flush=True)
            for number, slot in snapshot.occupied():
                if slot.state == rextrack.SlotState.ACTIVE:
                    paths.setdefault((number, slot.generation), []).append((slot.x, slot.y))
    if args.png:
        save(paths, args.png)
        print(f"see {args.png}")


if __name__ == "__main__":
    try:
        main()
    except rextrack.Error as error:
        sys.exit(f"live_plot.py: {error}")
    except KeyboardInterrupt:
        pass
