"""An OSC receiver without code of rextrack: it decodes with python-osc.

usage: receiver.py

Binds a free UDP port of 127.0.0.1 and prints `READY PORT`. Then it prints one line of
JSON for each datagram:
    {"bundle": true, "messages": [["/p1_x", 0.5], ["/p1_y", 0.25]]}
A datagram that is not OSC gives {"error": "..."}. The receiver ends when its standard
input is closed, after the datagrams that have arrived by then.
"""

import json
import socket
import sys
import threading

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage


def messages(content):
    """The messages of a bundle or message in order, nested bundles flattened."""
    if isinstance(content, OscMessage):
        return [[content.address, *content.params]]
    return [message for part in content for message in messages(part)]


def read(datagram):
    try:
        bundle = OscBundle.dgram_is_bundle(datagram)
        content = OscBundle(datagram) if bundle else OscMessage(datagram)
        return {"bundle": bundle, "messages": messages(content)}
    except Exception as error:  # the test must see every exception of python-osc
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # All bundles of a demo may arrive before the test reads the first line. Linux allows
    # root any size, and other users net.core.rmem_max.
    try:
        receiver.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), 4 << 20)
    except OSError:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(0.1)
    print("READY", receiver.getsockname()[1], flush=True)

    closed = threading.Event()

    def watch():
        sys.stdin.buffer.read()
        closed.set()

    threading.Thread(target=watch, daemon=True).start()
    while True:
        last = closed.is_set()
        try:
            print(json.dumps(read(receiver.recv(65536))), flush=True)
        except TimeoutError:
            if last:
                return


if __name__ == "__main__":
    main()
