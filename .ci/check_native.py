#!/usr/bin/env python3
"""Lets Prometheus scrape native histograms in protocol buffers, and compares its percentiles with those of the program.

    check_native.py PROMETHEUS… -- COMMAND…     COMMAND's `{address}` becomes the address that it is to listen on

COMMAND is the example `native`: it prints questions to Prometheus, `histogram_quantile(0.9, NAME{…})`, each with the answer of
`percentile()`, and adds the same observations at every scrape. Each PROMETHEUS, a server's program, scrapes it as text, as
OpenMetrics, as protocol buffers, and, where a configuration allows it, as protocol buffers with the classic buckets too. Then:

- The percentiles of native histograms, at one time and by `rate`, are at most one native bucket from the printed ones; those of classic
  buckets at most one classic bucket.
- Counts, means, series, kinds and help texts are the same from all formats; a histogram without values is there.
- Exemplars, in protocol buffers and in OpenMetrics, come back from `/api/v1/query_exemplars` with their traces; the older text has none.
- `up` was never 0, and the server counted no duplicate, out-of-order or out-of-bounds sample, and no exemplar that is out of order.

Everything listens on loopback. Ends with 1 where anything is wrong.
"""

import bisect
import collections
import contextlib
import gzip
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from check_openmetrics import check_openmetrics
from check_scrapes import REFUSED, SCRAPES, Relay, refused
from servers import free_port, get, process, running, serve, until
from wrong import Wrong

PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
QUESTION = re.compile(r"histogram_quantile\(([\d.]+), (\w+)(?:\{(.*)\})?\) (\S+)")
INTERVAL = 1
# The number of observations of each histogram at each scrape.
BATCH = 500
# 2 to the power of this is the number of native buckets from a power of two to the next.
SCHEMAS = {"sizes_bytes": 2}
SCHEMA = 3
# The program gives it no native buckets.
CLASSIC_ALONE = 'function="classic"'
# Its registry has these, the server adds the others.
ADDED = re.compile("up|scrape_.*")


def configuration(relay, version):
    """All jobs go through the relay, which asks for a text format in the name of the jobs `text` and `openmetrics`."""
    native = ["  scrape_native_histograms: true"] if version >= (3, 8) else []
    classic = "always_scrape_classic_histograms" if version >= (3, 0) else "scrape_classic_histograms"
    jobs = [("native", native), ("text", [])]
    if version >= (2, 45):
        jobs.append(("both", [*native, f"  {classic}: true"]))
    jobs.append(("openmetrics", []))
    lines = [f"global: {{scrape_interval: {INTERVAL}s, scrape_timeout: {INTERVAL}s}}", "scrape_configs:"]
    for job, options in jobs:
        lines += [f"- job_name: {job}", f"  metrics_path: /{job}", f'  static_configs: [{{targets: ["{relay}"]}}]', *options]
    return "\n".join(lines) + "\n", [job for job, _ in jobs]


class Asked:
    """A server that is asked about one time."""

    def __init__(self, server):
        self.server, self.time = server, time.time()

    def values(self, query):
        """The samples of a query, by labels."""
        result = self.server.api("query", query=query, time=self.time)["result"]
        return {tuple(sorted(series["metric"].items())): float(series["value"][1]) for series in result}

    def value(self, query):
        """The only sample of a query."""
        values = self.values(query)
        if len(values) != 1:
            raise Wrong(f"{query}: {len(values)} series")
        return next(iter(values.values()))

    def series(self, job):
        """The series of a job, as text, without what the server adds."""
        found = set()
        for labels in self.server.api("series", **{"match[]": f'{{job="{job}"}}', "start": self.time - 60}):
            name = labels.pop("__name__")
            if not ADDED.fullmatch(name):
                found.add(name + str(sorted((key, label) for key, label in labels.items() if key not in ("job", "instance"))))
        return found


def is_within_native_bucket(schema, one, other):
    """Whether two values are in one native bucket, or in two that follow each other."""
    if min(one, other) <= 2**-120:
        return max(one, other) <= 2**-120
    return abs(math.log2(one) - math.log2(other)) * 2**schema <= 1 + 1e-6


def check_percentiles(asked, questions, jobs, scale=1.0):
    """The percentiles of each histogram, native and classic. Returns how many were compared."""
    compared = 0
    for p, name, labels, expected in questions:
        expected *= scale
        of_job = lambda suffix, job: f'{name}{suffix}{{{labels + "," if labels else ""}job="{job}"}}'
        if labels != CLASSIC_ALONE:
            for job in jobs - {"text"}:
                for series in (of_job("", job), f"rate({of_job('', job)}[1m])"):
                    value = asked.value(f"histogram_quantile({p}, {series})")
                    if not is_within_native_bucket(SCHEMAS.get(name, SCHEMA), value, expected):
                        raise Wrong(f"histogram_quantile({p}, {series}) is {value}, percentile() is {expected}")
                    compared += 1
        # Classic buckets are in protocol buffers too, if there are no native ones or if both are asked for.
        for job in jobs - ({"native"} if labels != CLASSIC_ALONE else set()):
            buckets = asked.values(of_job("_bucket", job))
            bounds = sorted(float(dict(labels)["le"]) for labels in buckets)
            value = asked.value(f"histogram_quantile({p}, {of_job('_bucket', job)})")
            if abs(bisect.bisect_left(bounds, value) - bisect.bisect_left(bounds, expected)) > 1:
                raise Wrong(f"histogram_quantile({p}, {of_job('_bucket', job)}) is {value}, percentile() is {expected}")
            compared += 1
    return compared


def check_counts(asked, questions, jobs):
    """Whole batches are counted, with the same mean in all formats; what was not called is there too."""
    for name, labels in sorted({(name, labels) for _, name, labels, _ in questions}):
        of_job = lambda suffix, job: f'{name}{suffix}{{{labels + "," if labels else ""}job="{job}"}}'
        mean = asked.value(f"{of_job('_sum', 'text')} / {of_job('_count', 'text')}")
        for job in jobs - {"text"}:
            if labels == CLASSIC_ALONE:
                count, total = asked.value(of_job("_count", job)), asked.value(of_job("_sum", job))
            else:
                count = asked.value(f"histogram_count({of_job('', job)})")
                total = asked.value(f"histogram_sum({of_job('', job)})")
            if count % BATCH or not count or not math.isclose(total / count, mean, rel_tol=1e-9):
                raise Wrong(f"{of_job('', job)}: {count} values with the mean {total / count}, {mean} in text")
    for job in jobs - {"text"}:
        idle = asked.value(f'histogram_count(function_duration_seconds{{function="idle",job="{job}"}})')
        if idle != 0:
            raise Wrong(f"{job}: {idle} calls of a function that is not called")


def check_series(asked, jobs):
    """The series are those of the text, with a native one for each histogram."""
    text, native = asked.series("text"), asked.series("native")
    is_of_histogram = lambda series: re.match(r"\w+_(bucket|sum|count)\[", series)
    if not native or any(not is_of_histogram(series) for series in text - native):
        raise Wrong(f"not in protocol buffers: {sorted(text - native)[:3]}")
    if "both" in jobs:
        both = asked.series("both")
        if not text < both or not both - text == native - text:
            raise Wrong(f"with both kinds of buckets: {sorted(text - both)[:3]} are missing, {sorted(both - text - native)[:3]} are new")


# The traces of the exemplars in a body.
IN_PROTOBUF = re.compile(rb"\x08trace_id\x12\x20([0-9a-f]{32})")
IN_OPENMETRICS = re.compile(rb' # \{trace_id="([0-9a-f]{32})",span_id="[0-9a-f]{16}"\} \S+ \S+$', re.M)
# Of these, each scrape shows a new one, with this value.
AT_EACH_SCRAPE = {("function_calls_total", "error"): 1, ("jobs_total", None): 2}


def check_exemplars(asked, answers, jobs):
    """Exemplars that were shown are stored, with their trace and their value, and no others. Returns how many are, of each job."""
    stored = {}
    for job in jobs:
        pattern = IN_PROTOBUF if answers[job][0].content_type == PROTOBUF else IN_OPENMETRICS
        bodies = [gzip.decompress(answer.body) if answer.encoding == "gzip" else answer.body for answer in answers[job]]
        shown = [{trace.decode() for trace in pattern.findall(body)} for body in bodies]
        series = asked.server.api("query_exemplars", query=f'{{job="{job}"}}', start=asked.time - 600, end=asked.time + 60)
        stored[job] = set()
        found = collections.defaultdict(list)
        for labels, exemplar in ((one["seriesLabels"], exemplar) for one in series for exemplar in one["exemplars"]):
            trace = exemplar["labels"]["trace_id"]
            if exemplar["labels"] != {"trace_id": trace, "span_id": trace[16:]}:
                raise Wrong(f"{job}: {labels} has {exemplar}")
            stored[job].add(trace)
            found[labels["__name__"], labels.get("outcome")].append(float(exemplar["value"]))
        if job == "text":
            if stored[job] or any(shown):
                raise Wrong("the older text has exemplars")
            continue
        if job == "openmetrics":
            for body in bodies:
                check_openmetrics(body.decode())
        if not stored[job] <= set().union(*shown):
            raise Wrong(f"{job}: stored, and never shown: {sorted(stored[job] - set().union(*shown))[:3]}")
        # The last scrape may not be stored yet. Of native histograms, Prometheus stores some: before 2.46, one at each scrape; and up to
        # 3.5 at least, it passes over as many as the series before has, for it does not begin again at the first.
        missing = set().union(*shown[:-1]) - stored[job]
        if missing and job != "native":
            raise Wrong(f"{job}: shown, and not stored: {sorted(missing)[:3]}")
        for key, value in AT_EACH_SCRAPE.items():
            if len(found[key]) < len(shown) - 1 or set(found[key]) != {value}:
                raise Wrong(f"{job}: {len(shown)} scrapes, and {key} has exemplars with the values {found[key]}")
        if job == "native" and not found["function_duration_seconds", None]:
            raise Wrong("a native histogram has no exemplar")
    return ", ".join(f"{len(traces)} {job}" for job, traces in stored.items())


def check_metadata(server, version):
    """Kinds, help texts and, where the server reads them, units are those of the text."""
    stored = {}
    for job in ("native", "text"):
        entries = server.api("targets/metadata", match_target=f'{{job="{job}"}}')
        stored[job] = {entry["metric"]: (entry["type"], entry["help"]) for entry in entries}
        if job == "native" and version >= (3, 0):
            units = {entry["metric"]: entry["unit"] for entry in entries}
            if (units["function_duration_seconds"], units["sizes_bytes"]) != ("seconds", "bytes"):
                raise Wrong(f"units: {units}")
    if not stored["text"] or stored["native"] != stored["text"]:
        raise Wrong(f"metadata differ: {stored['native'].items() ^ stored['text'].items()}")


def examine(prometheus, program, questions):
    """Lets one server scrape the program. Returns what may be told of it."""
    says = subprocess.run([prometheus, "--version"], capture_output=True, text=True, check=True).stdout
    name, *numbers = re.search(r"version (\d+)\.(\d+)\S*", says).group(0, 1, 2)
    version = tuple(int(number) for number in numbers)
    relay = Relay(program, "/metrics")
    try:
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="check-native-")))
            relayed = stack.enter_context(serve(relay))
            configured, jobs = configuration(relayed.address, version)
            (folder / "prometheus.yml").write_text(configured)
            server = stack.enter_context(running(prometheus, folder, "native-histograms,exemplar-storage"))
            until(lambda: all(len(server.scrapes(job)) > SCRAPES for job in jobs), 60, "the scrapes")
            jobs.remove("openmetrics")
            types = {job: {answer.content_type for answer in relay.answers[job]} for job in jobs}
            if any(types[job] != {PROTOBUF} for job in jobs if job != "text") or not types["text"].isdisjoint({PROTOBUF}):
                raise Wrong(f"served as {types}")
            asked = Asked(server)
            exemplars = check_exemplars(asked, relay.answers, [*jobs, "openmetrics"])
            compared = check_percentiles(asked, questions, set(jobs))
            # The comparison finds percentiles that are off by two buckets.
            for question in questions:
                if question[2] != CLASSIC_ALONE and question[3] > 0:
                    with contextlib.suppress(Wrong):
                        check_percentiles(asked, [question], set(jobs), 1.5)
                        raise AssertionError(f"{question} is not found out if it is wrong")
            check_counts(asked, questions, set(jobs))
            check_series(asked, set(jobs))
            check_metadata(server, version)
            for job in jobs:
                if any(up != 1 for _, up in server.scrapes(job)):
                    targets = server.api("targets")["activeTargets"]
                    raise Wrong(f"{job}: up was 0: {[target['lastError'] for target in targets]}")
            counted = refused(server)
            if any(counted.get(metric) != 0 for metric in REFUSED):
                raise Wrong(f"refused: {counted}")
            accepted = relay.answers["native"][-1].request.get("Accept")
            return [f"{name}, {', '.join(jobs)}: {compared} percentiles compared",
                    f"    exemplars stored: {exemplars}", f"    Accept: {accepted}"]
    except Wrong as error:
        raise Wrong(f"{name}: {error}") from error


def main():
    if "--" not in sys.argv[2:]:
        sys.exit(__doc__)
    end = sys.argv.index("--")
    servers, command = sys.argv[1:end], sys.argv[end + 1 :]
    address = f"127.0.0.1:{free_port()}"
    command = [part.replace("{address}", address) for part in command]
    with tempfile.TemporaryDirectory(prefix="check-native-") as folder:
        log = pathlib.Path(folder) / "program"
        try:
            with process(command, log) as child:

                def ready():
                    if child.poll() is not None:
                        raise Wrong(f"{command} ended with {child.returncode}: {log.read_text()[-2000:]}")
                    return get(address, "/metrics?name[]=none").status == 200

                until(ready, 600, f"{command} answers")
                questions = [(float(p), name, labels or "", float(answer))
                             for p, name, labels, answer in QUESTION.findall(log.read_text())]
                if len(questions) < 10:
                    raise Wrong(f"the program has printed {log.read_text()[:500]}")
                for prometheus in servers:
                    for line in examine(prometheus, address, questions):
                        print(line)
            if child.returncode != 0:
                raise Wrong(f"the program ended with {child.returncode}: {log.read_text()[-2000:]}")
        except Wrong as error:
            sys.exit(str(error))
    print(f"{len(servers)} servers: percentiles of native histograms are those of the program")


if __name__ == "__main__":
    main()
