#!/usr/bin/env python3
"""Asks an example that serves the metrics among its own routes.

`check_served.py OUTPUT COMMAND…` starts COMMAND, which prints a line that ends in the URL it serves. It is asked for text, for
OpenMetrics and for gzip; each answer must be what its headers say, and the text goes to OUTPUT. COMMAND is ended by SIGTERM.
"""

import gzip
import signal
import subprocess
import sys
import threading
import urllib.request

SECONDS = 20
TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def ask(url, headers, content_type, content_encoding=None):
    """The body as text, where the answer is of this type and encoding."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        found = answer.status, answer.headers["content-type"], answer.headers["content-encoding"]
        if found != (200, content_type, content_encoding):
            sys.exit(f"asked with {headers}, the answer is {found}")
        body = answer.read()
    return (gzip.decompress(body) if content_encoding else body).decode()


def check(url, output):
    """Asks in each way."""
    text = ask(url, {"Accept": "text/plain"}, TEXT)
    if "# EOF" in text:
        sys.exit("the text is OpenMetrics")
    with open(output, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    openmetrics = {"Accept": "application/openmetrics-text;version=1.0.0"}
    for headers, encoding in ((openmetrics, None), (openmetrics | {"Accept-Encoding": "gzip"}, "gzip")):
        if not ask(url, headers, OPENMETRICS, encoding).endswith("# EOF\n"):
            sys.exit(f"asked with {headers}, the answer does not end as OpenMetrics does")


def main():
    output, *command = sys.argv[1:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    # Where it never says its address, the line is empty.
    clock = threading.Timer(SECONDS, child.kill)
    clock.start()
    try:
        line = child.stdout.readline()
        clock.cancel()
        if not line.startswith("listening on http://"):
            sys.exit(f"it began with {line!r}")
        check(line.split()[-1], output)
        if child.poll() is not None:
            sys.exit(f"it ended by itself, with {child.returncode}")
    finally:
        clock.cancel()
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    print(f"{line.strip()}: as text, as OpenMetrics, compressed")


if __name__ == "__main__":
    main()
