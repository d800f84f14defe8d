#!/usr/bin/env python3
"""Checks Prometheus text (version 0.0.4) that a program printed.

Reads a program's output, takes what follows the first `# HELP` line, and checks it three times: line by line
against rules that parsers let pass, with the parser of `prometheus_client`, and with `promtool check metrics`.
Prints what is wrong and ends with 1 where anything is.
"""

import argparse
import decimal
import math
import re
import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from wrong import Wrong

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')

# Names that were fixed before lints had an opinion on them: what a collector and a histogram add to theirs.
FIXED = [
    re.compile(r"\S+_(requests|errors|bytes_sent) counter metrics should have \"_total\" suffix"),
    re.compile(r"\S+_latency_us use base unit \"seconds\" instead of \"\w+\""),
    re.compile(r"\S+_latency_us metric names should not contain abbreviated units"),
]


def exposition(output):
    """What follows the first HELP line, to the end."""
    start = 0 if output.startswith("# HELP ") else output.find("\n# HELP ") + 1
    if start == 0 and not output.startswith("# HELP "):
        raise Wrong("no `# HELP` line at all")
    return output[start:]


def parse_labels(text, line):
    """`{a="b",c="d"}` as a dict, read to the letter."""
    labels = {}
    position = 1
    while text[position] != "}":
        match = LABEL.match(text, position)
        if match is None:
            raise Wrong(f"labels that cannot be read: {line}")
        if match[1] in labels:
            raise Wrong(f"label {match[1]} twice: {line}")
        labels[match[1]] = match[2]
        position = match.end()
        if text[position] == "," and text[position + 1] != "}":
            position += 1
        elif text[position] != "}":
            raise Wrong(f"labels that cannot be read: {line}")
    return labels, text[position + 1 :]


def parse_sample(line):
    match = NAME.match(line)
    if match is None:
        raise Wrong(f"not a sample: {line!r}")
    rest = line[match.end() :]
    labels = {}
    if rest.startswith("{"):
        labels, rest = parse_labels(rest, line)
    if not re.fullmatch(r" \S+", rest):
        raise Wrong(f"not one blank and one value: {line!r}")
    return match[0], labels, float(rest[1:])


def canonical(value):
    """The one way to write a float: `0.001`, `1000.0`, `2.5e-06`, `1e+06`, `+Inf`."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return repr(value)
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    point = "." if len(digits) > 1 else ""
    return f"{'-' * sign}{digits[0]}{point}{digits[1:]}e{exponent + len(digits) - 1:+03d}"


def check_histogram(name, samples):
    """Buckets ascend and accumulate, the last is +Inf and equals the count; one sum and one count a series."""
    series = {}
    for sample, labels, value in samples:
        rest = {key: label for key, label in labels.items() if key != "le"}
        parts = series.setdefault(tuple(sorted(rest.items())), {"buckets": []})
        suffix = sample[len(name) :]
        if suffix == "_bucket":
            if "le" not in labels:
                raise Wrong(f"{name}: a bucket without `le`")
            if labels["le"] != canonical(float(labels["le"])):
                raise Wrong(f"{name}: le=\"{labels['le']}\" is not canonical")
            parts["buckets"].append((float(labels["le"]), value))
        elif suffix in ("_sum", "_count"):
            parts[suffix] = value
        else:
            raise Wrong(f"{name}: {sample} in a histogram")
    for labels, parts in series.items():
        where = f"{name}{dict(labels)}"
        buckets = parts["buckets"]
        if not buckets or buckets[-1][0] != math.inf:
            raise Wrong(f"{where}: the last bucket is not +Inf")
        for (bound, count), (next_bound, next_count) in zip(buckets, buckets[1:]):
            if not bound < next_bound:
                raise Wrong(f"{where}: bounds do not ascend at {next_bound}")
            if not count <= next_count:
                raise Wrong(f"{where}: buckets do not accumulate at {next_bound}")
        if parts.get("_count") != buckets[-1][1]:
            raise Wrong(f"{where}: +Inf is {buckets[-1][1]}, _count is {parts.get('_count')}")
        if "_sum" not in parts:
            raise Wrong(f"{where}: no _sum")
        if parts["_count"] == 0 and parts["_sum"] != 0:
            raise Wrong(f"{where}: nothing counted and a sum of {parts['_sum']}")


def check_lines(text):
    """The rules that parsers let pass. Returns the families: name -> (type, samples)."""
    if not text.endswith("\n") or text.endswith("\n\n"):
        raise Wrong("the text must end in exactly one line feed")
    if "\r" in text:
        raise Wrong("a carriage return")
    families = {}
    seen = set()
    name = kind = None
    helped = None
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            if helped is not None:
                raise Wrong(f"HELP without a TYPE after it: {helped}")
            if name is not None and not families[name][1]:
                raise Wrong(f"{name}: a family without samples")
            helped = line.split(" ", 3)[2]
            if helped in families:
                raise Wrong(f"{helped}: a second HELP, or a family in two pieces")
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if helped != name:
                raise Wrong(f"{name}: its TYPE does not follow its HELP")
            if kind not in ("counter", "gauge", "histogram"):
                raise Wrong(f"{name}: type {kind}")
            families[name] = (kind, [])
            helped = None
        else:
            sample, labels, value = parse_sample(line)
            if name is None or helped is not None:
                raise Wrong(f"a sample outside a family: {line}")
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            if sample not in [name + suffix for suffix in suffixes]:
                raise Wrong(f"a sample in the family {name}: {line}")
            if kind == "counter" and not value >= 0:
                raise Wrong(f"a counter below zero: {line}")
            identity = (sample, tuple(sorted(labels.items())))
            if identity in seen:
                raise Wrong(f"printed twice: {line}")
            seen.add(identity)
            families[name][1].append((sample, labels, value))
    if name is None or helped is not None or not families[name][1]:
        raise Wrong("the last family has no samples")
    for name, (kind, samples) in families.items():
        if kind == "histogram":
            check_histogram(name, samples)
    return families


def check_functions(families):
    """What holds between the families of instrumented functions."""

    def by_function(name, suffix=""):
        sums = {}
        for sample, labels, value in families.get(name, ("", []))[1]:
            if sample == name + suffix:
                rest = {key: label for key, label in labels.items() if key != "outcome"}
                key = tuple(sorted(rest.items()))
                sums[key] = sums.get(key, 0) + value
        return sums

    calls = by_function("function_calls_total")
    timed = by_function("function_duration_seconds", "_count")
    if calls != timed:
        raise Wrong(f"calls by outcome and calls by bucket differ: {calls} and {timed}")
    for key, value in by_function("function_calls_in_flight").items():
        if value < 0:
            raise Wrong(f"{value} calls in flight: {dict(key)}")
    shortest, longest = by_function("function_duration_min_seconds"), by_function("function_duration_max_seconds")
    if shortest.keys() != longest.keys() or any(shortest[key] > longest[key] for key in shortest):
        raise Wrong("a shortest call that is longer than the longest")


def check_parser(text, families):
    """`prometheus_client` reads it, and sees as many samples."""
    parsed = list(text_string_to_metric_families(text))
    read = sum(len(family.samples) for family in parsed)
    printed = sum(len(samples) for _, samples in families.values())
    if (len(parsed), read) != (len(families), printed):
        raise Wrong(f"the parser reads {len(parsed)} families and {read} samples of {len(families)} and {printed}")


def check_promtool(text, fixed_names):
    """`promtool` has nothing to remark, but for names that are fixed where those are allowed."""
    run = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    remarks = [line for line in (run.stdout + run.stderr).splitlines() if line]
    allowed = FIXED if fixed_names else []
    others = [line for line in remarks if not any(pattern.fullmatch(line) for pattern in allowed)]
    if others:
        raise Wrong("promtool: " + "; ".join(others))
    if run.returncode not in ((0, 3) if remarks else (0,)):
        raise Wrong(f"promtool ended with {run.returncode}")
    return len(remarks)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("output", help="a file with the program's output")
    arguments.add_argument("--fixed-names", action="store_true", help="allow remarks on names of collectors and histograms")
    arguments.add_argument("--require", nargs="*", default=[], metavar="FAMILY", help="families that must be there")
    arguments = arguments.parse_args()
    with open(arguments.output, encoding="utf-8", newline="") as file:
        output = file.read()
    try:
        text = exposition(output)
        families = check_lines(text)
        missing = [name for name in arguments.require if name not in families]
        if missing:
            raise Wrong(f"not there: {', '.join(missing)}")
        check_functions(families)
        check_parser(text, families)
        remarks = check_promtool(text, arguments.fixed_names)
    except Wrong as wrong:
        sys.exit(f"{arguments.output}: {wrong}")
    samples = sum(len(samples) for _, samples in families.values())
    print(f"{len(families)} families, {samples} samples, {remarks} remarks on fixed names: right to the letter")


if __name__ == "__main__":
    main()
