"""The log: polled, by a callback, and FFmpeg's."""

import http.server
import re
import subprocess
import sys
import threading
import unittest

import rextrack
from helpers import STEP_NS, push_bytes, pushing, run_script, scene, show
from rextrack import LogLevel, LogReader, Pipeline


class Log(unittest.TestCase):
    def tearDown(self):
        rextrack.set_log(LogLevel.ERROR, quiet=True)

    def test_log_lines_reach_the_callback(self):
        lines = []
        rextrack.set_log(LogLevel.TRACE, lambda level, line: lines.append((level, line)))
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
        rextrack.set_log(LogLevel.ERROR, quiet=True)
        self.assertTrue(any("builtin:motion" in line for _, line in lines), lines)

    def test_log_lines_are_polled_once_each(self):
        rextrack.set_log(LogLevel.INFO, quiet=True)
        log = LogReader()
        for _ in log:
            pass
        before = rextrack.now_ns()
        with Pipeline(pushing()) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), before // STEP_NS)
        lines = [line for line in log if "runs builtin:motion" in line.text]
        self.assertEqual([(line.level, line.dropped) for line in lines], [(LogLevel.INFO, 0)])
        self.assertGreaterEqual(lines[0].time_ns, before)
        self.assertEqual(list(log), [])
        self.assertEqual(rextrack.poll_log(lines[0].number - 1), lines[0])

    def test_quiet_log_leaves_stderr_empty(self):
        script = """
import rextrack, sys
rextrack.set_log(3, quiet=sys.argv[1] == "quiet")
with rextrack.Pipeline({"camera": {"stream": "push:"}, "tracking": {"model": "builtin:motion"}}) as pipeline:
    while not pipeline.class_names():
        pass
"""
        self.assertIn("builtin:motion", run_script(script, "loud").stderr)
        self.assertEqual(run_script(script, "quiet").stderr, "")

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
    library = rextrack._library()
    libraries = [line.split()[-1] for line in open("/proc/self/maps") if "libavutil" in line]
    kept = ctypes.CDLL(libraries[0]) if libraries else None
    rextrack.set_log(0)
    _ctypes.dlclose(library._handle)
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
