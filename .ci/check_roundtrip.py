#!/usr/bin/env python3
"""Checks that the parsers of `prometheus_client` read what was printed of random snapshots.

    cargo run --example roundtrip -- SEED COUNT | check_roundtrip.py

Each line of the input is JSON: a format, a text in it, and the families that a reader must find in that text: names,
kinds, help texts, units, labels, values and exemplars, in their order. Prints the first difference and ends with 1 where there is any.
"""

import json
import sys

from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser


def read(text, format):
    """What the parser finds, in the form of the input."""
    module = text_parser if format == "text" else openmetrics_parser
    return [
        {
            "name": family.name,
            "help": family.documentation.strip(),
            "kind": family.type,
            "unit": family.unit,
            "samples": [[sample.name, sample.labels, float(sample.value), exemplar(sample.exemplar)] for sample in family.samples],
        }
        for family in module.text_string_to_metric_families(text)
    ]


def exemplar(found):
    """Labels, value and time of an exemplar, if there is one."""
    return found and [found.labels, float(found.value), float(found.timestamp)]


def expected(families, format):
    """What it must find. It loses blanks at the ends of help texts, and calls counters of the older format `_total`."""
    for family in families:
        for sample in family["samples"]:
            sample[1:3] = dict(sample[1]), float(sample[2])
            if sample[3]:
                labels, value, when = sample[3]
                sample[3] = [dict(labels), float(value), float(when)]
        family["help"] = family["help"].strip()
        if format == "text" and family["kind"] == "counter":
            family["name"] = family["name"].removesuffix("_total")
            for sample in family["samples"]:
                sample[0] = family["name"] + "_total"
    return families


def take_created(families):
    """Takes `_created` samples out of counters and histograms, and returns how many there were."""
    taken = 0
    for family in families:
        if family["kind"] in ("counter", "histogram"):
            rest = [sample for sample in family["samples"] if sample[0] != family["name"] + "_created"]
            taken += len(family["samples"]) - len(rest)
            family["samples"] = rest
    return taken


def main():
    texts = samples = created = exemplars = 0
    for number, line in enumerate(sys.stdin, 1):
        case = json.loads(line)
        format, text = case["format"], case["text"]
        try:
            found = read(text, format)
        except Exception as error:  # noqa: BLE001, whatever the parser finds: it raises ValueError, KeyError and others
            sys.exit(f"line {number}, {format}: {error!r}\n{text}")
        if format == "created":
            created += take_created(found)
        wanted = expected(case["families"], format)
        for one, other in zip(found, wanted):
            if one != other:
                sys.exit(f"line {number}, {format}: found {one}\nexpected {other}\n{text}")
        if len(found) != len(wanted):
            sys.exit(f"line {number}, {format}: {len(found)} families instead of {len(wanted)}\n{text}")
        texts += 1
        samples += sum(len(family["samples"]) for family in found)
        exemplars += sum(sample[3] is not None for family in found for sample in family["samples"])
    if not (texts and samples and created and exemplars):
        sys.exit("nothing was read")
    print(f"{texts} texts of random snapshots with {samples} samples, {exemplars} exemplars and {created} times of creation: read back equal")


if __name__ == "__main__":
    main()
