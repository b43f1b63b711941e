"""A real RTSP server on loopback, for tests: gst-rtsp-server, driven from Python.

usage: server.py --file VIDEO [--port N] [--path /cam] [--loop]
                 [--user U --password P [--auth basic|digest]]

Serves VIDEO as H.264 at its own frame rate, to each client from the first
frame on, over TCP or UDP. With --loop it repeats for ever, like a camera. Prints
`READY rtsp://127.0.0.1:PORT/cam` once it listens; ends on SIGTERM, Ctrl-C or
when its standard input is closed, so it cannot outlive a test that died.

Needs Debian's gir1.2-gst-rtsp-server-1.0, python3-gi and the GStreamer plugins
(base, good, ugly, bad, libav), hence the system's own Python: /usr/bin/python3.
"""

import argparse
import os
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

# Largest distance between key frames, so that a test gets its first picture soon.
KEY_FRAME_INTERVAL = 10

# The parameter sets go out once, in the session description: FFmpeg counts a
# frame too many for each time they are repeated in the stream.
ENCODER = (
    "( appsrc name=frames is-live=true do-timestamp=true format=time block=true max-bytes=4000000"
    " ! videoconvert ! video/x-raw,format=I420"
    f" ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={KEY_FRAME_INTERVAL}"
    " ! rtph264pay name=pay0 pt=96 config-interval=0 )"
)


class Camera:
    """Plays the file into one client's encoder, paced by the clock as a camera is."""

    def __init__(self, path, loop, appsrc):
        self.loop = loop
        self.appsrc = appsrc
        self.player = Gst.parse_launch(
            "filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=I420"
            " ! appsink name=decoded sync=true emit-signals=true max-buffers=2"
        )
        self.player.get_by_name("file").set_property("location", path)
        self.player.get_by_name("decoded").connect("new-sample", self.on_frame)
        bus = self.player.get_bus()
        bus.add_signal_watch()
        bus.connect("message::eos", self.on_end)
        bus.connect("message::error", self.on_error)
        self.player.set_state(Gst.State.PLAYING)

    def on_frame(self, appsink):
        sample = appsink.emit("pull-sample")
        frame = sample.get_buffer().copy()
        # The file's times restart with each loop; the stream's must not.
        frame.pts = frame.dts = Gst.CLOCK_TIME_NONE
        self.appsrc.set_property("caps", sample.get_caps())
        return self.appsrc.emit("push-buffer", frame)

    def on_end(self, _bus, _message):
        if self.loop:
            self.player.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH, 0)
        else:
            self.appsrc.emit("end-of-stream")

    def on_error(self, _bus, message):
        print(f"server.py: {message.parse_error()[0].message}", file=sys.stderr, flush=True)
        self.appsrc.emit("end-of-stream")

    def stop(self):
        self.player.get_bus().remove_signal_watch()
        self.player.set_state(Gst.State.NULL)


class Factory(GstRtspServer.RTSPMediaFactory):
    """Makes one encoder and one camera for each client."""

    def __init__(self, path, loop):
        super().__init__()
        self.path = path
        self.loop = loop
        self.set_launch(ENCODER)
        self.set_shared(False)
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        camera = Camera(self.path, self.loop, media.get_element().get_child_by_name("frames"))
        media.connect("unprepared", lambda _media: camera.stop())


def require_login(server, factory, user, password, method):
    """Allows only `user` to describe and play the stream."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, user)
    if method == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("access", "construct"):
        permissions.add_permission_for_role(user, f"media.factory.{permission}", True)
    factory.set_permissions(permissions)


def main():
    parser = argparse.ArgumentParser(description="RTSP server for tests")
    parser.add_argument("--file", required=True)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--path", default="/cam")
    parser.add_argument("--loop", action="store_true")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=["basic", "digest"], default="digest")
    options = parser.parse_args()
    if not os.path.isfile(options.file):
        sys.exit(f"server.py: {options.file}: no such file")

    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    factory = Factory(os.path.abspath(options.file), options.loop)
    if options.user:
        require_login(server, factory, options.user, options.password, options.auth)
    server.get_mount_points().add_factory(options.path, factory)
    if server.attach(None) == 0:
        sys.exit(f"server.py: port {options.port} of 127.0.0.1 cannot be opened")

    def on_input(stream, _condition):
        if os.read(stream, 4096):
            return True
        loop.quit()
        return False

    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, on_input)
    for number in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    print(f"READY rtsp://127.0.0.1:{server.get_bound_port()}{options.path}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
