"""Tests examples/python/rextrack.py. Run by tests/suite/python.rs."""

import gc
import http.server
import re
import subprocess
import sys
import threading
import unittest

import rextrack
from rextrack import Error, EventKind, Pipeline, PixelFormat, SlotState, Snapshot, SourceState, Status

try:
    import numpy
except ImportError:
    numpy = None

SIDE = 320
STEP_NS = 40_000_000


def pushing(**tracking):
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


class Tracking(unittest.TestCase):
    def test_pushed_square_takes_a_slot_and_is_reported_as_an_event(self):
        with Pipeline(pushing()) as pipeline:
            self.assertIsNone(pipeline.preview())
            # Frames are 40 ms apart, independent of the test's speed. They start so far in
            # the past that none is ahead of the clock.
            base = rextrack.now_ns() // STEP_NS - 750
            for number in range(20):
                show(pipeline, push_bytes(pipeline, scene()), base + number)
            for number in range(20, 40):
                left = 20 + (number - 20) * 4
                snapshot = show(pipeline, push_bytes(pipeline, scene(left)), base + number)
            ((number, slot),) = snapshot.occupied()
            self.assertEqual((number, slot.state, slot.generation), (1, SlotState.ACTIVE, 1))
            self.assertAlmostEqual(slot.x, (20 + 76 + 30) / SIDE, delta=0.03)
            self.assertEqual((len(snapshot), snapshot.frame_size), (3, (SIDE, SIDE)))
            self.assertEqual(snapshot.source_state, SourceState.LIVE)
            later = pipeline.poll_at(snapshot.capture_ns + 100_000_000)
            self.assertGreater(later[0].x, slot.x)
            kinds = [event.kind for event in pipeline.events()]
            self.assertEqual(kinds.count(EventKind.ENTERED), 1)
            self.assertEqual(pipeline.events(), [])
            plain = pipeline.preview(annotated=False)
            drawn = pipeline.preview()
            self.assertEqual(bytes(plain.data[:3]), bytes((100, 110, 90)))
            self.assertEqual((drawn.width, drawn.height, len(drawn.data)), (SIDE, SIDE, SIDE * SIDE * 3))
            self.assertNotEqual(plain.data, drawn.data)
            stats = pipeline.stats()
            self.assertEqual(stats.frames_processed, 40)
            self.assertEqual(stats.device, b"cpu")
            self.assertIn("frames_processed=40", repr(stats))

    def test_axes_are_polled_by_name(self):
        axes = {axis.name: axis for axis in rextrack.axes()}
        self.assertEqual((axes["class"].empty, axes["age"].unit), (-1, "ms"))
        with Pipeline(pushing()) as pipeline:
            base = rextrack.now_ns() // STEP_NS - 750
            for number in range(20):
                show(pipeline, push_bytes(pipeline, scene()), base + number)
            for number in range(20, 40):
                show(pipeline, push_bytes(pipeline, scene(20 + (number - 20) * 4)), base + number)
            values = pipeline.poll_axes(["class", "x", "speed"])
            self.assertEqual(len(values), 3)
            self.assertEqual(values[1:], [(-1, 0, 0)] * 2)
            self.assertGreater(values[0][2], 0)
            later = pipeline.poll_axes(["x"], rextrack.now_ns() + 10**9)
            self.assertGreater(later[0][0], values[0][1])
            self.assertEqual(pipeline.poll_axes([]), [()] * 3)
            with self.assertRaisesRegex(ValueError, "'q'; known are x, y"):
                pipeline.poll_axes(["q"])

    def test_two_pipelines_run_side_by_side(self):
        with Pipeline(pushing()) as one, Pipeline(pushing(objects_max=7)) as other:
            t = rextrack.now_ns() // STEP_NS
            self.assertEqual(len(show(one, push_bytes(one, scene()), t)), 3)
            self.assertEqual(len(show(other, push_bytes(other, scene()), t)), 7)

    def test_a_wait_lets_other_threads_run(self):
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            seen = []
            started = threading.Event()

            def wait():
                seq = pipeline.poll().seq
                started.set()
                seen.append(pipeline.wait(seq, 60))

            waiter = threading.Thread(target=wait)
            waiter.start()
            started.wait()
            pipeline.push_frame(scene(), PixelFormat.BGR8, (SIDE, SIDE))
            waiter.join(60)
            self.assertEqual(seen, [True])


class Life(unittest.TestCase):
    def test_errors_carry_status_and_remedy(self):
        with self.assertRaises(Error) as caught:
            Pipeline({"camera": {"stream": 7}})
        self.assertEqual(caught.exception.status, Status.CONFIG)
        self.assertIn("camera.stream", str(caught.exception))
        with self.assertRaises(ValueError):
            Pipeline('{"camera": "a\0b"}')
        pipeline = Pipeline(pushing())
        with self.assertRaises(Error) as caught:
            pipeline.wait(0, 0)
        self.assertEqual(caught.exception.status, Status.NOT_RUNNING)

    def test_closed_pipeline_raises_an_error(self):
        with Pipeline(pushing()) as pipeline:
            pass
        pipeline.close()
        calls = [
            pipeline.start, pipeline.stop, pipeline.poll, pipeline.events, pipeline.stats, pipeline.info,
            pipeline.config, pipeline.preview, lambda: pipeline.poll_at(0), lambda: pipeline.wait(0, 0),
            lambda: pipeline.set_config({}), lambda: next(pipeline.snapshots()),
            lambda: pipeline.push_frame(b"123", PixelFormat.RGB8, (1, 1)),
        ]  # fmt: skip
        for call in calls:
            with self.assertRaisesRegex(Error, "closed"):
                call()

    def test_unreferenced_pipeline_is_freed(self):
        before = threads()
        pipeline = Pipeline(pushing())
        pipeline.start()
        self.assertGreater(threads(), before)
        del pipeline
        gc.collect()
        self.assertEqual(threads(), before)

    def test_settings_are_read_and_changed(self):
        pipeline = Pipeline(pushing())
        pipeline.set_config({"tracking": {"confidence": 0.75}})
        self.assertEqual(pipeline.config()["tracking"]["confidence"], 0.75)
        with self.assertRaisesRegex(Error, "tracking.confidence"):
            pipeline.set_config({"tracking": {"confidence": 5}})
        self.assertEqual(pipeline.config()["tracking"]["confidence"], 0.75)
        secret = Pipeline({**pushing(), "camera": {"stream": "rtsp://u:hush@127.0.0.1/x"}})
        self.assertNotIn("hush", str(secret.config()))
        self.assertIn("hush", str(secret.config(include_secrets=True)))
        self.assertEqual(pipeline.info()["version"], rextrack.version())

    def test_log_lines_reach_the_callback(self):
        lines = []
        rextrack.set_log(5, lambda level, line: lines.append((level, line)))
        try:
            with Pipeline(pushing()) as pipeline:
                show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
        finally:
            rextrack.set_log(1)
        self.assertTrue(any("builtin:motion" in line for _, line in lines), lines)


class Frames(unittest.TestCase):
    def test_invalid_bytes_are_rejected(self):
        pipeline = Pipeline(pushing())
        with self.assertRaisesRegex(ValueError, "needs 12 bytes, got 3"):
            pipeline.push_frame(b"123", PixelFormat.RGB8, (2, 2))
        with self.assertRaisesRegex(ValueError, "need a format"):
            pipeline.push_frame(b"123", size=(1, 1))
        with self.assertRaisesRegex(TypeError, "numpy array, or bytes"):
            pipeline.push_frame(b"123")

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_arrays_of_every_shape_and_stride_arrive_unchanged(self):
        wide = numpy.arange(6 * 9 * 4, dtype=numpy.uint8).reshape(6, 9, 4)
        cases = {
            "bgr": (wide[:, :, :3].copy(), None),
            "bgra": (wide, None),
            "rgb": (wide[:, :, :3].copy(), PixelFormat.RGB8),
            "grey": (wide[:, :, 0].copy(), None),
            "a part": (wide[1:5, 2:7], None),
            "channels apart": (wide[:, :, 1:4], None),
            "upside down": (wide[::-1], None),
            "every second": (wide[::2, ::2], None),
        }
        with Pipeline(pushing()) as pipeline:
            number = rextrack.now_ns() // STEP_NS
            for name, (array, format) in cases.items():
                number += 1
                show(pipeline, lambda t: pipeline.push_frame(array, format, capture_ns=t), number)
                seen = pipeline.preview(annotated=False).array()
                expected = array[:, :, :3] if array.ndim == 3 else numpy.stack([array] * 3, axis=2)
                if format == PixelFormat.RGB8:
                    expected = expected[:, :, ::-1]
                self.assertTrue(numpy.array_equal(seen, expected), name)

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_array_is_a_view_of_the_slots(self):
        with Pipeline(pushing()) as pipeline:
            snapshot = show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            array = snapshot.array()
            self.assertEqual((array.shape, array.dtype.itemsize), ((3,), 56))
            snapshot._slots[1].x = 0.25
            self.assertEqual(array["x"][1], 0.25)
            self.assertEqual(list(array["state"]), [0, 0, 0])

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_invalid_arrays_are_rejected(self):
        pipeline = Pipeline(pushing())
        for array in [numpy.zeros((4, 4)), numpy.zeros((4, 4, 2), "u1"), numpy.zeros(4, "u1"), numpy.zeros((0, 4), "u1")]:
            with self.assertRaises(ValueError):
                pipeline.push_frame(array)


class Reuse(unittest.TestCase):
    def test_a_snapshot_can_be_polled_into_again(self):
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            snapshot = Snapshot(2)
            self.assertIs(pipeline.poll(snapshot), snapshot)
            self.assertEqual(len(snapshot), 2, "as many as fit")


class Playlist(http.server.BaseHTTPRequestHandler):
    """An HLS playlist. FFmpeg refuses the name of its segment, and logs its address."""

    LIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nsegment.odd\n#EXT-X-ENDLIST\n"

    def do_GET(self):
        there = ".m3u8" in self.path
        self.send_response(200 if there else 404)
        self.send_header("Content-Type", "application/vnd.apple.mpegurl")
        self.end_headers()
        self.wfile.write(self.LIST if there else b"")

    def log_message(self, *_):
        pass


# Opens a stream until it fails. A second argument is an FFmpeg to load first.
FOLLOWER = """
import ctypes, sys, threading
if sys.argv[2:]:
    ctypes.CDLL(sys.argv[2])
import rextrack
failed = threading.Event()
def log(level, line):
    print(line, flush=True)
    if "cannot be decoded" in line:
        failed.set()
rextrack.set_log(3, log)
config = {"camera": {"stream": sys.argv[1]}, "tracking": {"model": "builtin:motion"}}
with rextrack.Pipeline(config):
    assert failed.wait(60)
print(*[line for line in open("/proc/self/maps") if "libavutil" in line])
if not sys.argv[2:]:
    # A host that unloads rextrack while another library uses FFmpeg.
    import _ctypes
    path = rextrack._library()._name
    libraries = [line.split()[-1] for line in open("/proc/self/maps") if "libavutil" in line]
    kept = ctypes.CDLL(libraries[0]) if libraries else None
    rextrack.set_log(0)
    _ctypes.dlclose(rextrack._library()._handle)
    if kept:
        kept.av_log(None, 16, b"after the end\\n")
        print("FFmpeg goes on")
"""


@unittest.skipUnless(sys.platform == "linux", "reads the paths of libraries from /proc")
class FfmpegsLog(unittest.TestCase):
    def follow(self, *more):
        address = f"http://user:Sup3rSecretWord@127.0.0.1:{self.server.server_port}/a.m3u8"
        child = [sys.executable, "-c", FOLLOWER, address, *more]
        result = subprocess.run(child, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Playlist)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_ffmpegs_log_has_no_passwords_and_stays_the_hosts_if_it_was(self):
        ours = self.follow()
        self.assertIn("FFmpeg: [hls] URL http://user:***@127.0.0.1", ours.stdout)
        self.assertNotIn("Sup3rSecretWord", ours.stdout + ours.stderr)

        library = re.search(r"/\S*libavutil\S*", ours.stdout)
        if not library:
            self.skipTest("OpenCV is linked with FFmpeg statically")
        self.assertIn("FFmpeg goes on", ours.stdout)
        hosts = self.follow(library[0])
        self.assertIn("the host keeps its log", hosts.stdout)
        self.assertNotIn("FFmpeg: [", hosts.stdout)


def threads():
    """Number of threads of this process, including the library's."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("Threads"))
    except OSError:
        raise unittest.SkipTest("the system does not count threads")


if __name__ == "__main__":
    rextrack.set_log(1)
    unittest.main()
