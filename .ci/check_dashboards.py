#!/usr/bin/env python3
"""Checks the dashboards for Grafana without a server: they are what their script writes, and have the types that Grafana publishes.

    check_dashboards.py TSC FOLDER     TSC is a TypeScript compiler, in a `node_modules` beside `@grafana/schema`
    check_dashboards.py TSC FOLDER --self-test     broken ones, which must be found out

It runs with the Python that has the builders: `.ci/counterparts dashboards grafana-schema` prints both. Then:

- The script writes the same bytes, twice.
- Each document is a `Dashboard` of `@grafana/schema`, with no field that it lacks; the options of each panel and its fields are those
  of its kind. TypeScript compares them.
- Each panel has a title, a description and a unit; each query is of the variable `datasource`, and names no server. Exemplars belong to
  the first query of a panel. Tables have the columns that their links and units name.
- Titles and uids differ from each other; links lead to uids that exist. Panels cover the whole width, and no place twice.

`.ci/check_queries.py` runs the queries. Ends with 1 where anything is wrong.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from wrong import Wrong

# Panels whose options `@grafana/schema` describes, with the name of their module.
KINDS = {"timeseries": "TimeSeries", "stat": "Stat", "table": "Table", "heatmap": "Heatmap"}
# Kinds of panels whose fields have custom options.
CUSTOM = {"timeseries", "table", "heatmap"}
# Strings of a document have the type of the enumeration that has them as values. Of options of a panel some have defaults.
TYPES = """
import type { Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel } from '@grafana/schema';
%s
type Plain<T> = T extends string ? `${T}`
  : T extends number ? (`${T}` extends `${infer N extends number}` ? N : T)
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Fields<Custom> = Omit<FieldConfigSource, 'defaults'> & { defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom } };
type Of<Kind extends string, Options, Custom> = Omit<Panel, 'type' | 'options' | 'fieldConfig'>
  & { type: Kind; title: string; description: string; options: Partial<Options>; fieldConfig: Fields<Custom> };
type AnyPanel = %s | RowPanel;
type Checked = Plain<Omit<Dashboard, 'panels' | 'uid'> & { uid: string; panels: AnyPanel[] }>;
"""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def typescript(documents):
    """A program that compiles if the documents have their types; and for each of its lines, the document and the line in it."""
    imports = "\n".join(f"import type * as {name} from '@grafana/schema/dist/esm/raw/composable/{kind}/panelcfg/x/{name}PanelCfg_types.gen.js';"
                        for kind, name in KINDS.items())
    union = " | ".join(f"Of<'{kind}', {name}.Options, {f'{name}.FieldConfig' if kind in CUSTOM else '{}'}>" for kind, name in KINDS.items())
    lines = (TYPES % (imports, union)).split("\n")
    places = [("types", 0)] * len(lines)
    for name, text in documents.items():
        # Such a name is no word of the language. `satisfies` stands in the line of the last brace, or begins a statement.
        of_document = [f"export const {name}_ =", *f"{text.rstrip()} satisfies Checked;".split("\n")]
        places += [(name, number) for number in range(len(of_document))]
        lines += of_document
    return "\n".join(lines) + "\n", places


def check_types(tsc, documents):
    modules = pathlib.Path(tsc).parents[2]
    program, places = typescript(documents)
    with tempfile.TemporaryDirectory(prefix="check-dashboards-") as folder:
        folder = pathlib.Path(folder)
        (folder / "node_modules").symlink_to(modules)
        (folder / "check.ts").write_text(program)
        command = ["node", tsc, "--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022",
                   "--skipLibCheck", "check.ts"]
        compiled = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if compiled.returncode:
        def place(match):
            name, line = places[int(match[1]) - 1]
            return f"{name}.json:{line}"

        raise Wrong(re.sub(r"check\.ts\((\d+),\d+\)", place, compiled.stdout)[:3000])


def panels(document):
    return [panel for panel in document["panels"] if panel["type"] != "row"]


def check_panel(panel):
    if not panel["description"].endswith("."):
        raise Wrong("the description is no sentence")
    fields = panel["fieldConfig"]
    units = [panel["options"]["yAxis"].get("unit")] if panel["type"] == "heatmap" else [fields["defaults"].get("unit")]
    if panel["type"] == "table":
        units = [setting["value"] for override in fields["overrides"] for setting in override["properties"] if setting["id"] == "unit"]
        if len(units) != len(panel["targets"]):
            raise Wrong(f"{len(panel['targets'])} columns, {len(units)} units")
        columns = set(panel["transformations"][-1]["options"]["renameByName"].values())
        named = {override["matcher"]["options"] for override in fields["overrides"]}
        named |= set(re.findall(r"__data\.fields\.(\w+)", json.dumps(fields)))
        if not named <= columns:
            raise Wrong(f"there are no columns {named - columns}")
    if not all(units):
        raise Wrong("there is no unit")
    for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
        if source != SOURCE:
            raise Wrong(f"the data source is {source}")
    # Of several queries with the same histogram, Grafana fetches exemplars for the first one alone.
    if any(target.get("exemplar") for target in panel["targets"][1:]):
        raise Wrong("a query after the first one has exemplars")
    letters = [target["refId"] for target in panel["targets"]]
    if len(set(letters)) != len(letters):
        raise Wrong(f"queries are called {letters}")


def check_places(name, document):
    """Panels cover the whole width of the grid, from the top without a gap, and each place once."""
    covered = collections.Counter()
    for panel in document["panels"]:
        place = panel["gridPos"]
        covered.update((x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"]))
    height = 1 + max(y for _, y in covered)
    if set(covered.values()) != {1} or covered.keys() != {(x, y) for x in range(24) for y in range(height)}:
        raise Wrong(f"{name}: panels overlap, or leave a gap")


def check_documents(documents):
    read = {name: json.loads(text) for name, text in documents.items()}
    for key in ("uid", "title"):
        if len({document[key] for document in read.values()}) != len(read):
            raise Wrong(f"two dashboards have one {key}")
    uids = {document["uid"] for document in read.values()}
    for name, document in read.items():
        linked = set(re.findall(r"/d/([\w-]+)", documents[name]))
        if not linked <= uids:
            raise Wrong(f"{name}: links to {linked - uids}")
        if len({panel["id"] for panel in document["panels"]}) != len(document["panels"]):
            raise Wrong(f"{name}: two panels have one id")
        check_places(name, document)
        for panel in panels(document):
            try:
                check_panel(panel)
            except (Wrong, KeyError) as error:
                raise Wrong(f"{name}, {panel.get('title')}: {error!r}") from error
    return sum(len(panels(document)) for document in read.values())


def check_generated(folder, documents):
    for _ in range(2):
        with tempfile.TemporaryDirectory(prefix="check-dashboards-") as written:
            subprocess.run([sys.executable, "-B", folder / "generate.py", written], check=True)
            again = {path.stem: path.read_text() for path in pathlib.Path(written).glob("*.json")}
        differing = sorted(name for name in again.keys() | documents.keys() if again.get(name) != documents.get(name))
        if differing:
            raise Wrong(f"run dashboards/generate.py: it writes {', '.join(differing)} otherwise")


# What must be found: how a document is broken, and what is told of it.
BROKEN = [
    (r'"schemaVersion": \d+', '"schemaVersion": "new"', "not assignable"),
    (r'"uid": "tachometer-', '"uuid": "tachometer-', "'uid'"),
    (r'"mode": "multi"', '"mode": "many"', "many"),
    (r'"fillOpacity": 8', '"fillOpacities": 8, "lineWidths": 3', "lineWidths|fillOpacities"),
    (r'"graphMode": "area"', '"graphMode": "lines"', "lines"),
    (r'"unit": "ops"', '"decimals": 1', "there is no unit"),
    (r'"uid": "\$\{datasource\}"', '"uid": "P1809F7CD0C75ACF3"', "the data source is"),
    (r'"description": "Calls', '"legend": "Calls', "legend|description"),
    (r"/d/tachometer-function", "/d/tachometer-functions", "links to"),
    (r'"w": 12', '"w": 13', "panels overlap"),
    (r'"w": 12', '"w": 11', "panels overlap"),
    (r"__data.fields.Module", "__data.fields.module", "there are no columns"),
]


def self_test(tsc, documents):
    for pattern, replacement, expected in BROKEN:
        broken = {"broken": re.sub(pattern, replacement, documents["overview"], count=1), "function": documents["function"]}
        if broken["broken"] == documents["overview"]:
            raise Wrong(f"nothing in a dashboard is {pattern}")
        try:
            check_documents(broken)
            check_types(tsc, broken)
        except (Wrong, KeyError) as error:
            if not re.search(expected, str(error)):
                raise Wrong(f"{replacement} is found out, but not as {expected}: {error}") from error
            continue
        raise Wrong(f"{replacement} is not found out")
    print(f"{len(BROKEN)} broken dashboards are found out")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    tsc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    documents = {path.stem: path.read_text() for path in sorted(folder.glob("*.json"))}
    try:
        if not documents:
            raise Wrong(f"{folder} has no dashboards")
        if "--self-test" in sys.argv:
            self_test(tsc, documents)
            return
        check_generated(folder, documents)
        count = check_documents(documents)
        check_types(tsc, documents)
    except Wrong as error:
        sys.exit(str(error))
    print(f"{len(documents)} dashboards with {count} panels: as generated, and with Grafana's types")


if __name__ == "__main__":
    main()
