#!/usr/bin/env python3
"""Writes the dashboards beside it, for Grafana.

    generate.py [FOLDER]     into FOLDER instead

It needs the package `grafana-foundation-sdk`, in the version that `.ci/counterparts dashboards` installs. The same input gives
the same bytes; `.ci/check_dashboards.py` compares them with the committed files.
"""

import json
import pathlib
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from panels import (
    OUTCOME_COLORS, SHOWN, SHOWN_AT_END, TO_FUNCTION_OF_ROW, choice, curves, heat_map, mean, number, one_of, page, percentile, query,
    rows, series, share, source, time_spent, top, total,
)

TARGET = 'job=~"$job",instance=~"$instance"'
CALLS, IN_FLIGHT, ERRORS = "function_calls_total", "function_calls_in_flight", "function_errors_total"
FAILED = {"outcome": "~error|panic"}
FUNCTION = "module, function"
BY_FUNCTION = "{{module}}::{{function}}"
COLUMNS = [("function", "Function"), ("module", "Module")]
SHARE_STEPS = [(0.01, "orange"), (0.05, "red")]
SOME_STEPS = [(1, "red")]
PERCENTILES = ["0.5", "0.9", "0.95", "0.99", "0.999"]
BURN_LINES = [(1, "yellow"), (3, "orange"), (6, "red"), (14.4, "dark-red")]
WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]
TOP = ("top", "Top", ["5", "10", "20", "50"], "10")


def targets():
    return [source(), one_of("job", CALLS, ""), one_of("instance", CALLS, 'job=~"$job"')]


def overview():
    selector = f'{TARGET},module=~"$module"'
    in_range = {"by": FUNCTION, "window": SHOWN}
    ranked = {"by": FUNCTION, "window": SHOWN_AT_END}

    def by_function(expression, ranking):
        return query(top(expression, ranking, FUNCTION), BY_FUNCTION)

    busiest = total("rate", CALLS, selector, **ranked)
    return page(
        "overview", "Tachometer / Overview",
        "All instrumented functions: how often they are called, how they end, and how long they take.",
        [*targets(), one_of("module", CALLS, TARGET), choice("percentile", "Percentile", PERCENTILES, "0.99"), choice(*TOP)],
        ("", [
            number("Calls", "Calls that ended, per second.", "ops", query(total("rate", CALLS, selector))),
            number("Error share", "The share of calls that ended with an error or a panic.", "percentunit",
                   query(share(CALLS, selector, **FAILED)), steps=SHARE_STEPS),
            number("Panics", "Calls that ended with a panic, in the time that is shown.", "short",
                   query(total("increase", CALLS, selector, window=SHOWN, outcome="panic"), instant=True), steps=SOME_STEPS, decimals=0),
            number("Cancelled", "Calls whose future was dropped before it was done, in the time that is shown.", "short",
                   query(total("increase", CALLS, selector, window=SHOWN, outcome="cancelled"), instant=True), decimals=0),
            number("In flight", "Calls that have begun and not ended.", "short", query(f"sum ({series(IN_FLIGHT, selector)})"), decimals=0),
            number("Functions", "Instrumented functions that are linked in, called or not.", "short",
                   query(f"count (count by ({FUNCTION}) ({series(CALLS, selector)}))"), decimals=0),
        ]),
        ("Functions", [
            rows("Functions by total time",
                 "Everything about each function, in the time that is shown. Total time is the sum of the durations of all calls, of sampled "
                 "functions of the timed ones. Errors and panics count as failed. A function's name leads to its dashboard.",
                 [("Total time", "s", time_spent("increase", selector, **in_range)),
                  ("Calls", "short", total("increase", CALLS, selector, **in_range)),
                  ("Calls per second", "ops", total("rate", CALLS, selector, **in_range)),
                  ("Failed", "percentunit", share(CALLS, selector, **in_range, **FAILED)),
                  ("Panics", "short", total("increase", CALLS, selector, **in_range, outcome="panic")),
                  ("Cancelled", "short", total("increase", CALLS, selector, **in_range, outcome="cancelled")),
                  ("In flight", "short", f"sum by ({FUNCTION}) ({series(IN_FLIGHT, selector)})"),
                  ("Mean", "s", mean(selector, **in_range)),
                  *((f"p{name}", "s", percentile(p, selector, **in_range)) for p, name in ((0.5, 50), (0.95, 95), (0.99, 99))),
                  ("Max", "s", f"max by ({FUNCTION}) ({series('function_duration_max_seconds', selector)})")],
                 COLUMNS, sort="Total time", link_to=("Function", "This function", TO_FUNCTION_OF_ROW)),
        ]),
        ("Rates", [
            curves("Calls by outcome", "Calls that ended, per second, of all functions: ok, error, panic or cancelled.", "ops",
                   query(total("rate", CALLS, selector, "outcome"), "{{outcome}}"), stacked=True, colors=OUTCOME_COLORS),
            curves("Calls by function", "Calls that ended, per second, of the functions that are called most.", "ops",
                   by_function(total("rate", CALLS, selector, FUNCTION), busiest), of_functions=True),
            curves("Error share by function", "The share of calls that ended with an error or a panic, where it is highest.", "percentunit",
                   by_function(share(CALLS, selector, FUNCTION, **FAILED), share(CALLS, selector, **ranked, **FAILED)), of_functions=True),
            curves("Panics and cancelled calls", "Calls per second that ended with a panic, or whose future was dropped before it was done.",
                   "ops", query(total("rate", CALLS, selector, "outcome", outcome="~panic|cancelled"), "{{outcome}}"), colors=OUTCOME_COLORS),
        ]),
        ("Durations", [
            curves("Latency by function", "The chosen percentile of the duration of calls, of the functions with the longest total time.", "s",
                   by_function(f"({percentile('$percentile', selector, FUNCTION)})", f"({time_spent('rate', selector, **ranked)})"),
                   of_functions=True),
            curves("Total time by function",
                   "Seconds of calls per second: how many calls of a function run at the same time, on average. A function that calls another "
                   "one counts its time as well.", "short",
                   by_function(f"({time_spent('rate', selector, FUNCTION)})", f"({time_spent('rate', selector, **ranked)})"), of_functions=True),
            curves("Calls in flight by function", "Calls that have begun and not ended, of the functions with most of them.", "short",
                   by_function(f"sum by ({FUNCTION}) ({series(IN_FLIGHT, selector)})",
                               f"sum by ({FUNCTION}) (avg_over_time({series(IN_FLIGHT, selector)}{SHOWN_AT_END}))"), of_functions=True),
            curves("Percentiles of all calls", "Percentiles of the duration of the calls of all functions together.", "s",
                   *(query(percentile(p, selector), f"p{name}", exemplars=p == 0.5) for p, name in ((0.5, 50), (0.95, 95), (0.99, 99)))),
        ]),
    )


def function():
    selector = f'{TARGET},module="$module",function="$function"'
    buckets = total("increase", "function_duration_seconds_bucket", selector, "le")
    native = total("increase", "function_duration_seconds", selector)
    return page(
        "function", "Tachometer / Function", "One instrumented function.",
        [*targets(), one_of("module", CALLS, TARGET, several=False),
         one_of("function", CALLS, f'{TARGET},module="$module"', several=False)],
        ("", [
            number("Calls", "Calls that ended, per second.", "ops", query(total("rate", CALLS, selector))),
            number("Error share", "The share of calls that ended with an error or a panic.", "percentunit",
                   query(share(CALLS, selector, **FAILED)), steps=SHARE_STEPS),
            number("Panics", "Calls that ended with a panic, in the time that is shown.", "short",
                   query(total("increase", CALLS, selector, window=SHOWN, outcome="panic"), instant=True), steps=SOME_STEPS, decimals=0),
            number("In flight", "Calls that have begun and not ended.", "short", query(f"sum ({series(IN_FLIGHT, selector)})"), decimals=0),
            number("p99", "99 % of calls take at most this time.", "s", query(percentile(0.99, selector))),
            number("Longest call", "The longest call since the start of the program.", "s",
                   query(f"max ({series('function_duration_max_seconds', selector)})")),
        ]),
        ("Calls", [
            curves("Calls by outcome", "Calls that ended, per second. Exemplars are the last error and the last panic, with their traces.",
                   "ops", query(total("rate", CALLS, selector, "outcome"), "{{outcome}}", exemplars=True), stacked=True, colors=OUTCOME_COLORS),
            curves("Error share", "The share of calls that ended with an error, with a panic, or cancelled.", "percentunit",
                   *(query(share(CALLS, selector, outcome=outcome), outcome) for outcome in ("error", "panic", "cancelled")),
                   colors=OUTCOME_COLORS),
            curves("Errors by kind", "Errors per second, by the kind that `#[derive(ErrorKind)]` or `error_kind` gives them. Without data, the "
                   "errors of this function have no kinds.", "ops", query(total("rate", ERRORS, selector, "error_kind"), "{{error_kind}}"),
                   stacked=True),
            curves("Calls in flight", "Calls that have begun and not ended, by instance.", "short",
                   query(f"sum by (instance) ({series(IN_FLIGHT, selector)})", "{{instance}}"), stacked=True),
        ]),
        ("Durations", [
            curves("Latency", "Percentiles of the duration of calls. Exemplars are calls with their traces.", "s",
                   *(query(percentile(p, selector), f"p{name}", exemplars=p == 0.5)
                     for p, name in ((0.5, 50), (0.9, 90), (0.95, 95), (0.99, 99))), query(mean(selector), "mean")),
            curves("Extremes", "The shortest and the longest call since the start of the program.", "s",
                   query(f"min ({series('function_duration_min_seconds', selector)})", "min"),
                   query(f"max ({series('function_duration_max_seconds', selector)})", "max")),
            heat_map("Durations", "How many calls took how long: the darker, the more. From native buckets where the server has them.",
                     f"{native}\nor\n({buckets} unless on () {native})"),
        ]),
        ("Where", [
            rows("Calls by label set", "Calls in the time that is shown, by outcome and by the labels of the function's own.",
                 [("Calls", "short", f"sum without (job, instance, module, function) (increase({series(CALLS, selector)}{SHOWN}))")],
                 [("outcome", "Outcome")], sort="Calls", width=12, height=8),
            curves("Calls by instance", "Calls that ended, per second, by instance.", "ops",
                   query(total("rate", CALLS, selector, "instance"), "{{instance}}")),
        ]),
    )


def errors():
    selector = f'{TARGET},module=~"$module",function=~"$function"'
    failed = {"outcome": "error"}
    of_kind = total("increase", ERRORS, selector, f"{FUNCTION}, error_kind", SHOWN)
    return page(
        "errors", "Tachometer / Errors", "Errors of instrumented functions, by kind.",
        [*targets(), one_of("module", CALLS, TARGET), one_of("function", CALLS, f'{TARGET},module=~"$module"')],
        ("", [
            number("Errors", "Calls that ended with an error, per second.", "ops", query(total("rate", CALLS, selector, **failed)), width=6),
            number("Error share", "The share of calls that ended with an error or a panic.", "percentunit",
                   query(share(CALLS, selector, **FAILED)), width=6, steps=SHARE_STEPS),
            number("Panics", "Calls that ended with a panic, in the time that is shown.", "short",
                   query(total("increase", CALLS, selector, window=SHOWN, outcome="panic"), instant=True), width=6, steps=SOME_STEPS,
                   decimals=0),
            number("Kinds", "Kinds of errors that occurred in the time that is shown.", "short",
                   query(f"count (sum by (error_kind) (increase({series(ERRORS, selector)}{SHOWN})) > 0) or vector(0)", instant=True),
                   width=6, decimals=0),
        ]),
        ("Kinds", [
            curves("Errors by kind", "Errors per second, by kind. Functions whose errors have no kinds are not in it.", "ops",
                   query(total("rate", ERRORS, selector, "error_kind"), "{{error_kind}}"), stacked=True),
            curves("Errors by function", "Calls that ended with an error, per second. Exemplars are the last errors, with their traces.", "ops",
                   query(total("rate", CALLS, selector, FUNCTION, **failed), BY_FUNCTION, exemplars=True), stacked=True, of_functions=True),
            rows("Errors by kind and function",
                 "Errors in the time that is shown, and their share in the calls of the function. A function's name leads to its dashboard.",
                 [("Errors", "short", f"{of_kind} > 0"),
                  ("Share of calls", "percentunit",
                   f"({of_kind} > 0)\n/ on ({FUNCTION}) group_left ()\n{total('increase', CALLS, selector, FUNCTION, SHOWN)}")],
                 [("error_kind", "Kind"), *COLUMNS], sort="Errors", link_to=("Function", "This function", TO_FUNCTION_OF_ROW)),
        ]),
        ("Functions", [
            curves("Error share by function", "The share of calls that ended with an error or a panic.", "percentunit",
                   query(share(CALLS, selector, FUNCTION, **FAILED), BY_FUNCTION), of_functions=True),
            curves("Panics by function", "Calls that ended with a panic, per second.", "ops",
                   query(total("rate", CALLS, selector, FUNCTION, outcome="panic"), BY_FUNCTION, exemplars=True), of_functions=True),
        ]),
    )


def runtime():
    by_instance = "{{instance}}"
    render = total("rate", "tachometer_scrape_render_seconds_bucket", TARGET, "le, instance")
    each = "job, instance"

    def of_process(name):
        return query(series(f"process_{name}", TARGET), by_instance)

    return page(
        "runtime", "Tachometer / Runtime",
        "The process (`register_process_metrics`), and the library itself: scrapes, exports, callbacks and limits.", targets(),
        ("", [
            number("Instances", "Instances that the last scrape reached.", "short", query(f"sum ({series('up', TARGET)})"), decimals=0),
            number("Uptime", "The time since the start of the process that was started last.", "s",
                   query(f"time() - max ({series('process_start_time_seconds', TARGET)})", instant=True)),
            number("Restarts", "Starts of a process at the same address, in the time that is shown.", "short",
                   query(f"sum (changes({series('process_start_time_seconds', TARGET)}{SHOWN}))", instant=True), steps=SOME_STEPS, decimals=0),
            number("Refused metrics", "Declared metrics that are not exported, since their name is taken. The reason is a label of "
                   "`tachometer_refused_metric_info`.", "short",
                   query(f"count ({series('tachometer_refused_metric_info', TARGET)}) or vector(0)", instant=True), steps=SOME_STEPS, decimals=0),
            number("Failed exports", "Exports that failed or panicked, in the time that is shown.", "short",
                   query(total("increase", "tachometer_exports_total", TARGET, window=SHOWN, result="~error|panic"), instant=True),
                   steps=SOME_STEPS, decimals=0),
            number("Failed callbacks", "Snapshots without the value of a callback, in the time that is shown.", "short",
                   query(total("increase", "tachometer_callback_failures_total", TARGET, window=SHOWN), instant=True), steps=SOME_STEPS,
                   decimals=0),
        ]),
        ("Process", [
            curves("Processor", "Seconds of processor time per second: how many processors are busy.", "short",
                   query(total("rate", "process_cpu_seconds_total", TARGET, each), by_instance)),
            curves("Memory", "Resident memory.", "bytes", of_process("resident_memory_bytes")),
            curves("Virtual memory", "Addresses that are mapped, with or without memory.", "bytes", of_process("virtual_memory_bytes"), width=8),
            curves("File descriptors", "Open files and sockets, and the limit as a share.", "short", of_process("open_fds"),
                   query(f"{series('process_open_fds', TARGET)} / {series('process_max_fds', TARGET)}", f"{by_instance}, share of the limit"),
                   width=8),
            curves("Threads", "Threads of the process.", "short", of_process("threads"), width=8),
        ]),
        ("Scrapes", [
            curves("Scrapes by format and result", "Answers of the endpoint per second. A cut one was not read to its end.", "ops",
                   query(total("rate", "tachometer_scrapes_total", TARGET, "format, result"), "{{format}}, {{result}}"), stacked=True),
            curves("Time to render", "The 99th percentile of the time to read all metrics and to write the body of a scrape; and the whole "
                   "scrape, as the server sees it.", "s", query(f"histogram_quantile(0.99, {render})", f"{by_instance}, render"),
                   query(series("scrape_duration_seconds", TARGET), f"{by_instance}, scrape")),
            curves("Size of a body", "Bytes of a scrape's body, after compression.", "bytes",
                   query(f"{total('rate', 'tachometer_scrape_body_bytes_total', TARGET, each)}\n/\n"
                         f"{total('rate', 'tachometer_scrapes_total', TARGET, each)}", by_instance), width=8),
            curves("Compressed bodies", "The share of bodies that were compressed.", "percentunit",
                   query(f"{total('rate', 'tachometer_scrapes_compressed_total', TARGET, each)}\n/\n"
                         f"{total('rate', 'tachometer_scrapes_total', TARGET, each)}", by_instance), width=8),
            curves("Series", "Series in the last body.", "short", query(series("tachometer_scrape_series", TARGET), by_instance), width=8),
        ]),
        ("Exports, callbacks and limits", [
            curves("Exports by sink and result", "Exports per second.", "ops",
                   query(total("rate", "tachometer_exports_total", TARGET, "sink, result"), "{{sink}}, {{result}}")),
            curves("Failures of callbacks", "Snapshots per second without a callback's value, by metric and reason.", "ops",
                   query(total("rate", "tachometer_callback_failures_total", TARGET, "metric, reason"), "{{metric}}, {{reason}}")),
            curves("Updates beyond a limit", "Updates per second that the overflow series of a family counts, since it has `max_series`; and "
                   "calls beyond `max_label_sets`.", "ops",
                   query(total("rate", "tachometer_overflowed_updates_total", TARGET, "metric"), "{{metric}}"),
                   query(total("rate", "tachometer_overflowed_label_sets_total", TARGET), "functions")),
            rows("Clock", "The clock that times calls, and the smallest step of a recorded time.",
                 [("Instances", "short", f"count by (source, resolution) ({series('tachometer_clock_info', TARGET)})")],
                 [("source", "Source"), ("resolution", "Resolution")], width=12, height=8),
        ]),
    )


def objectives():
    selector = 'job=~"$job",function=~"$function",objective=~"$objective"'
    names = "job, function, module, histogram, objective, threshold"
    legend = "{{function}}{{histogram}} {{objective}} {{threshold}}"
    target = f"max by ({names}) ({series('slo_objective', selector)})"

    def ratio(window):
        return series(f"slo:error_ratio:rate{window}", selector)

    def burn(window):
        return f"{ratio(window)}\n/\n{series('slo:error_budget:ratio', selector)}"

    left = f"1 - {burn('3d')}"
    return page(
        "objectives", "Tachometer / Objectives",
        "Objectives of functions and histograms, and how fast their error budgets are spent. The server must evaluate the rules that "
        "`tachometer::slo_rules` returns.",
        [source(), one_of("job", "slo_objective", ""), one_of("function", "slo_objective", 'job=~"$job"'),
         one_of("objective", "slo_objective", 'job=~"$job",function=~"$function"'), choice("window", "Window", WINDOWS, "1h")],
        ("", [
            number("Objectives", "Objectives that programs have declared with `slo(…)`.", "short", query(f"count ({target})"), width=6, decimals=0),
            number("Missed", "Objectives that were missed over the last three days.", "short",
                   query(f"count ({left} < 0) or vector(0)"), width=6, steps=SOME_STEPS, decimals=0),
            number("Least budget left", "Of the objective with least: the share of its error budget of three days that is not spent. "
                   "Below zero, the objective is missed.", "percentunit", query(f"min ({left})"), width=6,
                   steps=[(-1e9, "red"), (0, "orange"), (0.25, "green")]),
            number("Alerts", "Alerts of objectives that fire.", "short",
                   query(f"""count (ALERTS{{alertname=~"Slo.*",alertstate="firing",{selector}}}) or vector(0)"""), width=6, steps=SOME_STEPS,
                   decimals=0),
        ]),
        ("Objectives", [
            rows("Objectives",
                 "Each objective: its target, the share of its error budget of three days that is left, and burn rates. At a burn rate of 1, the "
                 "budget lasts just as long as the window. A function's name leads to its dashboard.",
                 [("Target", "percentunit", target), ("Budget left", "percentunit", left),
                  *((f"Burn {window}", "none", burn(window)) for window in WINDOWS),
                  ("Calls per second", "ops", f"max by ({names}) ({series('slo:calls:rate5m', selector)})")],
                 [("function", "Function"), ("histogram", "Histogram"), ("objective", "Objective"), ("threshold", "Threshold (s)"),
                  ("module", "Module"), ("job", "Job")],
                 sort="Burn 1h", link_to=("Function", "This function", TO_FUNCTION_OF_ROW)),
        ]),
        ("Budgets", [
            curves("Budget left", "The share of the error budget of three days that is not spent. Below zero, the objective is missed.",
                   "percentunit", query(left, legend), low=None),
            curves("Burn rate", "How fast the error budget is spent, over the chosen window. Alerts page at 14.4 over 1 h or 6 over 6 h, and open a "
                   "ticket at 3 over 1 d or 1 over 3 d.", "none", query(burn("$window"), legend), lines=BURN_LINES),
            curves("Share of bad calls", "The share of calls that failed or took longer than the threshold, over the chosen window; and the share "
                   "that the objective allows.", "percentunit", query(ratio("$window"), legend),
                   query(series("slo:error_budget:ratio", selector), f"{legend} allows")),
            curves("Bad calls", "Calls per second that failed or took longer than the threshold.", "ops",
                   query(series("slo:errors:rate5m", selector), legend)),
        ]),
    )


DASHBOARDS = {"overview": overview, "function": function, "errors": errors, "runtime": runtime, "objectives": objectives}


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, build in DASHBOARDS.items():
        document = json.dumps(build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / f"{name}.json").write_text(document + "\n")


if __name__ == "__main__":
    main()
