#!/usr/bin/env python3
"""Runs the example `exporters` against receivers that are not its own.

`check_exporters.py BODY COMMAND…` takes the HTTP posts and the StatsD datagrams that COMMAND sends to the two addresses
added to it, writes the last post's body to BODY, and checks that the StatsD counters add up to what that body says.
"""

import http.server
import re
import socket
import subprocess
import sys
import threading


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps the body of every post."""

    def do_POST(self):  # noqa: N802, the name that the base class calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.headers["Content-Type"], body.decode()))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


def receive_datagrams(receiver, datagrams):
    """Until the socket has been quiet for its timeout, or is told to end by an empty datagram."""
    while datagram := receiver.recv(65536):
        datagrams.append(datagram.decode())


def main():
    body_file, *command = sys.argv[1:]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.posts = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    statsd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    statsd.bind(("127.0.0.1", 0))
    datagrams = []
    reader = threading.Thread(target=receive_datagrams, args=(statsd, datagrams), daemon=True)
    reader.start()

    addresses = [f"127.0.0.1:{port}" for port in (server.server_address[1], statsd.getsockname()[1])]
    subprocess.run([*command, *addresses], check=True, timeout=120, stdin=subprocess.DEVNULL)
    statsd.sendto(b"", statsd.getsockname())
    reader.join(timeout=10)
    server.shutdown()

    if len(server.posts) < 2:
        sys.exit(f"{len(server.posts)} posts: one at an interval and one at the end are the least")
    kind, body = server.posts[-1]
    if not kind.startswith("text/plain; version=0.0.4"):
        sys.exit(f"posted as {kind}")
    with open(body_file, "w", encoding="utf-8", newline="") as file:
        file.write(body)

    sums = {}
    for line in "".join(datagrams).splitlines():
        match = re.fullmatch(r"([\w.]+):(-?[0-9]+)\|([cg])", line)
        if match is None:
            sys.exit(f"not StatsD: {line!r}")
        sums[match[1]] = sums.get(match[1], 0) + int(match[2]) if match[3] == "c" else int(match[2])
    if any(len(datagram) > 1432 for datagram in datagrams):
        sys.exit("a StatsD datagram of more than 1432 bytes")
    for name, outcome in (("ok", "ok"), ("errors", "error")):
        printed = re.search(rf'^function_calls_total{{function="steps",.*outcome="{outcome}"}} ([0-9]+)$', body, re.M)
        if printed is None or int(printed[1]) != sums.get(f"steps.{name}"):
            sys.exit(f"steps.{name}: StatsD adds up to {sums.get(f'steps.{name}')}, the text has {printed and printed[1]}")
    print(f"{len(server.posts)} posts, {len(datagrams)} datagrams: they agree on {sums}")


if __name__ == "__main__":
    main()
