#!/usr/bin/env python3
"""Runs every query of the dashboards, and every rule, on real servers that scrape a program.

    check_queries.py DASHBOARDS RULES PROMETHEUS… -- COMMAND…

In COMMAND, `{address}` becomes the address that it is to listen on, and `{rules}` a file that it is to write rules to: those of the file
RULES. Each PROMETHEUS is a server's program; `.ci/counterparts` prints where they are. By its version it stores classic buckets alone
(before 2.45), native and classic ones (before 3), or native ones alone. It evaluates the rules. Then, on every server:

- Each variable has values, as Grafana asks for them. Queries run with all values of labels chosen, and with each of them named in a regular
  expression; and with each value of a list.
- Each query parses (`promql-parser`), does not fail, and has a series with a number; if the panel shows exemplars, it has some. Series have the
  labels that the legend names.
- Each rule is healthy. The expression of a recording rule has a series with a number; of an alert, each selector has one.
- A query with a metric that does not exist is found out.

Of the selectors of all queries, each has series on one of the servers at least. The program is ended by SIGTERM and must end with 0.
Everything listens on loopback. Ends with 1 where anything is wrong.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import itertools
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import promql_parser

from servers import free_port, get, process, running, until
from wrong import Wrong

INTERVAL = 1
# Scrapes before the first query; what Grafana takes four of them for; and what a dashboard shows.
SCRAPES, RATE_INTERVAL, RANGE = 15, "4s", 15
JOB = "service"
# Of variables that have one value, the value that is chosen; of others the first.
CHOSEN = {"function": "order"}
# No program that is sound has them.
ABSENT = {"tachometer_refused_metric_info", "ALERTS"}
LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)")
VARIABLE = re.compile(r"\$(\w+)")


def configuration(address, version, rules):
    """A server's configuration, with the features that it must have, and the kinds of buckets that it will store."""
    native, classic = version >= (2, 45), version < (3, 0)
    lines = [f"global: {{scrape_interval: {INTERVAL}s, scrape_timeout: {INTERVAL}s, evaluation_interval: {INTERVAL}s}}"]
    lines.append(f"rule_files: [{json.dumps(str(rules.resolve()))}]")
    lines += ["scrape_configs:", f"- job_name: {JOB}", f'  static_configs: [{{targets: ["{address}"]}}]']
    lines += ["  scrape_native_histograms: true"] if version >= (3, 8) else []
    lines += ["  scrape_classic_histograms: true"] if native and classic else []
    return "\n".join(lines) + "\n", "exemplar-storage" + (",native-histograms" if native else ""), native, classic


def escaped(value, in_expression):
    """A value as Grafana writes it into a string of PromQL; in a regular expression, where several may be chosen."""
    if in_expression:
        return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value.replace("\\", r"\\\\"))
    return value.replace("\\", r"\\").replace('"', r"\"")


def filled(text, values):
    def value(match):
        if match[1] not in values:
            raise Wrong(f"no value for {match[0]}")
        return values[match[1]]

    return VARIABLE.sub(value, text)


class Asked:
    """A server that is asked about one time, and which selectors had series."""

    def __init__(self, server):
        self.server, self.now, self.found, self.wanted = server, time.time(), {}, set()

    def variables(self, document, turn):
        """The values of a dashboard's variables: those of labels all, by their own expression or by one that names them; and one of a list."""
        values = {"__rate_interval": RATE_INTERVAL, "__range": f"{RANGE}s", "__interval": f"{INTERVAL}s"}
        for variable in document["templating"]["list"]:
            name = variable["name"]
            if variable["type"] == "custom":
                values[name] = variable["options"][turn % len(variable["options"])]["value"]
            elif variable["type"] == "query":
                selector, label = LABEL_VALUES.fullmatch(variable["query"]).groups()
                matching = {"match[]": filled(selector, values), "start": self.now - RANGE, "end": self.now}
                found = self.server.api(f"label/{label}/values", **matching)
                if not found:
                    raise Wrong(f"the variable {name} has no values: {matching['match[]']}")
                if not variable["multi"]:
                    if CHOSEN.get(name, found[0]) not in found:
                        raise Wrong(f"the variable {name} has no value {CHOSEN[name]}: {found}")
                    values[name] = escaped(CHOSEN.get(name, found[0]), False)
                elif turn % 2:
                    values[name] = "(" + "|".join(escaped(value, True) for value in found) + ")"
                else:
                    values[name] = variable["allValue"]
        return values

    def check(self, expression, is_instant=True):
        """The expression has a series with a number, now or at some time in the range. Returns the labels of all its series."""
        self.wanted |= selectors(expression)
        when = {"time": self.now} if is_instant else {"start": self.now - RANGE, "end": self.now, "step": INTERVAL}
        result = self.server.api("query" if is_instant else "query_range", query=expression, **when)["result"]
        samples = [sample for series in result for sample in series.get("values", [series.get("value")]) if sample]
        is_histogram = any("histogram" in series or "histograms" in series for series in result)
        if not is_histogram and not any(math.isfinite(float(value)) for _, value in samples):
            raise Wrong(f"{len(result)} series, none with a number: {expression}")
        return set().union(*(series["metric"] for series in result))

    def check_exemplars(self, expression):
        start = self.now - 600
        if not any(series["exemplars"] for series in self.server.api("query_exemplars", query=expression, start=start, end=self.now)):
            raise Wrong(f"no exemplars: {expression}")

    def has(self, selector):
        if selector not in self.found:
            self.found[selector] = bool(self.server.api("query", query=f"count({selector})", time=self.now)["result"])
        return self.found[selector]


def selectors(expression):
    """The selectors of an expression, of one moment each."""
    found = set()

    def visit(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.add(re.sub(r"( offset \S+| @ \S+)+$", "", node.prettify()))

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def check_dashboard(asked, name, document):
    """Runs the queries of a dashboard. Returns how many there are, and the labels in legends that no series has."""
    ran, labels = 0, collections.defaultdict(set)
    for turn in range(max(2, *(len(variable.get("options") or []) for variable in document["templating"]["list"]))):
        values = asked.variables(document, turn)
        for panel in document["panels"]:
            for target in panel.get("targets", []):
                place = name, panel["title"], target["refId"]
                try:
                    expression = filled(target["expr"], values)
                    labels[place] |= asked.check(expression, target["instant"])
                    if target["format"] == "table" and "__name__" in labels[place]:
                        raise Wrong("the table has a column `__name__`")
                    if target.get("exemplar"):
                        asked.check_exemplars(expression)
                except (Wrong, ValueError) as error:
                    what = f"does not parse: {error}" if isinstance(error, ValueError) else error
                    raise Wrong(f"{', '.join(place)}: {what}") from error
                ran += 1
    legends = {(name, panel["title"], target["refId"]): re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
               for panel in document["panels"] for target in panel.get("targets", [])}
    return ran, {(*place, label) for place, legend in legends.items() for label in legend if label not in labels[place]}


def check_rules(asked, classic):
    """Runs the expressions of the rules that the server has read. Returns how many there are."""
    ran = 0
    for group in asked.server.api("rules")["groups"]:
        for rule in group["rules"]:
            try:
                if rule["health"] != "ok" or rule.get("lastError"):
                    raise Wrong(f"health {rule['health']}: {rule.get('lastError')}")
                if rule["type"] == "recording":
                    # Objectives of latency need classic buckets.
                    if classic or "_bucket" not in rule["query"]:
                        asked.check(rule["query"])
                else:
                    for selector in selectors(rule["query"]):
                        asked.check(selector)
            except (Wrong, ValueError) as error:
                raise Wrong(f"rule {rule['name']}: {error}") from error
            ran += 1
    return ran


def check_labels(results):
    """Each label in a legend is that of a series, on one server at least: native histograms have no `le`, for example."""
    if missing := set.intersection(*results):
        raise Wrong(f"no series has the label in the legend: {sorted(missing)}")


# What must be found out in each dashboard that has it: what is changed in a line of it, into what, and what is told.
BROKEN = [
    (r'"expr": "(.*?)\w+\{', r'"expr": "\1no_such{', "none with a number"),
    (r'"expr": "(.*?)\(', r'"expr": "\1((', "parse"),
    (r'"expr": "(.*)\$instance', r'"expr": "\1$instances', "no value for"),
    (r"label_values\(\w+", "label_values(no_such", "has no values"),
    (r"\{\{\w+\}\}", "{{no_such}}", "the label in the legend"),
]


def check_that_it_finds(asked, documents):
    """A query of a metric that does not exist is found out, and whatever else is broken."""
    for (name, document), (pattern, replacement, expected) in itertools.product(documents.items(), BROKEN):
        lines = json.dumps(document, indent=0)
        broken = re.sub(pattern, replacement, lines)
        if broken == lines:
            continue
        try:
            _, without_label = check_dashboard(Asked(asked.server), name, json.loads(broken))
            check_labels([without_label])
        except Wrong as error:
            if expected not in str(error):
                raise AssertionError(f"{replacement} in {name} is found out, but not as {expected}: {error}") from error
            continue
        raise AssertionError(f"{replacement} in {name} is not found out")


def examine(prometheus, program, documents, rules):
    """Lets one server scrape the program, and asks it. Returns what may be told, the server that was asked, and labels that no series has."""
    says = subprocess.run([prometheus, "--version"], capture_output=True, text=True, check=True).stdout
    name, *numbers = re.search(r"version (\d+)\.(\d+)\S*", says).group(0, 1, 2)
    version = tuple(int(number) for number in numbers)
    try:
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="check-queries-")))
            configured, features, native, classic = configuration(program, version, rules)
            (folder / "prometheus.yml").write_text(configured)
            server = stack.enter_context(running(prometheus, folder, features))

            def ready():
                # Each outcome has occurred, and each rule has been evaluated.
                groups = server.api("rules")["groups"]
                outcomes = server.api("query", query="count by (outcome) (function_calls_total > 0)")["result"]
                return (len(server.scrapes(JOB)) >= SCRAPES and len(outcomes) == 4 and groups
                        and all(rule["health"] != "unknown" for group in groups for rule in group["rules"]))

            until(ready, 120, "the scrapes and the rules")
            asked = Asked(server)
            stored = [asked.has(f"function_duration_seconds{suffix}") for suffix in ("", "_bucket")]
            if stored != [native, classic]:
                raise Wrong(f"native and classic buckets are stored: {stored}")
            ran, without_label = zip(*(check_dashboard(asked, name, document) for name, document in documents.items()), strict=True)
            of_rules = check_rules(asked, classic)
            for selector in asked.wanted:
                asked.has(selector)
            check_that_it_finds(asked, documents)
            kinds = " and ".join(kind for kind, is_stored in (("native", native), ("classic", classic)) if is_stored)
            return f"{name}, {kinds} buckets: {sum(ran)} queries and {of_rules} rules", asked, set().union(*without_label)
    except Wrong as error:
        raise Wrong(f"{name}: {error}") from error


def check_selectors(results):
    """Each selector has series on one server at least: a wrong name may hide on one side of an `or`."""
    wanted = set().union(*(asked.wanted for asked in results))
    for selector in sorted(wanted):
        if not any(asked.found.get(selector) for asked in results) and not any(selector.startswith(name) for name in ABSENT):
            raise Wrong(f"no server has {selector}")
    return len(wanted)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dashboards", type=pathlib.Path)
    arguments.add_argument("rules", type=pathlib.Path)
    arguments.add_argument("servers", nargs="+", metavar="PROMETHEUS")
    if "--" not in sys.argv:
        arguments.error("-- and a command are missing")
    end = sys.argv.index("--")
    options, command = arguments.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    documents = {path.stem: json.loads(path.read_text()) for path in sorted(options.dashboards.glob("*.json"))}
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="check-queries-") as folder:
        log, written = pathlib.Path(folder) / "program", pathlib.Path(folder) / "rules.yml"
        command = [part.replace("{address}", address).replace("{rules}", str(written)) for part in command]
        try:
            if not documents:
                raise Wrong(f"{options.dashboards} has no dashboards")
            with process(command, log) as child:

                def ready():
                    if child.poll() is not None:
                        raise Wrong(f"{command} ended with {child.returncode}: {log.read_text()[-2000:]}")
                    return get(address, "/metrics?name[]=none").status == 200

                until(ready, 600, f"{command} answers")
                if written.read_text() != options.rules.read_text():
                    raise Wrong(f"{options.rules} has not the rules that the program writes")
                with concurrent.futures.ThreadPoolExecutor(len(options.servers)) as pool:
                    results = list(pool.map(lambda prometheus: examine(prometheus, address, documents, options.rules), options.servers))
                told, asked, without_label = zip(*results, strict=True)
                print("\n".join(told))
                check_labels(without_label)
                count = check_selectors(asked)
                with contextlib.suppress(Wrong):
                    asked[0].wanted.add("function_cals_total")
                    check_selectors(asked)
                    raise AssertionError("a selector that no server has is not found out")
            if child.returncode != 0:
                raise Wrong(f"the program ended with {child.returncode}: {log.read_text()[-2000:]}")
        except Wrong as error:
            sys.exit(str(error))
    print(f"{len(results)} servers, {len(documents)} dashboards, {count} selectors: no query fails, and none is empty")


if __name__ == "__main__":
    main()
