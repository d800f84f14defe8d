#!/usr/bin/env python3
"""Tests the rules for objectives: with `promtool` on series made here, and in servers that scrape what the program prints.

    check_rules.py PROMETHEUS… -- COMMAND…     COMMAND prints rules, and with `--metrics` the metrics whose objectives they are of
    check_rules.py PROMETHEUS… --self-test -- COMMAND…     breaks the rules, in one place at a time: each must be found out

COMMAND is the example `objectives`. `promtool` stands beside the first of the servers that has one. Each alert fires, stays silent and
resolves when it should. Each server takes the rules, evaluates all of them without an error, and records a series for each objective: so
the threshold of each is the `le` that this server stores. Ends with 1 where anything is wrong.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from servers import Answer, running, serve, until
from wrong import Wrong

FUNCTION = {"job": "shop", "function": "order", "module": "objectives"}
LATENCY = {**FUNCTION, "objective": "latency", "threshold": "0.25"}
SUCCESS = {**FUNCTION, "objective": "success"}
DELIVERY = {"job": "shop", "histogram": "delivery_seconds", "objective": "latency", "threshold": "3600.0"}
HOURS = 60


def text_of(name, labels):
    return name + "{" + ",".join(f'{key}="{value}"' for key, value in sorted(labels.items())) + "}"


def counter(name, labels, *segments, reset=()):
    """A counter that grows by so much a minute for so many minutes each; at the start of the segments `reset` it begins again at zero."""
    value, values = 0, ["0"]
    for index, (rate, minutes) in enumerate(segments):
        if index in reset:
            value = -rate
        values.append(f"{value + rate}+{rate}x{minutes - 1}")
        value += rate * minutes
    return {"series": text_of(name, labels), "values": " ".join(values)}


def gauge(labels, value, minutes=12 * HOURS):
    return {"series": text_of("slo_objective", labels), "values": f"{value}+0x{minutes}"}


def calls(ok, error, panic=((0, 1),), cancelled=((0, 1),), labels=None, **options):
    """Calls of a function by outcome, in segments."""
    labels = {**FUNCTION, "instance": "one", **(labels or {})}
    outcomes = {"ok": ok, "error": error, "panic": panic, "cancelled": cancelled}
    return [counter("function_calls_total", {**labels, "outcome": outcome}, *segments, **options)
            for outcome, segments in outcomes.items()]


def durations(fast, slow, name="function_duration_seconds", bound="0.25", labels=None, **options):
    """Durations of at most the bound, and above it."""
    labels = {"instance": "one", **(FUNCTION if labels is None else labels)}
    both = [(one + other, minutes) for (one, minutes), (other, _) in zip(fast, slow)]
    below = [(0, minutes) for _, minutes in fast]
    of_buckets = {"0.001": below, bound: fast, "1e+06": both, "+Inf": both}
    series = [counter(f"{name}_bucket", {**labels, "le": le}, *segments, **options) for le, segments in of_buckets.items()]
    return [*series, counter(f"{name}_count", labels, *both, **options)]


def alert(name, labels):
    severity = "page" if name == "SloBurnRateFast" else "ticket"
    return {"labels": text_of("ALERTS", {**labels, "alertname": name, "alertstate": "firing", "severity": severity}), "value": 1}


def firing(minutes, *alerts):
    """Exactly these alerts are firing then."""
    return {"expr": 'ALERTS{alertstate="firing"}', "eval_time": f"{minutes}m", "exp_samples": [alert(*one) for one in alerts]}


def value(minutes, query, *samples):
    samples = [{"labels": text_of("", labels) if labels else "", "value": number} for labels, number in samples]
    return {"expr": query, "eval_time": f"{minutes}m", "exp_samples": samples}


def windows(labels, expected):
    """The recorded shares, rounded to a hundredth of a percent."""
    return [value(minutes, f"round(slo:error_ratio:rate{window}, 0.0001)", (labels, ratio)) for minutes, window, ratio in expected]


FAST, SLOW = "SloBurnRateFast", "SloBurnRateSlow"
SUCCESS_OF_ALL = [gauge({**SUCCESS, "instance": "one"}, 0.999)]
LATENCY_OF_ALL = [gauge({**LATENCY, "instance": "one"}, 0.99)]

TESTS = {
    "errors page after a quarter of an hour, and no longer after they have ended": (
        [*SUCCESS_OF_ALL, *calls([(60, 60), (54, 60), (60, 600)], [(0, 60), (4, 60), (0, 600)], [(0, 60), (2, 60), (0, 600)])],
        [firing(59), firing(62), firing(100, (FAST, SUCCESS), (SLOW, SUCCESS)),
         # The short window of five minutes is over, that of half an hour is not; then that one is, and those of the ticket.
         firing(130, (FAST, SUCCESS), (SLOW, SUCCESS)), firing(165, (SLOW, SUCCESS)), firing(500),
         *windows(SUCCESS, [(119, "5m", 0.1), (127, "5m", 0), (119, "30m", 0.1)]),
         value(100, "round(slo:error_budget:ratio, 0.0001)", (SUCCESS, 0.001))],
    ),
    "a fast burn of minutes pages by the windows of an hour alone": (
        [*SUCCESS_OF_ALL, *calls([(60, 600), (30, 4), (60, 60)], [(0, 600), (30, 4), (0, 60)])],
        [firing(599), firing(604, (FAST, SUCCESS), (SLOW, SUCCESS)), firing(620, (SLOW, SUCCESS))],
    ),
    "a slow burn is a ticket and no page": (
        [*SUCCESS_OF_ALL, *calls([(998, 600)], [(2, 600)])],
        [firing(500, (SLOW, SUCCESS)), *windows(SUCCESS, [(500, window, 0.002) for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")])],
    ),
    "a burn of six times the budget pages by the windows of six hours": (
        [*SUCCESS_OF_ALL, *calls([(992, 600)], [(8, 600)])],
        [firing(500, (FAST, SUCCESS), (SLOW, SUCCESS))],
    ),
    "a burn below the budget is silent": (
        [*SUCCESS_OF_ALL, *calls([(9992, 600)], [(8, 600)])],
        [firing(100), firing(500)],
    ),
    "a burn of three times the budget is a ticket by the windows of two hours and a day": (
        # The windows of six hours do not show it: there was much more traffic before, and no error.
        [*SUCCESS_OF_ALL, *calls([(9_000, 120), (10_000, 240), (99, 130), (100, 140)], [(1_000, 120), (0, 240), (1, 130), (0, 140)])],
        [firing(488, (SLOW, SUCCESS)), firing(625), *windows(SUCCESS, [(488, "1d", 0.0333), (488, "2h", 0.01), (488, "6h", 0.0001)])],
    ),
    "cancelled calls are good, and panics are not": (
        [*SUCCESS_OF_ALL, *calls([(60, 100)], [(0, 100)], [(0, 50), (6, 50)], [(60, 100)])],
        [firing(49), firing(95, (FAST, SUCCESS), (SLOW, SUCCESS)), *windows(SUCCESS, [(45, "5m", 0), (95, "5m", 0.0476)])],
    ),
    "other functions do not count": (
        [*SUCCESS_OF_ALL, *calls([(60, 100)], [(0, 100)]),
         *calls([(0, 100)], [(60, 100)], labels={"function": "browse"}),
         *calls([(0, 100)], [(60, 100)], labels={"module": "other"}),
         *calls([(0, 100)], [(60, 100)], labels={"job": "other"})],
        [firing(95), value(95, "slo:error_ratio:rate5m", ({"__name__": "slo:error_ratio:rate5m", **SUCCESS}, 0))],
    ),
    "series of a function are summed, whatever labels it has": (
        [*SUCCESS_OF_ALL, *calls([(100, 100)], [(0, 100)], labels={"bank": "a"}), *calls([(0, 100)], [(100, 100)], labels={"bank": "b"})],
        windows(SUCCESS, [(95, "5m", 0.5)]),
    ),
    "instances are summed, and the higher of two targets holds": (
        [gauge({**SUCCESS, "instance": "one"}, 0.999), gauge({**SUCCESS, "instance": "two"}, 0.9),
         *calls([(980, 100)], [(0, 100)]), *calls([(0, 100)], [(20, 100)], labels={"instance": "two"})],
        [firing(95, (FAST, SUCCESS), (SLOW, SUCCESS)), *windows(SUCCESS, [(95, "5m", 0.02)]),
         value(95, "round(slo:error_budget:ratio, 0.0001)", (SUCCESS, 0.001))],
    ),
    "no call, no alert": (
        [*SUCCESS_OF_ALL, *LATENCY_OF_ALL, *calls([(0, 600)], [(0, 600)]), *durations([(0, 600)], [(0, 600)])],
        [firing(5), firing(500)],
    ),
    "errors before the traffic ended are forgotten": (
        [*SUCCESS_OF_ALL, *calls([(60, 60), (0, 540)], [(60, 60), (0, 540)])],
        [firing(59, (FAST, SUCCESS), (SLOW, SUCCESS)), firing(100, (SLOW, SUCCESS)), firing(500)],
    ),
    "a restart is no alert": (
        [*SUCCESS_OF_ALL, *LATENCY_OF_ALL, *calls([(60, 60), (60, 60)], [(0, 60), (0, 60)], reset=(1,)),
         *durations([(600, 60), (600, 60)], [(0, 60), (0, 60)], reset=(1,))],
        [firing(59), firing(61), firing(64), firing(100)],
    ),
    "slow calls page, and no longer after they have ended": (
        [*LATENCY_OF_ALL, *durations([(100, 60), (70, 60), (100, 600)], [(0, 60), (30, 60), (0, 600)])],
        [firing(59), firing(61), firing(110, (FAST, LATENCY), (SLOW, LATENCY)), firing(165, (SLOW, LATENCY)), firing(500),
         *windows(LATENCY, [(110, "5m", 0.3), (127, "5m", 0)])],
    ),
    "slow calls within the budget are silent": (
        [*LATENCY_OF_ALL, *durations([(995, 600)], [(5, 600)])],
        [firing(100), firing(500), *windows(LATENCY, [(500, "3d", 0.005)])],
    ),
    "an instance with other buckets does not count": (
        [*LATENCY_OF_ALL, *durations([(100, 100)], [(0, 100)]),
         *durations([(100, 100)], [(100, 100)], bound="0.3", labels={**FUNCTION, "instance": "two"})],
        [firing(95), *windows(LATENCY, [(95, "5m", 0)])],
    ),
    "two thresholds are two objectives": (
        [*LATENCY_OF_ALL, gauge({**LATENCY, "instance": "two", "threshold": "0.001"}, 0.5), *durations([(100, 100)], [(0, 100)])],
        [*windows(LATENCY, []),
         value(95, "slo:error_ratio:rate5m", *(({"__name__": "slo:error_ratio:rate5m", **LATENCY, "threshold": threshold}, ratio)
                                               for threshold, ratio in (("0.001", 1), ("0.25", 0))))],
    ),
    "values of a histogram page, of all its label sets": (
        [gauge({**DELIVERY, "instance": "one"}, 0.95),
         *durations([(100, 200)], [(0, 200)], "delivery_seconds", "3600.0", {"job": "shop", "town": "Ulm"}),
         *durations([(0, 200)], [(400, 200)], "delivery_seconds", "3600.0", {"job": "shop", "town": "Trier"})],
        [firing(150, (FAST, DELIVERY), (SLOW, DELIVERY)), *windows(DELIVERY, [(150, "5m", 0.8)])],
    ),
    "a histogram without its objective has no rules": (
        durations([(100, 200)], [(400, 200)], "delivery_seconds", "3600.0", {"job": "shop"}),
        [firing(150), value(150, "slo:calls:rate5m")],
    ),
    "calls that are not measured are a ticket": (
        [*LATENCY_OF_ALL, *calls([(60, 100)], [(0, 100)])],
        [firing(14), firing(20, ("SloWithoutData", LATENCY))],
    ),
    "a scrape that fails loses no errors": (
        [{**SUCCESS_OF_ALL[0], "values": "0.999+0x94 stale"}, *calls([(60, 100)], [(60, 100)])],
        windows(SUCCESS, [(96, "5m", 0.5)]),
    ),
}

ANNOTATIONS = {
    "success": (SUCCESS_OF_ALL + calls([(50, 100)], [(50, 100)]), SUCCESS, {
        "summary": "order (shop) spends its error budget too fast: success",
        "description": "50% end in an error or a panic, in the module objectives."}),
    "latency": (LATENCY_OF_ALL + durations([(50, 100)], [(50, 100)]), LATENCY, {
        "summary": "order (shop) spends its error budget too fast: latency",
        "description": "50% are above 0.25, in the module objectives."}),
    "histogram": ([gauge({**DELIVERY, "instance": "one"}, 0.95),
                   *durations([(0, 100)], [(100, 100)], "delivery_seconds", "3600.0", {"job": "shop"})], DELIVERY, {
        "summary": "delivery_seconds (shop) spends its error budget too fast: latency",
        "description": "100% are above 3600.0."}),
}


def unit_tests(rules):
    tests = [{"name": name, "interval": "1m", "input_series": series, "promql_expr_test": expected}
             for name, (series, expected) in TESTS.items()]
    for series, labels, annotations in ANNOTATIONS.values():
        expected = {"exp_labels": {**labels, "severity": "page"}, "exp_annotations": annotations}
        tests.append({"interval": "1m", "input_series": series,
                      "alert_rule_test": [{"eval_time": "95m", "alertname": FAST, "exp_alerts": [expected]}]})
    # A server evaluates groups at times of its own; here an alert sees the rates of the same minute.
    order = re.findall(r'^- name: "?([^"\n]*)', rules.read_text(), re.M)
    return {"rule_files": [str(rules)], "evaluation_interval": "1m", "group_eval_order": order, "tests": tests}


def promtool(program, rules, folder):
    """What `promtool` finds wrong."""
    file = folder / "rules.yml"
    file.write_text(rules)
    tests = folder / "tests.yml"
    # JSON is YAML.
    tests.write_text(json.dumps(unit_tests(file), indent=1))
    for command in (["check", "rules", file], ["test", "rules", tests]):
        run = subprocess.run([program, *command], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            return f"promtool {' '.join(map(str, command[:2]))}: {(run.stdout + run.stderr)[-3000:]}"
    return None


# What is broken: the text, what replaces it.
BROKEN = [
    (r"14\.4", "0.01"), (r"14\.4", "90"), (r"\[1d\]", "[5m]"), (r"> 6 ", "> 60 "), (r"> 3 ", "> 0.5 "), (r"> 1 ", "> 9 "),
    (r"rate5m > 14\.4", "rate6h > 14.4"), (r"rate30m > 6", "rate6h > 6"), (r"rate6h > 1", "rate3d > 1"), (r"rate2h > 3", "rate1d > 3"),
    (r"error\|panic", "error"), (r"error\|panic", "error|panic|cancelled"), (r"1 - max", "1 - min"),
    (r"\* 0 \+ ignoring \(le\) group_left (rate\(function_duration_seconds)_count", r"* 0 + ignoring (le) group_left 0.5 * \1_count"),
    (r"for: 15m", "for: 3h"), (r"and on \(job, function, module\) last_over_time.*\n", "\n"), (r"and on \(job, threshold\).*\n", "\n"),
    (r"sum by \(job, threshold\)", "sum by (job, threshold, town)"), (r"last_over_time\((slo_objective\{.*?\})\[5m\]\)", r"\1"),
    (r"sum by \(job, function, module\)", "sum by (job, function, module, instance)"), (r"severity: page", "severity: ticket"),
    (r"unless on .*\n", "\n"), (r'"threshold", "\$1", "le"', '"threshold", "0.25", "le"'), (r"in the module", "of the module"),
]


def self_test(program, rules, folder):
    for pattern, replacement in BROKEN:
        broken = re.sub(pattern, replacement, rules)
        if broken == rules:
            raise Wrong(f"nothing is broken by {pattern!r}")
        if promtool(program, broken, folder) is None:
            raise Wrong(f"not found out: {pattern!r} → {replacement!r}")
        print(f"found out: {pattern!r} → {replacement!r}", flush=True)
    print(f"{len(BROKEN)} broken rule files are found out")


def evaluate(prometheus, rules, metrics):
    """Lets a server scrape the metrics and evaluate the rules."""
    says = subprocess.run([prometheus, "--version"], capture_output=True, text=True, check=True).stdout
    name = re.search(r"version \d+\.\d+\S*", says).group()
    answer = Answer(None, 200, "text/plain; version=0.0.4; charset=utf-8", None, metrics.encode())
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="check-rules-")))
        served = stack.enter_context(serve(lambda path, headers: answer))
        (folder / "rules.yml").write_text(rules)
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: [rules.yml]\n"
            f'scrape_configs:\n- job_name: shop\n  static_configs: [{{targets: ["{served.address}"]}}]\n')
        server = stack.enter_context(running(prometheus, folder))
        expected = {tuple(sorted(labels.items())) for labels in (SUCCESS, LATENCY, DELIVERY)}

        def recorded():
            result = server.api("query", query="slo:error_ratio:rate5m")["result"]
            found = {tuple(sorted((key, label) for key, label in series["metric"].items() if key != "__name__")) for series in result}
            return found == expected

        until(recorded, 60, f"{name}: the series of {len(expected)} objectives")

        def evaluated():
            groups = server.api("rules")["groups"]
            states = [(rule["name"], rule["health"], rule.get("lastError")) for group in groups for rule in group["rules"]]
            if wrong := [state for state in states if state[1] == "err"]:
                raise Wrong(f"{name}: {wrong}")
            return len(states) if all(state[1] == "ok" for state in states) else 0

        print(f"{name}: {until(evaluated, 30, f'{name}: the evaluation of all rules')} rules, {len(expected)} objectives")


def main():
    if "--" not in sys.argv[2:]:
        sys.exit(__doc__)
    end = sys.argv.index("--")
    servers, command = sys.argv[1:end], sys.argv[end + 1 :]
    tests_itself = "--self-test" in servers
    servers = [server for server in servers if server != "--self-test"]
    output = lambda *more: subprocess.run([*command, *more], capture_output=True, text=True, check=True).stdout
    rules, metrics = output(), output("--metrics")
    programs = [program for server in servers if (program := pathlib.Path(server).with_name("promtool")).exists()]
    try:
        if not programs:
            raise Wrong("there is no promtool beside the servers")
        with tempfile.TemporaryDirectory(prefix="check-rules-") as folder:
            if wrong := promtool(programs[0], rules, pathlib.Path(folder)):
                raise Wrong(wrong)
            print(f"promtool: {len(TESTS) + len(ANNOTATIONS)} tests of {rules.count(chr(10))} lines")
            if tests_itself:
                self_test(programs[0], rules, pathlib.Path(folder))
                return
        for server in servers:
            evaluate(server, rules, metrics)
    except Wrong as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
