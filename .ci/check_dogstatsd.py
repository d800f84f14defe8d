"""Compares the lines of DogStatsD that a test expects with those that Datadog's client sends for the same values.

    check_dogstatsd.py metrics/src/encode/statsd/tests.rs

Each expected line is read, and the client is asked to send its value. It escapes, orders and formats on its own.
"""

import re
import socket
import sys

from datadog.dogstatsd import DogStatsd, base

# The labels as they were before they were cleaned.
UNCLEANED = {"path:/a_b_c": "path:/a,b|c"}


def main():
    source = open(sys.argv[1], encoding="utf-8").read()
    test = source[source.index("fn dogstatsd_has_tags") :]
    lines = re.findall(r'^ *"(shop\.[^"]*)",$', test[: test.index("\n}\n")], re.MULTILINE)
    assert len(lines) > 5, "the test has lines"
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(10)
    client = DogStatsd(
        host="127.0.0.1",
        port=receiver.getsockname()[1],
        namespace="shop",
        disable_telemetry=True,
        disable_buffering=True,
        origin_detection_enabled=False,
    )
    # The client samples on its own; here it always sends.
    base.random = lambda: 0.0
    kinds = {"c": client.increment, "g": client.gauge, "d": client.distribution}
    wrong = 0
    for line in lines:
        name, value, kind, rate, tags = re.fullmatch(
            r"shop\.([^:]+):([^|]+)\|([a-z]+)(?:\|@([^|]+))?\|#(.*)", line
        ).groups()
        number = float(value) if "." in value else int(value)
        tags = [UNCLEANED.get(tag, tag) for tag in tags.split(",")]
        kinds[kind](name, number, tags=tags, sample_rate=float(rate) if rate else 1)
        sent = receiver.recv(65536).decode().rstrip("\n")
        if sent != line:
            wrong += 1
            print(f"expected {line}\n    sent {sent}")
    print(f"{len(lines)} lines of DogStatsD, {wrong} of them other than those of Datadog's client")
    sys.exit(1 if wrong else 0)


main()
