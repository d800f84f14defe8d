
// Findings: what deserves a look.

const series = (name) => [...state.metrics.values()].filter((item) => item.name === name);
const label = (item, name) => shown(item.labels.find(([known]) => known === name)?.[1] ?? "");

function findings() {
  const found = [];
  const add = (level, text, item) => found.push({ level, text, item });
  if (state.restarted && Date.now() - state.restarted < 300_000) {
    add("warn", "The program was restarted at " + new Date(state.restarted).toLocaleTimeString() + ".");
  }
  for (const item of state.functions.values()) {
    if (item.row.ok === undefined) continue;
    stuck(item, add);
    failing(item, add);
  }
  for (const item of series("tachometer_overflowed_updates_total")) {
    if (item.row.value > 0) add("warn", `The family ${label(item, "metric")} has reached its bound of series: ${count(item.row.value)} updates are counted as __overflow__.`);
  }
  for (const item of series("tachometer_overflowed_label_sets_total")) {
    if (item.row.value > 0) add("warn", `Functions have too many sets of labels: ${count(item.row.value)} calls are counted as __overflow__.`);
  }
  for (const item of series("tachometer_callback_failures_total")) {
    const recent = item.interval(60).value;
    const why = { panic: "panicked", timeout: "took too long", no_thread: "had no thread" }[label(item, "reason")] ?? "failed";
    if (item.row.value > 0) add(recent > 0 ? "bad" : "info", `The callback of ${label(item, "metric")} ${why} ${times(item.row.value)}${lately(recent)}.`);
  }
  for (const item of series("tachometer_exports_total")) {
    const result = label(item, "result");
    const recent = item.interval(60).value;
    if (result !== "ok" && item.row.value > 0) add(recent > 0 ? "bad" : "info", `The sink ${label(item, "sink")} failed ${times(item.row.value)} (${result})${lately(recent)}.`);
  }
  for (const item of series("tachometer_export_panics_total")) {
    if (item.row.value > 0) add("bad", `Callbacks of exporters panicked ${times(item.row.value)}.`);
  }
  for (const item of series("tachometer_refused_metric_info")) add("warn", `A metric is not exported: ${label(item, "reason")}.`);
  for (const item of series("tachometer_clock_info")) {
    const source = label(item, "source");
    if (source === "os") add("info", "Calls are timed by the system's clock, which is slow to read.");
    if (source === "none") add("warn", "There is no clock: calls are counted, but not timed.");
  }
  const rank = { bad: 0, warn: 1, info: 2 };
  return found.sort((one, other) => rank[one.level] - rank[other.level]);
}

// More and more calls are in flight, and none of them ends.
function stuck(item, add) {
  const then = item.before(30);
  const seconds = state.time - then.time;
  const more = item.row.in_flight - (then.row.in_flight ?? 0);
  if (seconds < 5 || item.row.in_flight < 3 || more < 2) return;
  if (difference(item.row, then.row).calls > 0) return;
  add("bad", `${item.title}: ${count(item.row.in_flight)} calls are in flight, ${count(more)} more than ${Math.round(seconds)} s ago, and none has ended.`, item);
}

// Calls panic, or more of them are errors than before.
function failing(item, add) {
  const minute = item.before(60), recent = item.before(10);
  const panics = difference(item.row, minute.row).panics;
  if (panics > 0) add("bad", `${item.title} panicked ${times(panics)} in the last ${Math.round(state.time - minute.time)} s.`, item);
  const now = difference(item.row, recent.row), before = difference(recent.row, minute.row);
  if (now.errors < 5 || now.calls < 10 || before.calls < 10) return;
  const [share, usual] = [now.errors / now.calls, before.errors / before.calls];
  if (share >= usual + 0.05 && share >= 2 * usual) add("bad", `${item.title}: ${percent(share)} of calls are errors, before it was ${percent(usual)}.`, item);
}

const times = (n) => n === 1 ? "once" : count(n) + " times";
const lately = (recent) => recent > 0 ? `, ${times(recent)} of them in the last minute` : "";
