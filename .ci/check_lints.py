#!/usr/bin/env python3
"""Compares the lints of annotated functions with those of the same functions without the annotation.

    check_lints.py

The packages `bare` and `annotated` in `tests/packages/lints` compile the same files. Clippy runs once over both. Each lint must be
reported on the same line of both, as many times. Exceptions are marked in the source, `//~ silent: LINT` or `//~ twice: LINT`, and
named in `metrics/src/instrumented.md`; one that no longer differs is an error, as is a difference without a mark. The
module `clean` must provoke none, and the others all of those below. Prints what is wrong and ends with 1 if anything is.
"""

import json
import pathlib
import re
import subprocess
import sys
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKSPACE = ROOT / "tests/packages/lints"
TWINS = WORKSPACE / "twins"
DOCUMENTATION = ROOT / "metrics/src/instrumented.md"
BARE, ANNOTATED = "tachometer_lints_bare", "tachometer_lints_annotated"

# What the twins must provoke, or the comparison would prove little.
PROVOKED = """
    await_holding_lock bool_comparison borrowed_box boxed_local clone_on_copy collapsible_if dead_code deprecated
    double_must_use fn_params_excessive_bools items_after_statements let_and_return let_underscore_future let_unit_value
    manual_async_fn manual_let_else many_single_char_names missing_docs missing_errors_doc missing_panics_doc
    must_use_candidate needless_lifetimes needless_pass_by_value needless_question_mark needless_range_loop needless_return
    no_effect non_snake_case only_used_in_recursion ptr_arg question_mark redundant_closure redundant_else result_large_err
    semicolon_if_nothing_returned single_match too_many_arguments too_many_lines trivially_copy_pass_by_ref
    type_complexity unconditional_recursion unnecessary_wraps unreachable_code unused_assignments unused_async unused_imports
    unused_must_use unused_mut unused_self unused_unit unused_variables used_underscore_binding wrong_self_convention
""".split()

MARK = re.compile(r"//~ (silent|twice): ([a-z_, ]+)$")


def reported():
    """For each of the two packages: how often each lint is reported, by file, line and name."""
    command = ["cargo", "clippy", "--locked", "--quiet", "--workspace", "--message-format=json"]
    ran = subprocess.run(command, cwd=WORKSPACE, stdout=subprocess.PIPE, text=True, check=False)
    lints = {BARE: Counter(), ANNOTATED: Counter()}
    for line in ran.stdout.splitlines():
        entry = json.loads(line)
        if entry["reason"] != "compiler-message" or entry["target"]["name"] not in lints:
            continue
        message = entry["message"]
        if message["level"] == "error":
            sys.exit(message["rendered"])
        if message["code"] is None:
            continue
        name = message["code"]["code"].removeprefix("clippy::")
        lines = {(span["file_name"], span["line_start"]) for span in message["spans"] if span["is_primary"]}
        for path, number in lines:
            lints[entry["target"]["name"]][pathlib.PurePath(path).name, number, name] += 1
    if ran.returncode != 0:
        sys.exit(f"clippy ended with {ran.returncode}")
    return lints[BARE], lints[ANNOTATED]


def marks():
    """The lints of which the source says that they differ, by file, line and name: each with `silent` or `twice`."""
    found = {}
    for path in sorted(TWINS.glob("*.rs")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "//~" in line and not line.startswith("//!"):
                mark = MARK.search(line)
                if mark is None:
                    sys.exit(f"{path.name}:{number}: a mark is `//~ silent: LINT` or `//~ twice: LINT`")
                for name in mark[2].split(","):
                    found[path.name, number, name.strip()] = mark[1]
    return found


def main():
    bare, annotated = reported()
    marked = marks()
    wrong = []
    for place in sorted(set(bare) | set(annotated)):
        path, number, name = place
        counts = f"{bare[place]} without the annotation, {annotated[place]} with it"
        if path == "clean.rs":
            wrong.append(f"{path}:{number}: {name}: a clean function provokes it: {counts}")
        differs = None
        if annotated[place] != bare[place]:
            differs = "silent" if annotated[place] < bare[place] else "twice"
        if differs != marked.get(place):
            wrong.append(f"{path}:{number}: {name}: {counts}, but the mark is {marked.get(place, 'absent')}")
    for path, number, name in sorted(set(marked) - set(bare) - set(annotated)):
        wrong.append(f"{path}:{number}: {name}: marked, but clippy reports it of neither")
    missing = sorted(set(PROVOKED) - {name for _, _, name in bare})
    wrong.extend(f"{name}: no function provokes it" for name in missing)
    told = DOCUMENTATION.read_text(encoding="utf-8").split("# Visible differences\n")[1].split("\n# ")[0]
    undocumented = sorted({name for _, _, name in marked if f"`{name}`" not in told})
    wrong.extend(f"{name}: differs, and {DOCUMENTATION.name} does not say so" for name in undocumented)
    for line in wrong:
        print(line)
    kinds = len({name for _, _, name in bare})
    counts = f"{sum(bare.values())} without annotations, {sum(annotated.values())} with them"
    print(f"reports of {kinds} lints: {counts}; {len(marked)} differ as marked")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
