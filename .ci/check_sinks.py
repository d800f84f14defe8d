#!/usr/bin/env python3
"""Lets a program send its metrics to real receivers, and compares what they hold with what the program printed.

    check_sinks.py PUSHGATEWAY VICTORIA-METRICS ROTEL -- COMMAND…

COMMAND is the example `sinks`, which prints at its end as Prometheus text what it has sent. It sends once to each sink.

- The Pushgateway's own page shows each printed sample, with the labels of the group.
- VictoriaMetrics holds, of OTLP with explicit bounds, each printed sample with the same name, labels and value, and no others: both with
  the names as they are sent, and with names that are translated by Prometheus' rules.
- Rotel, a collector, prints the same families from JSON and from compressed protocol buffers. Its exponential histograms have the printed
  counts and sums, and their buckets agree with the printed ones.

Prometheus' own receiver of OTLP is not in Debian's packages. Everything listens on loopback. Ends with 1 where anything is wrong.
"""

import contextlib
import json
import math
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

from prometheus_client.parser import text_string_to_metric_families

from servers import free_port, get, process, until
from wrong import Wrong

# Metrics of the library's own work, which go on changing.
OWN = "tachometer_"


def samples(text):
    """The samples of a text, (name, labels) -> value, and the kinds of its families."""
    found, kinds = {}, {}
    for family in text_string_to_metric_families(text):
        kinds[family.name] = family.type
        for sample in family.samples:
            if not sample.name.startswith(OWN):
                found[sample.name, labels_of(sample.labels)] = sample.value
    return found, kinds


def labels_of(labels, without=()):
    """Labels in order. One without a value is none."""
    return tuple(sorted((key, bound(key, value)) for key, value in labels.items() if value and key not in without))


def bound(key, value):
    """A bound as a float: receivers write it in their own way."""
    return repr(float(value)) if key == "le" else value


def compare(what, expected, found):
    missing = {key: value for key, value in expected.items() if key not in found}
    more = {key: value for key, value in found.items() if key not in expected}
    wrong = {key: (value, found[key]) for key, value in expected.items()
             if key in found and not math.isclose(value, found[key], rel_tol=1e-12)}
    if missing or more or wrong or not expected:
        raise Wrong(f"{what}: of {len(expected)} samples, {len(missing)} are missing ({list(missing)[:3]}), {len(more)} are not printed"
                    f" ({list(more)[:3]}), {len(wrong)} have another value ({list(wrong.items())[:3]})")
    return len(expected)


def check_pushgateway(address, expected):
    found, _ = samples(get(address, "/metrics").body.decode())
    group = (("instance", "a/b"), ("job", "sinks"))
    ours = {}
    for (name, labels), value in found.items():
        if set(group) <= set(labels) and not name.startswith("push_"):
            ours[name, tuple(label for label in labels if label not in group)] = value
    return f"Pushgateway: {compare('the page of the Pushgateway', expected, ours)} samples"


def check_victoria(address, expected, what):
    def exported():
        get(address, "/internal/force_flush")
        found = {}
        # What it has taken in this second is not shown yet.
        for line in get(address, "/api/v1/export?match[]=%7B__name__!=%22%22%7D").body.decode().splitlines():
            series = json.loads(line)
            labels = dict(series["metric"])
            name = labels.pop("__name__")
            if not name.startswith(OWN):
                without = ("service.name", "service.instance.id", "service_name", "service_instance_id")
                found[name, labels_of(labels, without)] = float(series["values"][-1])
        return found

    found = until(exported, 30, "VictoriaMetrics shows something")
    return f"VictoriaMetrics, {what}: {compare('OTLP in VictoriaMetrics', expected, found)} samples"


class Point:
    """A point of an exponential histogram, as Rotel prints it."""

    def __init__(self, text):
        field = lambda name: float(re.search(rf"^{name}: (\S+)$", text, re.M)[1])
        self.labels = labels_of(dict(re.findall(r"^     -> (\w+): Str\((.*)\)$", text, re.M)))
        self.count, self.sum = field("Count"), field("Sum")
        self.buckets = [(float(low), float(high), int(count))
                        for low, high, count in re.findall(r"^Bucket [\[(](\S+), (\S+)\], Count: (\d+)$", text, re.M)]

    def check(self, name, expected):
        for part, value in (("count", self.count), ("sum", self.sum)):
            if not math.isclose(value, expected[f"{name}_{part}", self.labels], rel_tol=1e-12):
                raise Wrong(f"{name}{self.labels}: {part} is {value}, printed {expected[f'{name}_{part}', self.labels]}")
        if sum(count for _, _, count in self.buckets) != self.count:
            raise Wrong(f"{name}{self.labels}: the buckets do not add up to {self.count}")
        compared = 0
        for (of, labels), cumulative in expected.items():
            le = dict(labels).get("le")
            if of != f"{name}_bucket" or tuple(label for label in labels if label[0] != "le") != self.labels:
                continue
            # A bucket that contains the bound may lie on both sides of it.
            least = sum(count for _, high, count in self.buckets if high <= float(le) * (1 + 1e-12))
            most = sum(count for low, _, count in self.buckets if low < float(le))
            if not least <= cumulative <= most:
                raise Wrong(f"{name}{self.labels}: {cumulative} values up to {le} are printed, from {least} to {most} are sent")
            compared += 1
        return compared


def check_rotel(log, expected, kinds):
    requests = re.split(r"^.*ResourceMetrics #0.*$", log, flags=re.M)[1:]
    if len(requests) != 2:
        raise Wrong(f"Rotel printed {len(requests)} requests: {log[:500]}")
    compared = 0
    for request in requests:
        metrics = re.split(r"^Metric #\d+$", request, flags=re.M)[1:]
        named = {re.search(r"-> Name: (\S+)", metric)[1]: metric for metric in metrics}
        families = {name for name in named if not name.startswith(OWN)}
        printed = {f"{name}_total" if kind == "counter" else name for name, kind in kinds.items() if not name.startswith(OWN)}
        # A family without series is not sent.
        have_series = {name for name in printed if any(of == name or of.startswith(f"{name}_") for of, _ in expected)}
        if families != have_series:
            raise Wrong(f"Rotel printed other families: {families ^ have_series}")
        for name, metric in named.items():
            for point in re.split(r"^ExponentialHistogramDataPoints #\d+$", metric, flags=re.M)[1:]:
                compared += Point(point).check(name, expected)
    if not compared:
        raise Wrong("Rotel printed no exponential histogram")
    return f"Rotel: {len(families)} families as JSON and as protocol buffers, {compared} buckets of exponential histograms"


@contextlib.contextmanager
def started(command, address, path, log):
    with process(command, log) as child:

        def ready():
            if child.poll() is not None:
                raise Wrong(f"{command[0]} ended with {child.returncode}: {log.read_text()[-2000:]}")
            if path is None:
                with socket.create_connection(address.split(":"), timeout=5):
                    return True
            return get(address, path).status == 200

        until(ready, 60, f"{command[0]} answers")
        yield


def main():
    if len(sys.argv) < 6 or sys.argv[4] != "--":
        sys.exit(__doc__)
    pushgateway, victoria, rotel = sys.argv[1:4]
    command = sys.argv[5:]
    of_pushgateway, as_sent, translated, of_rotel = (f"127.0.0.1:{free_port()}" for _ in range(4))
    try:
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="check-sinks-")))
            start = lambda name, command, address, path: stack.enter_context(started(command, address, path, folder / name))
            start("pushgateway", [pushgateway, f"--web.listen-address={of_pushgateway}"], of_pushgateway, "/-/ready")
            for address, translates in ((as_sent, "false"), (translated, "true")):
                server = [victoria, f"-httpListenAddr={address}", f"-storageDataPath={folder}/data-{translates}",
                          "-loggerLevel=ERROR", f"-opentelemetry.usePrometheusNaming={translates}"]
                start(f"victoria-{translates}", server, address, "/health")
            collector = [rotel, "start", "--otlp-http-endpoint", of_rotel, "--exporter", "blackhole", "--debug-log", "metrics",
                         "--debug-log-verbosity", "detailed"]
            # It serves nothing to GET.
            start("rotel", collector, of_rotel, None)
            sinks = {"push": [f"http://{of_pushgateway}"], "otlp-json": [f"http://{of_rotel}"], "otlp-exponential": [f"http://{of_rotel}"],
                     "otlp": [f"http://{address}/opentelemetry/v1/metrics" for address in (as_sent, translated)]}
            arguments = [part for sink, urls in sinks.items() for url in urls for part in (sink, url)]
            sent = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=900, check=False)
            if sent.returncode or "http" in sent.stderr:
                raise Wrong(f"{command} ended with {sent.returncode}: {sent.stderr[-2000:]}")
            expected, kinds = samples(sent.stdout)
            print(check_pushgateway(of_pushgateway, expected))
            print(check_victoria(as_sent, expected, "names as they are sent"))
            print(check_victoria(translated, expected, "names translated"))
            log = folder / "rotel"
            until(lambda: len(re.findall("ResourceMetrics #0", log.read_text())) == 2, 30, "Rotel prints two requests")
            print(check_rotel(log.read_text(), expected, kinds))
    except Wrong as error:
        sys.exit(str(error))
    print("receivers hold what the program has sent")


if __name__ == "__main__":
    main()
