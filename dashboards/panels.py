"""The parts of the dashboards: queries, panels and variables, with the typed builders of `grafana-foundation-sdk`."""

from grafana_foundation_sdk.builders import common, dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as types
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heatmap_types
from grafana_foundation_sdk.models import prometheus as prometheus_types

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "tachometer"
# The time for a point of a curve; all that is shown; and the same, the same at each point of a curve.
STEP, SHOWN, SHOWN_AT_END = "[$__rate_interval]", "[$__range]", "[$__range] @ end()"
WIDTH = 24
OUTCOME_COLORS = {"ok": "green", "error": "red", "panic": "purple", "cancelled": "orange"}
# A dashboard that another links to keeps the time and the variables they share.
KEPT = "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"


def to_function(module, function):
    """The address of the function dashboard, for a module and a function in Grafana's syntax of data links."""
    return f"/d/tachometer-function?var-module=${{{module}:percentencode}}&var-function=${{{function}:percentencode}}&{KEPT}"


TO_FUNCTION_OF_ROW = to_function("__data.fields.Module", "__data.fields.Function")
TO_FUNCTION_OF_SERIES = to_function("__field.labels.module", "__field.labels.function")


# Queries.


def series(name, selector, **labels):
    """A selector of series: that of the dashboard, and labels of this query. A value that begins with `~` is a regular expression."""
    matchers = [selector, *(f'{label}=~"{value[1:]}"' if value[0] == "~" else f'{label}="{value}"' for label, value in labels.items())]
    return f"{name}{{{','.join(matcher for matcher in matchers if matcher)}}}"


def total(function, name, selector, by="", window=STEP, **labels):
    """The sum, by some labels, of a function of counters over a window."""
    return f"sum{by_labels(by)} ({function}({series(name, selector, **labels)}{window}))"


def by_labels(by):
    return f" by ({by})" if by else ""


def native_or_classic(native, classic):
    """What a server has: native histograms, which are finer, or classic buckets. Of functions that have both, the native one."""
    return f"{native}\nor\n{classic}"


def percentile(p, selector, by="", window=STEP):
    buckets = ", ".join(label for label in ("le", by) if label)
    return native_or_classic(
        f"histogram_quantile({p}, {total('rate', 'function_duration_seconds', selector, by, window)})",
        f"histogram_quantile({p}, {total('rate', 'function_duration_seconds_bucket', selector, buckets, window)})",
    )


def time_spent(function, selector, by="", window=STEP):
    """The time that calls took, of a rate or an increase."""
    return native_or_classic(
        f"histogram_sum({total(function, 'function_duration_seconds', selector, by, window)})",
        total(function, "function_duration_seconds_sum", selector, by, window),
    )


def mean(selector, by="", window=STEP):
    native = total("rate", "function_duration_seconds", selector, by, window)
    return native_or_classic(
        f"histogram_sum({native}) / histogram_count({native})",
        f"{total('rate', 'function_duration_seconds_sum', selector, by, window)}"
        f" / {total('rate', 'function_duration_seconds_count', selector, by, window)}",
    )


def share(name, selector, by="", window=STEP, **labels):
    """The share of the calls with these labels in all calls."""
    return f"{total('rate', name, selector, by, window, **labels)}\n/\n{total('rate', name, selector, by, window)}"


def top(query, ranking, by):
    """The series that rank highest over the whole time that is shown, so that the same ones are there at each point of it."""
    return f"({query})\nand on ({by})\ntopk($top, {ranking})"


def query(expression, legend="", instant=False, exemplars=False, kind=None):
    """A query of a panel. Of several with the same histogram, Grafana fetches exemplars for the first one alone."""
    built = prometheus.Dataquery().expr(expression).datasource(SOURCE).legend_format(legend or "__auto")
    built = built.instant() if instant else built.range()
    if exemplars:
        built = built.exemplar(True)
    return built.format(kind or prometheus_types.PromQueryFormat.TIME_SERIES)


# Panels.


def targets(panel, queries):
    for letter, built in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", queries, strict=False):
        panel = panel.with_target(built.ref_id(letter))
    return panel


def placed(panel, title, description, width, height):
    return panel.title(title).description(description).datasource(SOURCE).span(width).height(height)


def value(id_val, value):
    return model.DynamicConfigValue(id_val=id_val, value=value)


def link(title, url):
    return value("links", [{"title": title, "url": url}])


def steps_of(pairs, base):
    """Thresholds: pairs of a lower bound and a color, above a base color."""
    steps = [model.Threshold(value=bound, color=color) for bound, color in [(None, base), *pairs]]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def curves(title, description, unit, *queries, width=12, height=8, stacked=False, of_functions=False, colors=None, low=0, lines=()):
    """Curves over time, with horizontal lines. Those of functions link to the dashboard of the function."""
    panel = placed(timeseries.Panel(), title, description, width, height).unit(unit)
    panel = panel.line_width(1).fill_opacity(25 if stacked else 8).show_points(types.VisibilityMode.NEVER)
    panel = panel.legend(common.VizLegendOptions().display_mode(types.LegendDisplayMode.LIST)
                         .placement(types.LegendPlacement.BOTTOM).show_legend(True).calcs([]))
    panel = panel.tooltip(common.VizTooltipOptions().mode(types.TooltipDisplayMode.MULTI).sort(types.SortOrder.DESCENDING))
    if low is not None:
        panel = panel.min(low)
    if lines:
        panel = panel.thresholds(steps_of(lines, "transparent"))
        panel = panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(types.GraphThresholdsStyleMode.DASHED))
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(types.StackingMode.NORMAL).group("A"))
    for name, color in (colors or {}).items():
        panel = panel.override_by_name(name, [value("color", {"mode": "fixed", "fixedColor": color})])
    if of_functions:
        panel = panel.override_by_regexp("/.*/", [link("This function", TO_FUNCTION_OF_SERIES)])
    return targets(panel, queries)


def number(title, description, unit, built, width=4, steps=None, decimals=None):
    """One number, with its curve behind it where the query is over time. Steps are pairs of a lower bound and a color."""
    panel = placed(stat.Panel(), title, description, width, 4).unit(unit)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
    panel = panel.color_mode(types.BigValueColorMode.VALUE).graph_mode(types.BigValueGraphMode.AREA)
    panel = panel.justify_mode(types.BigValueJustifyMode.AUTO).text_mode(types.BigValueTextMode.AUTO)
    panel = panel.orientation(types.VizOrientation.AUTO).wide_layout(True).show_percent_change(False)
    panel = panel.thresholds(steps_of(steps or [], "text"))
    panel = panel.color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    if decimals is not None:
        panel = panel.decimals(decimals)
    return targets(panel, [built])


def rows(title, description, columns, labels, sort=None, width=WIDTH, height=10, link_to=None):
    """A table: a row for each set of labels. Columns are (title, unit, query); labels are (label, title), in their order."""
    panel = placed(table.Panel(), title, description, width, height).show_header(True).cell_height(types.TableCellHeight.SM)
    panel = panel.filterable(True).cell_options(types.TableAutoCellOptions())
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(columns)]
    names = {label: name for label, name in labels}
    # Of one query, the column is called otherwise.
    names |= {f"Value #{letter}" if len(columns) > 1 else "Value": name for letter, (name, _, _) in zip(letters, columns, strict=True)}
    panel = panel.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
    panel = panel.with_transformation(model.DataTransformerConfig(id_val="organize", options={
        "excludeByName": {"Time": True}, "indexByName": {field: place for place, field in enumerate(names)}, "renameByName": names}))
    for name, unit, _ in columns:
        panel = panel.override_by_name(name, [value("unit", unit)])
    if link_to:
        panel = panel.override_by_name(link_to[0], [link(*link_to[1:])])
    if sort:
        panel = panel.sort_by([common.TableSortByFieldState().display_name(sort).desc(True)])
    kind = prometheus_types.PromQueryFormat.TABLE
    return targets(panel, [query(expression, instant=True, kind=kind) for _, _, expression in columns])


def heat_map(title, description, expression, width=WIDTH, height=9):
    """Calls by duration over time, from native or classic buckets."""
    panel = placed(heatmap.Panel(), title, description, width, height)
    panel = panel.calculate(False).cell_gap(1).show_value(types.VisibilityMode.NEVER)
    panel = panel.color(heatmap.HeatmapColorOptions().mode(heatmap_types.HeatmapColorMode.SCHEME).scheme("Oranges")
                        .scale(heatmap_types.HeatmapColorScale.EXPONENTIAL).exponent(0.5).steps(64).reverse(False).fill("dark-orange"))
    panel = panel.y_axis(heatmap.YAxisConfig().unit("s").axis_placement(types.AxisPlacement.LEFT).reverse(False))
    panel = panel.rows_frame(heatmap.RowsHeatmapOptions().layout(types.HeatmapCellLayout.AUTO))
    panel = panel.cell_values(heatmap.CellValues().unit("short"))
    panel = panel.filter_values(heatmap.FilterValueRange().le(1e-9))
    panel = panel.mode(types.TooltipDisplayMode.SINGLE).show_y_histogram().show_legend()
    panel = panel.exemplars_color("rgba(255,0,255,0.7)").unit("short")
    kind = prometheus_types.PromQueryFormat.HEATMAP
    return targets(panel, [query(expression, "{{le}}", exemplars=True, kind=kind)])


# Variables.


def source():
    return dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")


def one_of(label, name, selector, several=True):
    """A label's values, as series have them now. With `several` one may choose more than one, and begins with all."""
    built = dashboard.QueryVariable(label).label(label.replace("_", " ").capitalize()).datasource(SOURCE)
    built = built.query(f"label_values({series(name, selector)}, {label})")
    built = built.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
    if several:
        everything = model.VariableOption(selected=True, text=["All"], value=["$__all"])
        built = built.multi(True).include_all(True).all_value(".*").current(everything)
    return built


def choice(name, label, values, chosen):
    options = [model.VariableOption(selected=value == chosen, text=value, value=value) for value in values]
    built = dashboard.CustomVariable(name).label(label).values(",".join(values)).options(options)
    return built.current(model.VariableOption(selected=True, text=chosen, value=chosen))


def page(name, title, description, variables, *parts):
    """A dashboard of rows: each part is a title and its panels."""
    built = dashboard.Dashboard(title).uid(f"tachometer-{name}").description(description).tags([TAG]).editable()
    built = built.time("now-1h", "now").refresh("30s").timezone("browser").tooltip(model.DashboardCursorSync.CROSSHAIR)
    others = dashboard.DashboardLink("Other dashboards").type(model.DashboardLinkType.DASHBOARDS).tags([TAG])
    built = built.link(others.as_dropdown(False).include_vars(True).keep_time(True))
    for variable in variables:
        built = built.with_variable(variable)
    for row, panels in parts:
        if row:
            built = built.with_row(dashboard.Row(row))
        for panel in panels:
            built = built.with_panel(panel)
    built = built.build()
    for place, panel in enumerate(built.panels, 1):
        panel.id_val = place
    # The builders write what belongs to variables of intervals alone into all of them.
    for variable in built.templating.list_val:
        variable.auto = variable.auto_min = variable.auto_count = None
    return built
