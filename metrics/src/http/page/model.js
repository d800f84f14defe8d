
"use strict";
// The model: what the data say, and what they said in the last minutes. All differences are made here, so a page that is closed costs
// the program nothing.

const CURVE = 300; // how many polls the curves and the heat map show
const NOTHING = { ok: 0, errors: 0, panics: 0, cancelled: 0, in_flight: 0, count: 0, sum: 0, zeros: 0, value: 0 };

const state = {
  run: null, // changes if the program restarts
  restarted: null,
  time: 0, // of the last data, in seconds since 1970
  times: [], // of the last polls
  functions: new Map(),
  metrics: new Map(),
  data: null,
};

// A function, or a series of a metric: its last row, the rows before it, and its curve.
class Item {
  constructor(row, family) {
    this.family = family;
    this.name = row.name ?? family.name;
    this.module = row.module ?? "";
    this.labels = row.labels ?? [];
    this.place = row.file && row.file + ":" + row.line;
    this.search = [this.name, this.module, ...this.labels.flat(), this.place].join(" ").toLowerCase();
    this.title = shown(this.name) + labelText(this.labels);
    this.past = []; // [{ time, row }], the oldest first
    this.curve = [];
    this.heat = [];
    this.polls = 0;
    this.ended = null; // when a call was last seen to end, or none was in flight, and how many were then
    this.jump = null; // of the share of errors
  }

  get row() { return this.past.at(-1).row; }

  // Forgets an earlier run of the program, but for the curves.
  restart() { this.past = []; this.ended = this.jump = null; }

  // Adds the row of a poll. Rows that are equal are kept once, so what is idle takes no memory.
  add(time, row, keep, heat) {
    const before = this.past.at(-1);
    if (before && isSame(before.row, row)) row = before.row;
    const seconds = before ? time - before.time : 0;
    const isGap = !(seconds > 0 && seconds < 5);
    const change = before && difference(row, before.row);
    if (before || this.polls > 0) {
      const rate = () => (row.value === undefined ? change.calls : change.value) / seconds;
      push(this.curve, isGap ? NaN : this.family?.kind === "gauge" ? row.value : rate(), CURVE);
      push(this.heat, heat > 0 && !isGap ? bucketsSince(row, change.base) : null, Math.max(heat, 1));
      this.polls++;
    }
    push(this.past, { time, row }, keep);
    if (!before || change.calls > 0 || !row.in_flight) this.ended = { time, inFlight: row.in_flight ?? 0 };
  }

  // Returns the row of so many seconds ago, or the oldest that is known.
  before(seconds) {
    const wanted = state.time - seconds + 0.2;
    let found = this.past[0];
    for (const one of this.past) {
      if (one.time > wanted) break;
      found = one;
    }
    return found;
  }

  // Returns what has changed in the last `seconds`, or since the start of the program if that is 0.
  interval(seconds) {
    if (this.last?.time !== state.time || this.last.wanted !== seconds) {
      this.last = seconds === 0 ? this.sinceStart() : new Interval(this, this.before(seconds), seconds);
    }
    return this.last;
  }
  sinceStart() { return new Interval(this, { row: NOTHING, time: state.data.created }, 0); }
}

function push(list, value, most) {
  list.push(value);
  if (list.length > most) list.splice(0, list.length - most);
}

const COUNTS = ["ok", "errors", "panics", "cancelled", "count", "sum", "zeros", "value"];
const isSame = (one, other) => one.in_flight === other.in_flight && COUNTS.every((member) => one[member] === other[member]);

// Returns what a row has more than an earlier one. A row that has less was reset in between.
function difference(row, base) {
  if (COUNTS.some((member) => row[member] < base[member])) base = NOTHING;
  const change = { base };
  for (const member of COUNTS) change[member] = (row[member] ?? 0) - (base[member] ?? 0);
  change.calls = row.ok === undefined ? change.count : change.ok + change.errors + change.panics + change.cancelled;
  return change;
}

// The same of the buckets, as pairs of an index and a count.
function bucketsSince(row, base) {
  const found = [], earlier = base.buckets ?? [];
  for (let i = 0, j = 0; i < (row.buckets?.length ?? 0); i += 2) {
    const index = row.buckets[i];
    while (earlier[j] < index) j += 2;
    const count = row.buckets[i + 1] - (earlier[j] === index ? earlier[j + 1] : 0);
    if (count > 0) found.push(index, count);
  }
  return found;
}

// Returns the bounds of a bucket, in the unit of the row.
function bounds(row, isTime, index) {
  if (row.schema === undefined) {
    const most = row.bounds[index];
    return [row.bounds[index - 1] ?? 0, most > 1.8e19 ? row.max ?? row.bounds[index - 1] ?? 0 : most];
  }
  const unit = isTime ? 1e9 : 1;
  return [2 ** ((index - 1) / 2 ** row.schema) * unit, 2 ** (index / 2 ** row.schema) * unit];
}

// Returns the value that a fraction of those in the buckets of a difference do not exceed.
function percentile(change, fraction) {
  const { row, isTime } = change;
  let rank = Math.max(1, Math.ceil(fraction * change.count));
  if (!(change.count > 0)) return NaN;
  if (rank <= change.zeros) return 0;
  rank -= change.zeros;
  for (let i = 0; i < change.buckets.length; i += 2) {
    if (rank <= change.buckets[i + 1]) {
      const [least, most] = bounds(row, isTime, change.buckets[i]);
      // In a native bucket the harmonic mean, from which both ends are equally far.
      const value = row.schema === undefined ? least + (most - least) * rank / change.buckets[i + 1] : 2 * least * most / (least + most);
      return Math.min(Math.max(value, row.min ?? 0), row.max ?? Infinity);
    }
    rank -= change.buckets[i + 1];
  }
  return row.max ?? NaN;
}

// What has changed in a time. Of many thousand items, only few are asked for what needs their buckets.
class Interval {
  constructor(item, base, wanted) {
    const { row } = item, seconds = state.time - base.time;
    Object.assign(this, difference(row, base.row), { row, wanted, seconds, time: state.time, inFlight: row.in_flight ?? 0 });
    this.isTime = !item.family || row.nanos === true;
    const per = seconds > 0 ? seconds : NaN;
    this.rate = this.calls / per;
    this.perSecond = this.value / per;
    this.share = this.calls > 0 ? this.errors / this.calls : NaN;
    // If one call in several is timed, their time is estimated from these.
    this.busy = (this.count > 0 ? this.sum / 1e9 * (this.calls / this.count) : 0) / per;
  }

  get buckets() { return this.found ??= bucketsSince(this.row, this.base); }
  get kinds() {
    const before = new Map(this.base.kinds);
    return (this.row.kinds ?? []).map(([kind, errors]) => [kind, errors - (before.get(kind) ?? 0)]);
  }
  get p50() { return percentile(this, 0.5); }
  get p95() { return percentile(this, 0.95); }
  get p99() { return percentile(this, 0.99); }
  get max() {
    const last = this.buckets.at(-2);
    if (this.wanted === 0) return this.row.max ?? NaN;
    if (last === undefined) return this.p99;
    return Math.min(bounds(this.row, this.isTime, last)[1], this.row.max ?? Infinity);
  }
}

// Takes the data of a poll.
function take(data) {
  if (state.run !== null && state.run !== data.run) {
    state.restarted = Date.now();
    for (const item of [...state.functions.values(), ...state.metrics.values()]) item.restart();
  }
  state.run = data.run;
  state.data = data;
  state.time = Number(data.time);
  push(state.times, state.time, CURVE);
  // Of more than a thousand functions, only of the one that is open.
  const known = data.functions.length;
  const heat = known > 1000 ? 0 : Math.min(CURVE, Math.floor(150_000 / known));
  const ofFunctions = data.functions.map((row) => [[row.module, row.name, row.labels], row, undefined]);
  state.functions = updated(state.functions, ofFunctions, heat);
  const ofMetrics = [];
  for (const family of data.metrics) {
    for (const row of family.series) {
      if (row.value !== undefined) row.value = Number(row.value); // what JSON has no number for is a text
      ofMetrics.push([[family.name, row.labels], row, family]);
    }
  }
  state.metrics = updated(state.metrics, ofMetrics, 0);
}

// Returns the items of these rows, those that were known before with their past.
function updated(known, rows, heat) {
  const items = new Map();
  // A minute, or less if there are very many.
  const keep = Math.max(14, Math.min(75, Math.floor(150_000 / (rows.length + 1))));
  for (const [id, row, family] of rows) {
    const key = JSON.stringify(id);
    const item = known.get(key) ?? new Item(row, family);
    if (family) item.family = family;
    item.add(state.time, row, keep, item === view.open ? CURVE : heat);
    items.set(key, item);
  }
  return items;
}

// Names may come from strangers. They are shown as text only; what is invisible or turns text around is written out.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const shown = (text) => text.replace(HIDDEN, (c) => "\\u{" + c.charCodeAt(0).toString(16) + "}");
const labelText = (labels) => labels.length === 0 ? "" : "{" + labels.map(([name, value]) =>
  shown(name) + '="' + shown(value.replace(/["\\]/g, "\\$&")) + '"').join(", ") + "}";
