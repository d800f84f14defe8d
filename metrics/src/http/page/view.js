
// The view: tables whose rows stay the same elements from poll to poll, and the clock that polls.

const $ = (id) => document.getElementById(id);
const view = { open: null, isPaused: false, words: [], seconds: 10, trouble: null };

// A column has a text for an item and its interval, and what the items are sorted by.
const NAME = { id: "name", title: "name", sort: (item) => item.search };
const CURVE_COLUMN = { id: "curve", title: "curve", style: "curve" };
const column = (id, title, value, text, style = "", hint = "") => ({ id, title, sort: value, text, style, hint });
const FUNCTIONS = [
  { ...NAME, title: "function" },
  { ...CURVE_COLUMN, hint: "Calls a second, up to five minutes ago" },
  column("rate", "calls/s", (item, i) => i.rate, (item, i) => count(i.rate)),
  column("busy", "busy", (item, i) => i.busy, (item, i) => count(i.busy), "wide", "Calls at the same time, on average"),
  column("share", "errors", (item, i) => i.share || 0, (item, i) => percent(i.share), "alarming", "Share of the calls that ended with an error"),
  column("panics", "panics", (item, i) => i.panics, (item, i) => count(i.panics), "panics alarming narrow"),
  column("cancelled", "cancelled", (item, i) => i.cancelled, (item, i) => count(i.cancelled), "cancelled wide"),
  column("flight", "in flight", (item, i) => i.inFlight, (item, i) => count(i.inFlight), "narrow"),
  column("p50", "p50", (item, i) => i.p50, (item, i) => time(i.p50), "narrow"),
  column("p95", "p95", (item, i) => i.p95, (item, i) => time(i.p95), "wide"),
  column("p99", "p99", (item, i) => i.p99, (item, i) => time(i.p99)),
  column("max", "max", (item, i) => i.max, (item, i) => time(i.max), "wide", "The longest call; in a window, the upper bound of its bucket"),
];
const isHistogram = (item) => item.family.kind === "histogram";
const perSecond = (item, i) => isHistogram(item) ? i.rate : item.family.kind === "counter" ? i.perSecond : NaN;
const ofHistogram = (name) => (item, i) => isHistogram(item) ? quantity(item, i[name], i.isTime) : "";
const METRICS = [
  { ...NAME, title: "metric" },
  { ...CURVE_COLUMN, hint: "The value of a gauge, the rate of others, up to five minutes ago" },
  column("value", "value", (item) => item.row.value ?? item.row.count, (item) => isHistogram(item) ? count(item.row.count) : quantity(item, item.row.value)),
  column("rate", "per second", perSecond, (item, i) => item.family.kind === "gauge" ? "" : count(perSecond(item, i))),
  column("p50", "p50", (item, i) => i.p50, ofHistogram("p50"), "narrow"),
  column("p99", "p99", (item, i) => i.p99, ofHistogram("p99"), "narrow"),
  column("max", "max", (item, i) => i.max, ofHistogram("max"), "wide"),
];

class Table {
  constructor(id, columns, sorted, isDescending, open) {
    Object.assign(this, { table: $(id), more: $(id + "-more"), columns, sorted, isDescending, open, limit: 60, rows: new Map(), order: [] });
    this.body = element("tbody");
    const heads = columns.map((column) => {
      const button = element("button", { type: "button", ...column.hint && { title: column.hint } }, column.title);
      button.addEventListener("click", () => this.sortBy(column));
      const head = element("th", { scope: "col", class: column.style ?? "" }, column.sort ? button : column.title);
      if (column.hint) head.title = column.hint;
      return column.head = head;
    });
    this.table.append(element("thead", {}, element("tr", {}, ...heads)), this.body);
    this.showAll = element("button", { type: "button" }, "Show more");
    this.showAll.addEventListener("click", () => { this.limit += 200; render(); });
    this.total = element("span");
    this.more.append(this.showAll);
    ($(id + "-note") ?? this.more).prepend(this.total);
  }

  // Names are sorted upwards at first, numbers downwards.
  sortBy(column) {
    this.isDescending = this.sorted === column.id ? !this.isDescending : column.id !== "name";
    this.sorted = column.id;
    this.order = [];
    render();
  }

  show(items, seconds) {
    const filtered = items.filter((item) => view.words.every((word) => item.search.includes(word)));
    const by = this.columns.find((column) => column.id === this.sorted);
    const entries = filtered.map((item) => ({ item, interval: item.interval(seconds) }));
    for (const entry of entries) entry.key = by.sort(entry.item, entry.interval);
    const sign = this.isDescending ? -1 : 1;
    const isUnknown = (key) => key === undefined || Number.isNaN(key);
    entries.sort(({ key: one, item }, { key: other, item: otherItem }) => isUnknown(one) - isUnknown(other)
      || (one < other ? -sign : one > other ? sign : 0) || (item.search < otherItem.search ? -1 : 1));
    // What is under the pointer does not move away from it.
    if (this.body.matches(":hover") && this.order.length > 0) {
      const places = new Map(this.order.map((item, index) => [item, index]));
      const place = ({ item }) => places.get(item) ?? Infinity;
      entries.sort((one, other) => place(one) < place(other) ? -1 : place(one) > place(other) ? 1 : 0);
    }
    for (const column of this.columns) {
      const direction = this.isDescending ? "descending" : "ascending";
      if (column.id === this.sorted) column.head.setAttribute("aria-sort", direction);
      else column.head.removeAttribute("aria-sort");
    }
    const visible = entries.slice(0, this.limit);
    this.order = visible.map(({ item }) => item);
    this.place(visible);
    const rest = entries.length - visible.length;
    setText(this.total, items.length === 0 ? "none yet" : rest > 0 ? `${count(visible.length)} of ${count(entries.length)}`
      : filtered.length < items.length ? `${count(filtered.length)} of ${count(items.length)} match` : "");
    this.showAll.hidden = rest === 0;
  }

  // Fills the rows and brings them into order.
  place(visible) {
    const rows = new Map();
    let next = this.body.firstChild;
    for (const { item, interval } of visible) {
      const row = this.rows.get(item) ?? this.row(item);
      rows.set(item, row);
      this.rows.delete(item);
      this.fill(row, item, interval);
      if (row.element === next) next = next.nextSibling;
      else this.body.insertBefore(row.element, next);
    }
    for (const { element } of this.rows.values()) element.remove();
    this.rows = rows;
  }

  row(item) {
    const cells = this.columns.map((column) => element("td", { class: column.style ?? "" }));
    const made = element("tr", {}, ...cells);
    const name = element("bdi", {}, item.title);
    if (this.open) {
      const button = element("button", { type: "button", "aria-expanded": "false" }, name);
      button.addEventListener("click", () => this.open(item));
      cells[0].append(button, element("bdi", { class: "module" }, shown(item.module)));
    } else {
      cells[0].append(name);
      made.title = shown(item.family.help);
    }
    cells[1].append($("curve").content.cloneNode(true));
    return { element: made, cells, paths: cells[1].querySelectorAll("path") };
  }

  fill({ element, cells, paths }, item, interval) {
    drawCurve(paths, item);
    this.columns.forEach((column, index) => {
      if (!column.text) return;
      const text = column.text(item, interval);
      setText(cells[index], text);
      cells[index].classList.toggle("zero", text === "0" || text === "–");
      if (column.style.includes("alarming")) cells[index].classList.toggle("alarm", column.sort(item, interval) > 0);
    });
    if (!this.open) return;
    element.classList.toggle("open", item === view.open);
    cells[0].firstChild.setAttribute("aria-expanded", item === view.open);
  }
}

const tables = {
  functions: new Table("functions", FUNCTIONS, "busy", true, (item) => open(item === view.open ? null : item)),
  metrics: new Table("metrics", METRICS, "name", false),
  own: new Table("own", METRICS.map((column) => ({ ...column })), "name", false),
};
const isOwn = (item) => item.name.startsWith("tachometer_") || item.name.startsWith("process_");

function render() {
  if (!state.data) return;
  const functions = [...state.functions.values()], metrics = [...state.metrics.values()];
  for (const outcome of ["panics", "cancelled"]) {
    $("functions").classList.toggle("no-" + outcome, !functions.some((item) => item.row[outcome] > 0));
  }
  tables.functions.show(functions, view.seconds);
  tables.metrics.show(metrics.filter((item) => !isOwn(item)), view.seconds);
  if ($("own-section").open) tables.own.show(metrics.filter(isOwn), view.seconds);
  renderTiles(functions);
  renderFindings();
  renderDetail();
  renderRegistries();
}

function renderTiles(functions) {
  const sums = { rate: 0, errors: 0, inFlight: 0 };
  for (const item of functions) {
    if (item.row.ok === undefined) continue;
    const { rate, errors, seconds, inFlight } = item.interval(view.seconds);
    sums.rate += rate || 0;
    sums.errors += errors / seconds || 0;
    sums.inFlight += inFlight;
  }
  const value = (name) => series(name)[0]?.row.value;
  const cpu = series("process_cpu_seconds_total")[0]?.interval(view.seconds).perSecond;
  const tiles = [
    ["up", span(state.time - state.data.created)],
    ["calls/s", count(sums.rate)],
    ["errors/s", count(sums.errors)],
    ["in flight", count(sums.inFlight)],
    ["functions", count(functions.length)],
    ["CPU", cpu === undefined ? undefined : percent(cpu)],
    ["memory", value("process_resident_memory_bytes") && bytes(value("process_resident_memory_bytes"))],
    ["threads", value("process_threads") && count(value("process_threads"))],
    ["open files", value("process_open_fds") && count(value("process_open_fds"))],
  ].filter(([, text]) => text !== undefined);
  const known = $("tiles").children;
  if (known.length !== tiles.length) {
    $("tiles").replaceChildren(...tiles.map(([name]) => element("div", {}, element("dt", {}, name), element("dd"))));
  }
  tiles.forEach(([name, text], index) => {
    setText(known[index].firstChild, name);
    setText(known[index].lastChild, text);
  });
}

let lastFindings = null;
function renderFindings() {
  const found = findings();
  const all = found.map(({ text }) => text).join("\n");
  if (all === lastFindings) return;
  lastFindings = all;
  const lines = found.slice(0, 12).map(({ level, text, item }) => {
    const line = element("li", { class: level }, element("bdi", {}, text));
    if (item) {
      const button = element("button", { type: "button" }, "Show");
      button.addEventListener("click", () => open(item));
      line.append(" ", button);
    }
    return line;
  });
  if (found.length > 12) lines.push(element("li", {}, `and ${found.length - 12} more`));
  if (lines.length === 0) lines.push(element("li", { class: "none" }, "Nothing unusual."));
  $("findings").replaceChildren(...lines);
}

function open(item) {
  view.open = item;
  $("detail").replaceChildren();
  render();
  if (item) {
    $("detail").scrollIntoView({ block: "nearest" });
    $("detail").focus({ preventScroll: true });
  }
}

// Shows the function that is open. Its frame is made once.
function renderDetail() {
  const panel = $("detail");
  const item = view.open && [...state.functions.values()].find((known) => known === view.open);
  panel.hidden = !item;
  if (!item) return;
  if (panel.childElementCount === 0) {
    const close = element("button", { type: "button" }, "Close");
    close.addEventListener("click", () => open(null));
    const title = element("h2", { id: "detail-title" }, element("bdi", {}, item.title), element("bdi", { class: "module" }, shown(item.module)),
      ...item.place ? [element("bdi", { class: "module" }, shown(item.place))] : []);
    const heat = element("canvas", { role: "img", "aria-label": "Latency of calls over time" });
    panel.append(element("div", { class: "bar" }, title, close), heat, element("div", { class: "columns" }));
  }
  const i = item.interval(view.seconds), all = item.sinceStart(), { row } = item;
  const heads = ["", $("window").selectedOptions[0].textContent, "since start"];
  const outcomes = ["ok", "errors", "panics", "cancelled"].map((name) => [name, count(i[name]), count(row[name] ?? 0)]);
  const parts = [
    facts("Calls", heads, outcomes),
    facts("Latency", heads, ["p50", "p95", "p99", "max"].map((name) => [name, time(i[name]), time(all[name])])
      .concat([["mean", time(i.sum / i.count), time(row.sum / row.count)]])),
  ];
  if (i.kinds.length > 0) parts.push(facts("Errors by kind", heads,
    i.kinds.map(([kind, errors], index) => [shown(kind), count(errors), count(row.kinds[index][1])])));
  if (row.sample) parts.push(facts("Sampling", [""], [[`One call in ${count(row.sample)} is timed.`]]));
  if (row.exemplars) parts.push(facts("Traces", ["", "took", "at", "trace"], row.exemplars.map((one) =>
    [one.role, time(one.value), clock(one.time), element("code", {}, one.trace)])));
  const columns = panel.lastChild;
  // A text that is being selected is not taken away.
  if (columns.textContent !== parts.map((part) => part.textContent).join("")) columns.replaceChildren(...parts);
  drawHeat(panel.querySelector("canvas"), item);
}

function facts(caption, heads, rows) {
  const line = (cells, tag) => element("tr", {}, ...cells.map((cell) => element(tag, {}, cell.nodeType ? cell : element("bdi", {}, cell))));
  return element("table", {}, element("caption", {}, caption), line(heads, "td"), ...rows.map((cells) => line(cells, "td")));
}

// An endpoint may serve several registries, each of which has a page.
function renderRegistries() {
  const paths = state.data.registries;
  const nav = $("registries");
  if (paths.length < 2 || nav.childElementCount > 0) return;
  const chosen = Number(new URLSearchParams(location.search).get("registry") ?? 0);
  nav.append(...paths.map((path, index) =>
    element("a", { href: "?registry=" + index, ...index === chosen && { "aria-current": "page" } }, shown(path))));
  nav.hidden = false;
}

let timer = null, isPolling = false;
async function poll() {
  clearTimeout(timer);
  if (isPolling || view.isPaused || document.visibilityState !== "visible") return;
  isPolling = true;
  const began = performance.now();
  try {
    const response = await fetch(location.pathname + location.search, {
      headers: { accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new Error("the answer is " + response.status);
    take(await response.json());
    view.trouble = null;
    render();
  } catch (error) {
    view.trouble ??= { since: Date.now() / 1000, reason: "" };
    view.trouble.reason = error.message;
  }
  isPolling = false;
  showStatus();
  // One poll a second, or a fifth of the time.
  const took = performance.now() - began;
  timer = setTimeout(poll, Math.max(1000 - took, took * 4));
}

function showStatus() {
  const { trouble } = view;
  $("trouble").hidden = !trouble;
  if (trouble) setText($("trouble"), `No values since ${clock(trouble.since)} (${shown(trouble.reason)}). Trying again.`);
  const at = state.time ? clock(state.time) : "";
  setText($("status"), view.isPaused ? "paused at " + at : at ? "at " + at : "loading …");
}

function pause() {
  view.isPaused = !view.isPaused;
  $("pause").setAttribute("aria-pressed", view.isPaused);
  setText($("pause"), view.isPaused ? "Continue" : "Pause");
  showStatus();
  poll();
}

$("pause").addEventListener("click", pause);
$("filter").addEventListener("input", (event) => {
  view.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  render();
});
$("window").addEventListener("change", (event) => { view.seconds = Number(event.target.value); render(); });
$("own-section").addEventListener("toggle", render);
addEventListener("resize", renderDetail);
document.addEventListener("visibilitychange", poll);
document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT)$/.test(event.target.tagName);
  if (event.key === "Escape" && view.open && !isTyping) open(null);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") { event.preventDefault(); $("filter").focus(); }
  if (event.key === "p") pause();
});
poll();
