#!/usr/bin/env python3
"""Lets Prometheus scrape a program, and compares what it has stored with what the program printed.

    check_scrapes.py PROMETHEUS… -- COMMAND…     COMMAND's `{address}` becomes the address that it is to listen on
    check_scrapes.py PROMETHEUS… --self-test     endpoints made here: a sound one, and broken ones that must be found out

Each PROMETHEUS is a server's program; `.ci/counterparts` prints where they are. Each scrapes the program in four ways: as it
likes, straight; through a relay that keeps every answer, as it likes; through the relay that asks for text in its place; and,
where a configuration can say so, asking for text itself. Then, for every scrape through the relay, the stored samples are
exactly those of the answer, with name, labels and value; of what was scraped straight, all that only grows lies between two
answers fetched around it. The content types are right, each text is right to the letter, both formats name the same series, kinds and help
texts are those printed, `up` was never 0, and the server counted no duplicate, out-of-order or out-of-bounds sample.

A program is ended by SIGTERM and must end with 0. Where it prints its metrics then, nothing that only grows may be less in
them than what was scraped. Everything listens on loopback. Ends with 1 where anything is wrong.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import datetime
import gzip
import http.client
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from prometheus_client.parser import text_string_to_metric_families

from check_exposition import check_lines, check_promtool
from check_exposition import exposition as printed_exposition
from check_openmetrics import check_openmetrics, unescape
from servers import Answer, free_port, get, process, running, serve, text_of, until
from wrong import Wrong

TEXT, OPENMETRICS = "text/plain", "application/openmetrics-text"
VERSIONS = {TEXT: "0.0.4", OPENMETRICS: "1.0.0"}
ASK_TEXT = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
ASK_OPENMETRICS = "application/openmetrics-text;version=1.0.0"
# What the relay asks for in the name of a job.
ASKED_FOR = {"text": ASK_TEXT, "openmetrics": ASK_OPENMETRICS}
# What a server adds of its own to each target.
ADDED = {"up", *(f"scrape_{name}" for name in (
    "duration_seconds", "samples_scraped", "samples_post_metric_relabeling", "series_added", "timeout_seconds",
    "sample_limit", "body_size_bytes"))}
# What a server counts of the samples that it did not take.
REFUSED = [f"prometheus_target_scrapes_{name}_total" for name in (
    "sample_duplicate_timestamp", "sample_out_of_bounds", "sample_out_of_order", "exemplar_out_of_order")]
REFUSED.append("prometheus_tsdb_exemplar_out_of_order_exemplars_total")
SCRAPES = 4


class Relay:
    """Stands between server and program: passes requests and answers on, and keeps both, by job, in their order."""

    def __init__(self, program, path, tamper=None):
        self.program, self.path, self.tamper = program, path, tamper
        self.answers = collections.defaultdict(list)

    def __call__(self, path, headers):
        job = path.strip("/")
        passed = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
        if job in ASKED_FOR:
            passed["Accept"] = ASKED_FOR[job]
        try:
            answer = get(self.program, self.path, passed)
        except (OSError, http.client.HTTPException) as error:
            answer = Answer(None, 502, "text/plain; charset=utf-8", None, repr(error).encode())
        kept = answer._replace(request=headers)
        if self.tamper:
            kept = kept._replace(encoding=None, body=self.tamper(text_of(answer)).encode())
        self.answers[job].append(kept)
        return answer


def samples(server, selector):
    """All that is stored of some series: (name, labels) -> [(time in milliseconds, value)]."""
    stored = {}
    for series in server.api("query", query=f"{selector}[30m]")["result"]:
        labels = {key: label for key, label in series["metric"].items() if key not in ("job", "instance")}
        name = labels.pop("__name__")
        # Times come as seconds with a fraction of three digits.
        stored[identity(name, labels)] = [(round(at * 1000), float(value)) for at, value in series["values"]]
    return stored


def refused(server):
    """What the server counts of the samples that it did not take."""
    read = text_string_to_metric_families(get(server.address, "/metrics").body.decode())
    return {sample.name: sample.value for family in read for sample in family.samples if sample.name in REFUSED}


def identity(name, labels):
    """A series' name. A label without a value is none; what the server says of the target wins over what we print."""
    labels = {f"exported_{key}" if key in ("job", "instance") else key: label for key, label in labels.items() if label}
    return name, tuple(sorted(labels.items()))


def read(answer, kind):
    """A text that is right to the letter: its samples, (name, labels) -> value, and its metadata, name -> parts."""
    media, *parameters = (part.strip() for part in (answer.content_type or "").split(";"))
    if media != kind or f"version={VERSIONS[kind]}" not in parameters:
        raise Wrong(f"served as {answer.content_type}, and should be {kind}")
    text = text_of(answer)
    metadata = {}
    if kind == OPENMETRICS:
        families = check_openmetrics(text)
        for family in families:
            help_text = unescape(family.metadata.get("HELP", ""))
            metadata[family.name] = (family.kind, help_text, family.metadata.get("UNIT", ""))
        samples = [sample for family in families for sample in family.samples]
    else:
        helps = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.M))
        families = check_lines(text)
        samples = []
        for name, (family_kind, of_family) in families.items():
            metadata[name] = (family_kind, unescape(helps[name]), "")
            samples += [(sample, {key: unescape(label) for key, label in labels.items()}, value)
                        for sample, labels, value in of_family]
    return {identity(name, labels): value for name, labels, value in samples}, metadata


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


def named(series):
    name, labels = series
    return name + "{" + ",".join(f"{key}={label!r}" for key, label in labels) + "}"


def compare_keys(one, of_one, other, of_other):
    """Both have the same series."""
    for which, missing in ((of_one, other.keys() - one.keys()), (of_other, one.keys() - other.keys())):
        if missing:
            raise Wrong(f"series differ: {len(missing)} are not in {which}, one of them {named(min(missing))}")


def check_relayed(server, job, kind, answers):
    """Each scrape is stored as it was answered. Returns the samples of the last one."""
    at_least = len(answers) - 1  # the server may not yet have stored the last one
    scrapes = server.scrapes(job)
    if any(up != 1 for _, up in scrapes):
        errors = [target["lastError"] for target in server.api("targets")["activeTargets"] if target["labels"]["job"] == job]
        raise Wrong(f"up was 0: {', '.join(errors)}")
    if not at_least <= len(scrapes) <= len(answers):
        raise Wrong(f"{len(answers)} answers, {len(scrapes)} scrapes")
    times, last = {at for at, _ in scrapes}, scrapes[-1][0]
    stored = {series: {at: value for at, value in values if at <= last}
              for series, values in samples(server, f'{{job="{job}"}}').items() if series[0] not in ADDED}
    if any(at not in times for values in stored.values() for at in values):
        raise Wrong("samples at times that are no scrape's")
    for (at, _), answer in zip(scrapes, answers):
        printed, metadata = read(answer, kind)
        kept = {series: values[at] for series, values in stored.items() if at in values}
        compare_keys(kept, "the server", printed, "the answer")
        for series, value in printed.items():
            if not same(value, kept[series]):
                raise Wrong(f"values differ: {named(series)} was printed as {value}, stored as {kept[series]}")
    check_metadata(server, job, metadata)
    return printed


def check_metadata(server, job, printed):
    """Kinds, help texts and units are those of the last answer."""
    stored = {
        entry["metric"]: (entry["type"], entry["help"], entry.get("unit", ""))
        for entry in server.api("targets/metadata", match_target=f'{{job="{job}"}}')
    }
    for name, expected in printed.items():
        if stored.get(name) != expected:
            raise Wrong(f"metadata differ: {name} was printed as {expected}, stored as {stored.get(name)}")


def check_straight(server, address, path, interval):
    """What is scraped without a relay has the series of the answers fetched around it, and what only grows lies between them."""
    for attempt in range(5):
        before, metadata = read(get(address, path, {"Accept": ASK_OPENMETRICS}), OPENMETRICS)
        # A scrape's time may be some milliseconds off the moment: the server keeps its steps even.
        fetched = time.time() * 1000 + 10

        def scraped():
            return [at for at, up in server.scrapes("straight") if up == 1 and at > fetched]

        at = until(scraped, 20 * interval + 5, "the next scrape")[0]
        after, _ = read(get(address, path, {"Accept": ASK_OPENMETRICS}), OPENMETRICS)
        stored = {series: dict(values)[at] for series, values in samples(server, '{job="straight"}').items()
                  if series[0] not in ADDED and at in dict(values)}
        try:
            compare_keys(before, "the answer before", after, "the answer after")
            compare_keys(stored, "the server", after, "the answer")
            for series, value in stored.items():
                if is_gauge(series, metadata):
                    continue
                low, high = sorted((before[series], after[series]))
                if not (same(value, low) or low <= value <= high):
                    raise Wrong(f"values differ: {named(series)} is {low} to {high}, stored as {value}")
            return
        except Wrong:
            if attempt == 4:
                raise


def is_gauge(series, metadata):
    """Whether it may fall: the family of a gauge is called like its only sample."""
    return metadata.get(series[0], ("",))[0] in ("gauge", "unknown")


def configuration(relay, program, path, interval, asks_itself):
    jobs = [("straight", program, path), ("as-it-likes", relay, "/as-it-likes"), ("text", relay, "/text")]
    lines = [f"global: {{scrape_interval: {interval}ms, scrape_timeout: {interval}ms}}", "scrape_configs:"]
    for job, address, of_job in jobs + ([("text-by-configuration", relay, "/text-by-configuration")] if asks_itself else []):
        lines += [f"- job_name: {job}", f"  metrics_path: {of_job}", f'  static_configs: [{{targets: ["{address}"]}}]']
    if asks_itself:
        lines.append("  scrape_protocols: [PrometheusText0.0.4]")
    return "\n".join(lines) + "\n"


def examine(prometheus, program, options, tamper=None):
    """Lets one server scrape one program. Returns what is wrong, and what may be told of it."""
    wrong, told = [], []
    version = re.search(r"version (\d+)\.(\d+)\S*", subprocess.run(
        [prometheus, "--version"], capture_output=True, text=True, check=True).stdout)
    asks_itself = (int(version[1]), int(version[2])) >= (2, 49)
    relay = Relay(program, options.path, tamper)

    def checked(what, function, *arguments):
        try:
            return function(*arguments)
        except (Wrong, UnicodeDecodeError) as error:
            wrong.append(f"{version[0]}, {what}: {error}")

    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="check-scrapes-")))
        relayed = stack.enter_context(serve(relay))
        configured = configuration(relayed.address, program, options.path, round(options.interval * 1000), asks_itself)
        (folder / "prometheus.yml").write_text(configured)
        jobs = {"as-it-likes": OPENMETRICS, "text": TEXT} | ({"text-by-configuration": TEXT} if asks_itself else {})
        try:
            server = stack.enter_context(running(prometheus, folder))
            # Its first scrapes come seconds after its start: new targets are looked for at an interval of its own.
            until(lambda: all(len(server.scrapes(job)) >= SCRAPES for job in ("straight", *jobs)), 60, "the scrapes")
            last = {job: checked(job, check_relayed, server, job, kind, relay.answers[job]) for job, kind in jobs.items()}
            if all(last.values()):
                one, other = ({series: value for series, value in last[job].items() if not options.only_in_one.fullmatch(series[0])}
                              for job in ("as-it-likes", "text"))
                checked("the formats", compare_keys, one, "OpenMetrics", other, "text")
            if last["text"]:
                checked("promtool", check_promtool, text_of(relay.answers["text"][-1]), True)
            checked("straight", check_straight, server, program, options.path, options.interval)
            counted = refused(server)
            for name in REFUSED:
                if counted.get(name) != 0:
                    wrong.append(f"{version[0]}: {name} is {counted.get(name)}")
            for job in jobs:
                answers = relay.answers[job]
                encodings = sorted({answer.encoding or "none" for answer in answers})
                if options.gzip and encodings != ["gzip"]:
                    wrong.append(f"{version[0]}, {job}: asked for gzip and got {', '.join(encodings)}")
                told.append(f"{version[0]}, {job}: {len(answers)} scrapes, {len(last[job] or ())} series, "
                            f"{answers[-1].content_type}, compressed: {', '.join(encodings)}")
                told.append(f"    Accept: {answers[-1].request.get('Accept')}")
                told.append(f"    Accept-Encoding: {answers[-1].request.get('Accept-Encoding')}")
        except Wrong as error:
            wrong.append(f"{version[0]}: {error}")
    return wrong, told


# What the endpoints of the self-test print: all kinds of the library's families, escapes, infinities, and a counter.
SOUND = [
    ("function_calls_total", "counter", 'Calls that ended, of "all" outcomes.', "", [
        ("", 'function="load",module="a::b",outcome="ok"', "{n}"), ("", 'function="load",module="a::b",outcome="error"', "0")]),
    ("function_duration_seconds", "histogram", "How long calls took.", "seconds", [
        ("_bucket", 'function="load",module="a::b",le="1e-06"', "0"), ("_bucket", 'function="load",module="a::b",le="0.001"', "1"),
        ("_bucket", 'function="load",module="a::b",le="10.0"', "{n}"), ("_bucket", 'function="load",module="a::b",le="+Inf"', "{n}"),
        ("_sum", 'function="load",module="a::b"', "0.25"), ("_count", 'function="load",module="a::b"', "{n}")]),
    ("function_calls_in_flight", "gauge", "Calls that run,\\nnow.", "", [("", 'function="<A as B>::c",module="ü\\\\\\"\\n"', "-3")]),
    ("temperature", "gauge", "Corners.", "", [
        ("", 'of="a"', "NaN"), ("", 'of="b"', "+Inf"), ("", 'of="c"', "-Inf"), ("", 'of="d",empty=""', "1.5e-07")]),
    ("http_requests", "counter", "A name that is fixed.", "", [("", "", "18446744073709551615")]),
]


def exposition(kind, n):
    """`SOUND` in one of both formats, at the n-th scrape."""
    lines = []
    for name, family_kind, help_text, unit, samples in SOUND:
        family = name
        if kind == OPENMETRICS:
            help_text = help_text.replace('"', '\\"')
            if family_kind == "counter":
                family, family_kind = (name[:-6], "counter") if name.endswith("_total") else (name, "unknown")
        lines += [f"# HELP {family} {help_text}", f"# TYPE {family} {family_kind}"]
        if unit and kind == OPENMETRICS:
            lines.append(f"# UNIT {family} {unit}")
        lines += [f"{name}{suffix}{f'{{{labels}}}' if labels else ''} {value.replace('{n}', str(n))}" for suffix, labels, value in samples]
    return "\n".join([*lines, "# EOF"] if kind == OPENMETRICS else lines) + "\n"


def endpoint(change=lambda kind, text, n: (kind, text)):
    """Answers in the format asked for, as `change` makes it."""
    numbers, lock = iter(range(10**9)), threading.Lock()

    def answer(_, headers):
        kind = OPENMETRICS if headers.get("Accept", "").startswith(OPENMETRICS) else TEXT
        with lock:
            n = 1 + next(numbers)
        served, text = change(kind, exposition(kind, n), n)
        packed = "gzip" in headers.get("Accept-Encoding", "")
        body = gzip.compress(text.encode()) if packed else text.encode()
        content_type = f"{served}; version={VERSIONS.get(served, '0')}; charset=utf-8"
        return Answer(None, 200, content_type, "gzip" if packed else None, body)

    return answer


def standing_time(kind, text, n, at=int(time.time())):
    return kind, re.sub(r"^http_requests .*", f"http_requests {n} {at if kind == OPENMETRICS else at * 1000}", text, flags=re.M)


def falling_time(kind, text, n):
    at = int(time.time()) - 100 - n
    return kind, re.sub(r"^http_requests .*", f"\\g<0> {at if kind == OPENMETRICS else at * 1000}", text, flags=re.M)


# What is broken, how, whether the relay lies, and what has to be found.
BROKEN = [
    ("no end", lambda kind, text, n: (kind, text.replace("# EOF\n", "")), None, r"as-it-likes: up was 0"),
    ("a sample twice", lambda kind, text, n: (kind, re.sub(r"^http_requests .*", "\\g<0>\nhttp_requests 1", text, flags=re.M)), None,
     r"as-it-likes: printed twice"),
    ("times that stand", standing_time, None, r"sample_duplicate_timestamp_total is [1-9]"),
    ("times that fall", falling_time, None, r"sample_out_of_order_total is [1-9]"),
    ("a series that forks", lambda kind, text, n: (kind, text.replace('le="10.0"', 'le="5.0"') if kind == TEXT else text), None,
     r"the formats: series differ"),
    ("a bound of another spelling", lambda kind, text, n: (kind, text.replace('le="10.0"', 'le="10"')), None, r"is not canonical"),
    ("served as another kind", lambda kind, text, n: ("text/html", text), None, r"up was 0|served as text/html"),
    ("a raw quote in a help text", lambda kind, text, n: (kind, text.replace('\\"all\\"', '"all"')), None, r"neither metadata nor a sample"),
    ("another value stored", None, lambda text: text.replace(" 0.25", " 0.5"), r"as-it-likes: values differ"),
    ("another series stored", None, lambda text: text.replace('of="c"', 'of="e"'), r"text: series differ"),
    ("another help text stored", None, lambda text: text.replace("Corners", "Edges"), r"metadata differ"),
]


def self_test(servers, options):
    """The sound endpoint is found sound, and each broken one broken, by every server."""

    def one(prometheus, name, change, tamper, expected):
        with serve(endpoint(change) if change else endpoint()) as served:
            wrong, told = examine(prometheus, served.address, options, tamper)
        if not expected:
            return [f"the sound endpoint: {line}" for line in wrong], told
        if any(re.search(expected, line) for line in wrong):
            return [], [f"found out, {name}: {next(line for line in wrong if re.search(expected, line))[:160]}"]
        return [f"not found out, {name}: {wrong}"], []

    cases = [(prometheus, *case) for prometheus in servers for case in [("sound", None, None, None), *BROKEN]]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return list(pool.map(lambda case: one(*case), cases))


def scrape(servers, command, options):
    """Starts the program, and lets all servers scrape it at once."""
    address = f"127.0.0.1:{free_port()}"
    command = [part.replace("{address}", address) for part in command]
    with tempfile.TemporaryDirectory(prefix="check-scrapes-") as folder, contextlib.ExitStack() as stack:
        log = pathlib.Path(folder) / "program"
        child = stack.enter_context(process(command, log))

        def ready():
            if child.poll() is not None:
                raise Wrong(f"{command} ended with {child.returncode}: {log.read_text()[-2000:]}")
            return get(address, options.path).status == 200

        try:
            until(ready, options.start, f"{command} answers")
        except Wrong as error:
            return [([str(error)], [])]
        with concurrent.futures.ThreadPoolExecutor(len(servers)) as pool:
            results = list(pool.map(lambda prometheus: examine(prometheus, address, options), servers))
        running = child.poll() is None
        last, metadata = read(get(address, options.path, {"Accept": ASK_OPENMETRICS}), OPENMETRICS) if running else ({}, {})
        stack.close()
        if not running or child.returncode != 0:
            results.append(([f"the program ended with {child.returncode}: {log.read_text()[-2000:]}"], []))
        elif "# HELP " in log.read_text():
            results.append(check_last(log.read_text(), last, metadata))
        if options.output:
            pathlib.Path(options.output).write_bytes(log.read_bytes())
        return results


def check_last(output, scraped, metadata):
    """What the program printed at its end has all that was scraped before."""
    try:
        samples, _ = read(Answer({}, 200, "text/plain; version=0.0.4", None, printed_exposition(output).encode()), TEXT)
        for series, value in scraped.items():
            if not is_gauge(series, metadata) and not samples.get(series, -1) >= value:
                raise Wrong(f"lost at the end: {named(series)} was {value}, and at last {samples.get(series)}")
    except Wrong as error:
        return [str(error)], []
    return [], [f"at its end the program printed {len(samples)} series, and none had less than was scraped"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("servers", nargs="+", metavar="PROMETHEUS", help="the program of a server")
    arguments.add_argument("--path", default="/metrics", help="where the program serves its metrics")
    arguments.add_argument("--interval", type=float, default=1.0, help="seconds between two scrapes")
    arguments.add_argument("--start", type=float, default=60, help="seconds within which the program must answer")
    arguments.add_argument("--gzip", action="store_true", help="every answer to a server that takes it is compressed")
    arguments.add_argument("--only-in-one", type=re.compile, default=re.compile("(?!)"), metavar="PATTERN",
                           help="names of series that one format alone has")
    arguments.add_argument("--output", metavar="FILE", help="where to keep what the program prints")
    arguments.add_argument("--self-test", action="store_true")
    mine, command = sys.argv[1:], []
    if "--" in mine:
        mine, command = mine[: mine.index("--")], mine[mine.index("--") + 1 :]
    options = arguments.parse_args(mine)
    if options.self_test == bool(command):
        arguments.error("either --self-test, or -- and a command")
    started = datetime.datetime.now()
    results = self_test(options.servers, options) if options.self_test else scrape(options.servers, command, options)
    for _, told in results:
        for line in told:
            print(line)
    wrong = [line for of_one, _ in results for line in of_one]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(results)} runs, {(datetime.datetime.now() - started).seconds} s: what was stored is what was printed")


if __name__ == "__main__":
    main()
