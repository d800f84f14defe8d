#!/usr/bin/env python3
"""Checks OpenMetrics text (version 1.0).

    check_openmetrics.py FILE [--text FILE] [--require FAMILY…]      `-` is stdin
    check_openmetrics.py --refuses tests/openmetrics_never.txt

Line by line against the specification's grammar and against rules that parsers let pass, then with the OpenMetrics
parser of `prometheus_client`. Stricter than the specification where it leaves a choice that we do not take: a line feed
after `# EOF`, no family without samples, no empty braces, no sample twice. With `--text`, the same snapshot in the older
format must hold the same series with the same values. With `--refuses`, every text in the list must be found wrong.
Prints what is wrong and ends with 1 where anything is.
"""

import argparse
import math
import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from check_exposition import NAME, canonical, check_functions, check_lines, exposition
from wrong import Wrong

# What a sample's name may have behind its family's name.
SUFFIXES = {
    "counter": ("_total", "_created"),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum", "_created"),
    "gaugehistogram": ("_bucket", "_gcount", "_gsum"),
    "summary": ("", "_count", "_sum", "_created"),
    "info": ("_info",),
    "stateset": ("",),
    "unknown": ("",),
}
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LABELS = rf"\{{{LABEL}(?:,{LABEL})*\}}"
# The specification also lets through what only few readers know: `1.`, `.5`, `1E5`, `inf`, `Infinity`, `nan`.
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?"
VALUE = rf"(?:{NUMBER}|[+-]Inf|NaN)"
SAMPLE = re.compile(
    rf"(?P<name>{NAME.pattern})(?P<labels>{LABELS})? (?P<value>{VALUE})(?: (?P<time>{NUMBER}))?"
    rf"(?: # (?P<exemplar>{LABELS}|\{{\}}) (?P<observed>{VALUE})(?: (?P<observed_at>{NUMBER}))?)?"
)
METADATA = re.compile(
    rf"# (?:(?P<word>TYPE|UNIT) (?P<name>{NAME.pattern}) (?P<value>[a-zA-Z0-9_:]+)"
    rf'|HELP (?P<helped>{NAME.pattern}) (?P<help>(?:[^"\\\n]|\\["\\n])*))'
)
# How a list of texts writes what an editor would lose; `<CUT>` ends a text that has no line feed at its end.
MARKS = {"<CR>": "\r", "<TAB>": "\t", "<SPACE>": " ", "<BOM>": "\ufeff", "<NUL>": "\0", "<CUT>\n": ""}
ESCAPE = re.compile(r'\\(["\\n])')


def unescape(text):
    return ESCAPE.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


class Family:
    """What was read of one family: its metadata by keyword, and its samples as (name, labels, value)."""

    def __init__(self, name):
        self.name = name
        self.metadata = {}
        self.samples = []

    @property
    def kind(self):
        return self.metadata.get("TYPE", "unknown")


def read_labels(text, line):
    """The labels of a sample or an exemplar, as a dict."""
    labels = {}
    for label in re.finditer(LABEL, text or ""):
        key, value = label[0].split("=", 1)
        if key in labels:
            raise Wrong(f"label {key} twice: {line}")
        labels[key] = unescape(value[1:-1])
    return labels


def check_metadata(match, family, line):
    """One HELP, TYPE and UNIT a family, before its samples; the unit is the end of the name."""
    word, value = (match["word"], match["value"]) if match["word"] else ("HELP", match["help"])
    if family.samples:
        raise Wrong(f"metadata behind samples, or a family in two pieces: {line}")
    if word in family.metadata:
        raise Wrong(f"a second {word}: {line}")
    family.metadata[word] = value
    if word == "TYPE" and value not in SUFFIXES:
        raise Wrong(f"no such type: {line}")
    if family.kind == "counter" and family.name.endswith("_total"):
        raise Wrong(f"the name of a counter's family is without `_total`: {line}")
    unit = family.metadata.get("UNIT")
    if unit is not None and not family.name.endswith(f"_{unit}"):
        raise Wrong(f"the unit is not the end of the name: {line}")
    if unit is not None and family.kind in ("info", "stateset"):
        raise Wrong(f"{family.kind} has no unit: {line}")


def check_labels(family, suffix, labels, line):
    """Labels that belong to a kind stand there, canonical, and nowhere else."""
    kind = family.kind
    for key in labels:
        if key.startswith("__"):
            raise Wrong(f"label {key} is reserved: {line}")
    if ("le" in labels) != (suffix == "_bucket" and kind in ("histogram", "gaugehistogram")):
        raise Wrong(f"`le` belongs to buckets, and to each: {line}")
    if ("quantile" in labels) != (suffix == "" and kind == "summary"):
        raise Wrong(f"`quantile` belongs to summaries, and to each of their samples: {line}")
    for key in ("le", "quantile"):
        if key in labels:
            if not re.fullmatch(rf"{NUMBER}|[+-]Inf", labels[key]) or labels[key] != canonical(float(labels[key])):
                raise Wrong(f'{key}="{labels[key]}" is not canonical: {line}')
            if key == "quantile" and not 0 <= float(labels[key]) <= 1:
                raise Wrong(f"a quantile that is not from 0 to 1: {line}")
    if kind == "stateset" and family.name not in labels:
        raise Wrong(f"a state without its label: {line}")


def check_value(family, suffix, value, line):
    """What a kind's values may be."""
    kind = family.kind
    if suffix in ("_total", "_bucket", "_count", "_gcount", "_created") or (suffix == "_sum" and kind == "summary"):
        if not value >= 0:
            raise Wrong(f"neither NaN nor below zero may stand here: {line}")
    if suffix in ("_bucket", "_count", "_gcount") and not (math.isfinite(value) and value == int(value)):
        raise Wrong(f"a count that is no whole number: {line}")
    if suffix in ("_sum", "_gsum") and math.isnan(value):
        raise Wrong(f"a sum that is not a number: {line}")
    if kind == "summary" and suffix == "" and value < 0:
        raise Wrong(f"a quantile below zero: {line}")
    if (kind == "info" and value != 1) or (kind == "stateset" and value not in (0, 1)):
        raise Wrong(f"not a value of {kind}: {line}")


def check_exemplar(match, family, suffix, labels, line):
    """Exemplars stand on counters and buckets, are short, and lie in their bucket."""
    if match["exemplar"] is None:
        return
    if suffix not in ("_total", "_bucket"):
        raise Wrong(f"an exemplar where none may be: {line}")
    read = read_labels(match["exemplar"], line)
    if sum(len(key) + len(value) for key, value in read.items()) > 128:
        raise Wrong(f"an exemplar's labels of more than 128 characters: {line}")
    if suffix == "_bucket" and not float(match["observed"]) <= float(labels["le"]):
        raise Wrong(f"an exemplar that is not in its bucket: {line}")


def check_sample(match, family, seen, line):
    """One sample of a family."""
    suffix = match["name"][len(family.name) :]
    if suffix not in SUFFIXES[family.kind]:
        raise Wrong(f"{match['name']} in {family.name}, which is {family.kind}: {line}")
    labels = read_labels(match["labels"], line)
    value = float(match["value"])
    check_labels(family, suffix, labels, line)
    check_value(family, suffix, value, line)
    check_exemplar(match, family, suffix, labels, line)
    # To a reader, a label without a value is a label that is not there.
    identity = (match["name"], tuple(sorted((key, label) for key, label in labels.items() if label)))
    if identity in seen:
        raise Wrong(f"printed twice: {line}")
    seen.add(identity)
    family.samples.append((match["name"], labels, value))


def check_groups(family):
    """All samples of one set of labels stand together; histograms accumulate and are complete."""
    series = {}
    last = None
    for name, labels, value in family.samples:
        own = ("le", "quantile", family.name if family.kind == "stateset" else "")
        key = tuple(sorted((key, label) for key, label in labels.items() if key not in own))
        if key != last and key in series:
            raise Wrong(f"{family.name}{dict(key)}: in two pieces")
        last = key
        parts = series.setdefault(key, {"_bucket": []})
        suffix = name[len(family.name) :]
        if suffix == "_bucket":
            parts["_bucket"].append((float(labels["le"]), value))
        else:
            parts[suffix] = value
    for key, parts in series.items():
        where = f"{family.name}{dict(key)}"
        if family.kind in ("histogram", "gaugehistogram"):
            check_buckets(family.kind, where, parts)
        elif family.kind == "counter" and "_total" not in parts:
            raise Wrong(f"{where}: a counter without its total")


def check_buckets(kind, where, parts):
    buckets = parts["_bucket"]
    count, total = ("_count", "_sum") if kind == "histogram" else ("_gcount", "_gsum")
    if not buckets or buckets[-1][0] != math.inf:
        raise Wrong(f"{where}: the last bucket is not +Inf")
    for (bound, below), (next_bound, next_below) in zip(buckets, buckets[1:]):
        if not bound < next_bound:
            raise Wrong(f"{where}: bounds do not ascend at {next_bound}")
        if not below <= next_below:
            raise Wrong(f"{where}: buckets do not accumulate at {next_bound}")
    negative = buckets[0][0] < 0
    if negative and kind == "histogram":
        if count in parts or total in parts:
            raise Wrong(f"{where}: a sum that may fall is no counter; without it there is no count")
        return
    if parts.get(count) != buckets[-1][1]:
        raise Wrong(f"{where}: +Inf is {buckets[-1][1]}, {count} is {parts.get(count)}")
    if total not in parts:
        raise Wrong(f"{where}: no {total}")
    if not negative and parts[total] < 0:
        raise Wrong(f"{where}: a sum below zero")


def check_clashes(families):
    """No family's name, with what its samples may have behind it, is what another's may have."""
    taken = {}
    for family in families:
        for name in {family.name, *(family.name + suffix for suffix in SUFFIXES[family.kind])}:
            if name in taken:
                raise Wrong(f"{family.name} ({family.kind}) and {taken[name]} share {name}")
            taken[name] = f"{family.name} ({family.kind})"


def check_openmetrics(text):
    """Everything that one text must hold by itself. Returns its families, in their order."""
    if not text.endswith("# EOF\n") or not (text == "# EOF\n" or text.endswith("\n# EOF\n")):
        raise Wrong("the last line must be `# EOF`, with a line feed and nothing behind it")
    families, seen = {}, set()
    family = None
    for number, line in enumerate(text.split("\n")[:-2], 1):
        where = f"line {number}: {line!r}"
        metadata, sample = METADATA.fullmatch(line), SAMPLE.fullmatch(line)
        if metadata is None and sample is None:
            raise Wrong(f"neither metadata nor a sample: {where}")
        name = metadata and (metadata["name"] or metadata["helped"])
        if sample and (family is None or sample["name"][len(family.name) :] not in SUFFIXES[family.kind]
                       or not sample["name"].startswith(family.name)):
            raise Wrong(f"a sample outside its family: {where}")
        if metadata and (family is None or name != family.name):
            if name in families:
                raise Wrong(f"a family in two pieces: {where}")
            if family is not None and not family.samples:
                raise Wrong(f"{family.name}: a family without samples")
            family = families[name] = Family(name)
        if metadata:
            check_metadata(metadata, family, where)
        else:
            check_sample(sample, family, seen, where)
    if family is not None and not family.samples:
        raise Wrong(f"{family.name}: a family without samples")
    for family in families.values():
        if "TYPE" not in family.metadata:
            raise Wrong(f"{family.name}: no TYPE")
        check_groups(family)
    check_clashes(families.values())
    check_parser(text, families.values())
    return list(families.values())


def check_parser(text, families):
    """`prometheus_client` reads it, and sees what was seen here: kinds, help texts, units, labels and values."""
    try:
        parsed = list(text_string_to_metric_families(text))
    except Exception as error:  # noqa: BLE001, whatever the parser finds: it raises ValueError, KeyError and others
        raise Wrong(f"prometheus_client: {error!r}") from error
    for theirs, ours in zip(parsed, families, strict=True):
        expected = (ours.name, ours.kind, unescape(ours.metadata.get("HELP", "")), ours.metadata.get("UNIT", ""))
        if (theirs.name, theirs.type, theirs.documentation, theirs.unit) != expected:
            raise Wrong(f"{ours.name}: the parser reads {theirs}")
        for sample, (name, labels, value) in zip(theirs.samples, ours.samples, strict=True):
            if (sample.name, sample.labels) != (name, labels) or not same(float(sample.value), value):
                raise Wrong(f"{name}{labels} {value}: the parser reads {sample}")


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


def by_printed_name(families):
    """As `check_exposition` has them: name -> (kind, samples), counters under the name that they are printed with."""
    return {
        family.name + ("_total" if family.kind == "counter" else ""): (
            family.kind,
            [sample for sample in family.samples if not sample[0].endswith("_created") or family.kind == "gauge"],
        )
        for family in families
    }


def check_same_series(families, text):
    """The same series with the same values as the older format's text has."""

    def series(families, read):
        return {
            (name, tuple(sorted((key, read(label)) for key, label in labels.items()))): value
            for _, samples in families.values()
            for name, labels, value in samples
        }

    here, there = series(by_printed_name(families), str), series(check_lines(text), unescape)
    for which, missing in (("OpenMetrics", there.keys() - here.keys()), ("text", here.keys() - there.keys())):
        if missing:
            raise Wrong(f"{len(missing)} series are not in {which}, one of them {sorted(missing)[0]}")
    for key, value in here.items():
        if not same(value, there[key]):
            raise Wrong(f"{key} is {value} in OpenMetrics and {there[key]} in text")


def read_classes(path):
    """What `tests/openmetrics_never.txt` describes: its patterns of lines, and (name, how, wrong texts, right texts)."""
    with open(path, encoding="utf-8", newline="") as file:
        intro, *blocks = re.split(r"^== ", file.read(), flags=re.M)
    classes = []
    for block in blocks:
        head, *rest = re.split(r"^(--|\+\+)\n", block, flags=re.M)
        name, _, how = head.rstrip("\n").split("\n")
        texts = {"--": [], "++": []}
        for mark, text in zip(rest[::2], rest[1::2]):
            for written, character in MARKS.items():
                text = text.replace(written, character)
            texts[mark].append(text)
        classes.append((name, how, texts["--"], texts["++"]))
    return [re.compile(line) for line in re.findall(r"^line: (.*)$", intro, re.M)], classes


def check_refuses(path):
    """Every wrong text of the list is found wrong, also in the way that its class names; no right text is."""
    lines, classes = read_classes(path)
    found = {
        "lines": lambda text, _: not all(any(line.fullmatch(part) for line in lines) for part in text.split("\n")[:-1]),
        "never": lambda text, pattern: re.search(pattern, text, re.M),
        "rule": None,
    }
    wrong = right = 0
    for name, how, wrong_texts, right_texts in classes:
        way, _, detail = how.partition(": ")
        for text in wrong_texts:
            wrong += 1
            try:
                check_openmetrics(text)
            except Wrong:
                pass
            else:
                raise Wrong(f"{name}: nothing is found wrong with {text!r}")
            if found[way] and not found[way](text, detail):
                raise Wrong(f"{name}: {way!r} does not find {text!r}")
        for text in right_texts:
            right += 1
            try:
                check_openmetrics(text)
            except Wrong as error:
                raise Wrong(f"{name}: {text!r} is right, and found wrong: {error}") from error
            for other, how, _, _ in classes:
                way, _, detail = how.partition(": ")
                if found[way] and found[way](text, detail):
                    raise Wrong(f"{name}: {text!r} is right, and {other} finds it")
    if not (lines and wrong and right):
        raise Wrong("no texts")
    return len(classes), wrong, right


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", nargs="?", help="the text, `-` for stdin")
    arguments.add_argument("--text", metavar="FILE", help="the same snapshot as Prometheus text 0.0.4")
    arguments.add_argument("--require", nargs="*", default=[], metavar="FAMILY", help="families that must be there")
    arguments.add_argument("--refuses", metavar="LIST", help="a list of texts of which each must be found wrong")
    arguments = arguments.parse_args()
    if arguments.refuses:
        try:
            classes, wrong, right = check_refuses(arguments.refuses)
        except Wrong as error:
            sys.exit(f"{arguments.refuses}: {error}")
        print(f"{classes} classes of what is never printed: {wrong} texts are found wrong, {right} right")
        return
    try:
        if arguments.file in (None, "-"):
            text = sys.stdin.buffer.read().decode()
        else:
            with open(arguments.file, encoding="utf-8", newline="") as file:
                text = file.read()
        families = check_openmetrics(text)
        printed = by_printed_name(families)
        missing = [name for name in arguments.require if name not in printed]
        if missing:
            raise Wrong(f"not there: {', '.join(missing)}")
        check_functions(printed)
        if arguments.text:
            with open(arguments.text, encoding="utf-8", newline="") as file:
                check_same_series(families, exposition(file.read()))
    except (Wrong, UnicodeDecodeError) as wrong:
        sys.exit(f"{arguments.file}: {wrong}")
    samples = sum(len(family.samples) for family in families)
    print(f"OpenMetrics: {len(families)} families, {samples} samples: right to the letter")


if __name__ == "__main__":
    main()
