// What every chart of time shares: colours of the theme, axes in words, zones, numbers.
import uPlot from "../npm/uplot/uPlot.esm.js";

export const DAY = 86400e3;
const YEAR = 365 * 86400;

// Axis labels say the month in words, so that no date can be read in two ways.
export const DATES = [
  [YEAR, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * 86400, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [3600, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
];

// light-dark() is resolved by asking an element, not by reading the token.
export function resolved(node, token) {
  const probe = document.createElement("span");
  probe.className = `ink-${token}`;
  node.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function axisStyle(node) {
  const line = resolved(node, "line");
  return { stroke: resolved(node, "2"), grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
}

export const zoned = (zone) => (seconds) => uPlot.tzDate(new Date(seconds * 1e3), zone);

export function format(value) {
  return Number(value).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 4 });
}

export function moment(ms, zone, { clock = true } = {}) {
  const time = clock ? { hour: "2-digit", minute: "2-digit" } : {};
  return new Date(ms).toLocaleString(document.documentElement.lang, { day: "numeric", month: "short", year: "numeric", ...time, timeZone: zone });
}

// Minutes as people say them: 45 min, 7 h 20 min.
export function length(minutes) {
  const whole = Math.round(minutes);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")} min`;
}

export function padded(low, high) {
  if (low === null || low === undefined) return [0, 1];
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  return [low >= 0 ? Math.max(0, low - pad) : low - pad, high + pad];
}

export function tableOf(heads, rows) {
  const table = document.createElement("table");
  table.className = "table";
  const head = table.createTHead().insertRow();
  for (const words of heads) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = words;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const words of cells) row.insertCell().textContent = words;
  }
  return table;
}

// Draw again when the theme or the width changes.
export function redrawn(plot, draw, resize) {
  new ResizeObserver(resize).observe(plot);
  document.addEventListener("clinicity:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
