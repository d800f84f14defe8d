
// Formats and drawings.

// Returns a number with three digits, and a suffix from a thousand thousands on.
function count(n) {
  if (n === undefined || Number.isNaN(n)) return "–";
  const size = Math.abs(n);
  if (!Number.isFinite(n)) return n > 0 ? "∞" : "−∞";
  for (const [unit, of] of [["T", 1e12], ["G", 1e9], ["M", 1e6]]) if (size >= of) return digits(n / of) + " " + unit;
  if (Number.isInteger(n)) return n.toLocaleString("en").replaceAll(",", "\u2009");
  return size >= 1000 ? count(Math.round(n)) : digits(n);
}
function digits(n) {
  const size = Math.abs(n);
  if (size > 0 && size < 0.001) return "<0.001";
  return n.toFixed(size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0).replace(/\.0+$|(\.\d*?)0+$/, "$1");
}
function time(nanos) {
  if (nanos === undefined || Number.isNaN(nanos)) return "–";
  if (!Number.isFinite(nanos)) return "∞";
  if (nanos < 999.5) return Math.round(nanos) + " ns";
  for (const [unit, of] of [["µs", 1e3], ["ms", 1e6]]) if (nanos / of < 999.5) return three(nanos / of) + " " + unit;
  return nanos < 12e10 ? three(nanos / 1e9) + " s" : span(nanos / 1e9);
}
const three = (n) => n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0);
function span(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = Math.max(0, units.findIndex(([, of]) => seconds >= of));
  const [unit, of] = units[seconds < 1 ? 3 : first];
  const [small, ofSmall] = units[first + 1] ?? [];
  const rest = small && Math.floor(seconds % of / ofSmall);
  return Math.floor(seconds / of) + " " + unit + (rest ? ` ${rest} ${small}` : "");
}
function bytes(n) {
  for (const [unit, of] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]) if (Math.abs(n) >= of) return digits(n / of) + " " + unit;
  return count(n) + " B";
}
const percent = (share) => Number.isNaN(share) ? "–" : share === 0 ? "0" : share < 0.0005 ? "<0.1 %" : digits(share * 100) + " %";
// Returns a value of a metric in its unit.
function quantity(item, n, isTime) {
  if (isTime) return time(n);
  const unit = item.family.unit;
  if (n === undefined || Number.isNaN(n)) return "–";
  if (item.name.includes("start_time_seconds")) return new Date(n * 1000).toLocaleString();
  return unit === "bytes" ? bytes(n) : unit === "seconds" ? time(n * 1e9) : count(n);
}

// Creates an element. Children are elements or texts; a text is never markup.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
// Sets a text if it is another one.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString();
// Returns how many polls a drawing has room for: whole half minutes, so it is never mostly empty.
const room = (list) => Math.min(CURVE, Math.max(1, Math.ceil(list.length / 30)) * 30);

// Draws a curve, the latest value on the right, from 0 to the largest value. A point is the mean of several polls; a band shows the
// least and the most of them, so what changes at each poll is no block.
function drawCurve([band, line], { curve, polls }) {
  const finite = curve.filter(Number.isFinite);
  const most = Math.max(0, ...finite) || 1, least = Math.min(0, ...finite);
  const y = (value) => (23 - 22 * (value - least) / (most - least)).toFixed(1);
  const all = room(curve), size = all / 30;
  let d = "", edges = "", isDrawing = false;
  for (let end = polls; end > polls - curve.length;) {
    // Groups begin at multiples of their size, so that they stay the same from poll to poll.
    const begin = Math.max(polls - curve.length, Math.floor((end - 1) / size) * size);
    const group = curve.slice(begin - polls + curve.length, end - polls + curve.length).filter(Number.isFinite);
    const x = (180 - 180 * (polls - (begin + end) / 2) / all).toFixed(1);
    if (group.length > 0) {
      d += (isDrawing ? "L" : "M") + x + " " + y(group.reduce((sum, value) => sum + value) / group.length);
      edges += `M${x} ${y(Math.min(...group))}V${y(Math.max(...group))}`;
    }
    isDrawing = group.length > 0;
    end = begin;
  }
  band.setAttribute("d", edges);
  line.setAttribute("d", d);
}

// Draws the latencies of a function over time: a column for each poll, a row for each native bucket, darker for more calls.
function drawHeat(canvas, item) {
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  context.font = "12px system-ui, sans-serif";
  const columns = item.heat.map((buckets) => buckets ?? []);
  let least = Infinity, most = -Infinity, peak = 1;
  for (const buckets of columns) {
    for (let i = 0; i < buckets.length; i += 2) {
      least = Math.min(least, buckets[i]);
      most = Math.max(most, buckets[i]);
      peak = Math.max(peak, buckets[i + 1]);
    }
  }
  const faint = style.getPropertyValue("--faint");
  context.fillStyle = faint;
  if (least > most) {
    context.fillText("No calls since this page was opened.", 8, 20);
    return;
  }
  const [left, bottom] = [64, 18];
  const [wide, high] = [(width - left) / room(columns), (height - bottom) / (most - least + 1)];
  const y = (index) => height - bottom - (index - least + 1) * high;
  // Times beside the rows, as many as have room.
  const step = Math.ceil(20 / high);
  for (let index = least; index <= most; index += step) context.fillText(time(bounds(item.row, true, index)[1]), 0, Math.max(11, y(index) + Math.min(high, 12)));
  const oldest = left + (room(columns) - columns.length) * wide;
  context.fillText(clock(state.times.at(-columns.length)), Math.min(oldest, width - 140), height - 4);
  context.textAlign = "right";
  context.fillText(clock(state.time), width, height - 4);
  context.fillStyle = style.getPropertyValue("--accent");
  columns.forEach((buckets, column) => {
    const x = left + (room(columns) - columns.length + column) * wide;
    for (let i = 0; i < buckets.length; i += 2) {
      context.globalAlpha = 0.15 + 0.85 * Math.sqrt(buckets[i + 1] / peak);
      context.fillRect(x, y(buckets[i]), Math.max(1, wide - 0.4), Math.max(1, high - 0.4));
    }
  });
}
