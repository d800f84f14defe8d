
// Findings: what deserves a look.

const series = (name) => [...state.metrics.values()].filter((item) => item.name === name);
const label = (item, name) => shown(item.labels.find(([known]) => known === name)?.[1] ?? "");

function findings() {
  const found = [];
  const add = (level, text, item) => found.push({ level, text, item });
  if (state.restarted && Date.now() - state.restarted < 300_000) {
    add("warn", `The program was restarted at ${clock(state.restarted / 1000)}.`);
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

// Calls are in flight and none ends, although more have begun, or for far longer than any call before.
function stuck(item, add) {
  const { row, ended } = item;
  const seconds = state.time - ended.time, more = row.in_flight - ended.inFlight;
  if (row.in_flight < 3 || seconds < 5) return;
  const isLong = row.count > 0 && seconds > Math.max(30, row.max / 1e9 * 3);
  if (more < 2 && !isLong) return;
  const since = more > 0 ? `, ${count(more)} more than ${span(seconds)} ago; none has ended since` : `; none has ended for ${span(seconds)}`;
  const longest = isLong ? `, and the longest so far took ${time(row.max)}` : "";
  add("bad", `${item.title}: ${count(row.in_flight)} calls are in flight${since}${longest}.`, item);
}

// Calls panic, or more of them are errors than before.
function failing(item, add) {
  const minute = item.before(60), recent = item.before(10);
  const panics = difference(item.row, minute.row).panics;
  if (panics > 0) add("bad", `${item.title} panicked ${times(panics)} in the last ${Math.round(state.time - minute.time)} s.`, item);
  const now = difference(item.row, recent.row), share = now.errors / now.calls;
  // What is usual is what the run had until then, or the last minute if that was better. It is not changed by the errors that follow.
  if (!item.jump?.isNow && now.errors >= 5 && now.calls >= 10) {
    const usual = Math.min(...[NOTHING, minute.row].map((base) => {
      const before = difference(recent.row, base);
      return before.calls >= 10 ? before.errors / before.calls : 1;
    }));
    if (isMore(share, usual, 1)) item.jump = { usual, since: state.time, most: 0, isNow: true };
  }
  const { jump } = item;
  if (!jump) return;
  if (jump.isNow) {
    if (now.calls > 0) jump.most = Math.max(jump.most, share);
    // It is over if a minute has as few errors again, or no call.
    const last = difference(item.row, minute.row);
    if (state.time - jump.since > 20 && !(isMore(last.errors / last.calls, jump.usual, 0.5) || isMore(share, jump.usual, 0.5))) {
      jump.isNow = false;
      jump.end = state.time;
    }
  }
  const usually = `usually ${percent(jump.usual)}`, since = clock(jump.since);
  if (jump.isNow) add("bad", `${item.title}: ${percent(now.calls > 0 ? share : jump.most)} of calls are errors since ${since}, ${usually}.`, item);
  else if (state.time - jump.end < 600) add("info", `${item.title}: up to ${percent(jump.most)} of calls were errors from ${since} to ${clock(jump.end)}, ${usually}.`, item);
}
const isMore = (share, usual, factor) => share >= usual + 0.05 * factor && share >= usual * (1 + factor);

const times = (n) => n === 1 ? "once" : count(n) + " times";
const lately = (recent) => recent > 0 ? `, ${count(recent)} of them in the last minute` : "";
