// A series that can be zoomed from years to single samples: each window is fetched
// anew, thinned on the server to what can be seen, gaps drawn as gaps.
import uPlot from "../npm/uplot/uPlot.esm.js";

const DAY = 86400e3;

// light-dark() is resolved by asking an element, not by reading the token.
function resolved(node, token) {
  const probe = document.createElement("span");
  probe.className = `ink-${token}`;
  node.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

class Series {
  constructor(node) {
    this.node = node;
    this.data = node.dataset;
    this.plot = node.querySelector("[data-plot]");
    this.note = node.querySelector("[data-note]");
    this.table = node.querySelector("[data-table-body]");
    this.end = this.data.end ? Date.parse(this.data.end) : Date.now();
    this.start = this.data.start ? Date.parse(this.data.start) : this.end - 90 * DAY;
    this.full = [this.start, this.end];
    this.listen();
    this.load();
  }

  listen() {
    for (const button of this.node.querySelectorAll("[data-days]"))
      button.addEventListener("click", () => this.show(this.full[1] - button.dataset.days * DAY, this.full[1]));
    this.node.querySelector("[data-table]").addEventListener("click", (event) => this.toggleTable(event.currentTarget));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.chart?.setSize(this.size())).observe(this.plot);
    document.addEventListener("clinicity:theme", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  key(event) {
    const span = this.end - this.start;
    const moves = {
      ArrowLeft: [this.start - span / 4, this.end - span / 4],
      ArrowRight: [this.start + span / 4, this.end + span / 4],
      "+": [this.start + span / 4, this.end - span / 4],
      "-": [this.start - span / 2, this.end + span / 2],
      0: this.full,
    };
    const to = moves[event.key === "=" ? "+" : event.key];
    if (!to) return;
    event.preventDefault();
    this.show(...to);
  }

  show(start, end) {
    if (end - start < 60e3) return;
    [this.start, this.end] = [start, end];
    this.load();
  }

  async load() {
    const url = new URL(this.data.url, location.href);
    url.searchParams.set("metric", url.searchParams.get("metric") ?? this.data.metric);
    url.searchParams.set("start", new Date(this.start).toISOString());
    url.searchParams.set("end", new Date(this.end).toISOString());
    url.searchParams.set("points", String(Math.max(200, Math.round(this.plot.clientWidth * 1.5))));
    this.aborter?.abort();
    this.aborter = new AbortController();
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.aborter.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.series = await answer.json();
      // UCUM writes what is counted in braces; people don't.
      this.series.unit = (this.series.unit ?? "").replace(/[{}]/g, "");
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = this.data.wordFailed;
    }
  }

  size() {
    return { width: this.plot.clientWidth, height: 240 };
  }

  draw() {
    if (!this.series) return;
    const { t, v, unit, usual } = this.series;
    this.node.querySelector("[data-unit]").textContent = unit ?? "";
    this.chart?.destroy();
    this.chart = new uPlot(this.options(usual), [t.map((ms) => ms / 1000), v], this.plot);
    const empty = !v.some((value) => value !== null);
    const band = usual ? `${this.data.wordUsual} ${this.format(usual.low)}–${this.format(usual.high)} ${unit ?? ""}. ` : "";
    this.note.textContent = empty ? this.data.wordEmpty : band + this.data.wordGaps;
    this.markWindow();
    if (!this.table.hidden) this.fillTable();
  }

  options(usual) {
    const ink = resolved(this.node, "2");
    const line = resolved(this.node, "line");
    const lane = resolved(this.node, this.data.lane);
    const band = resolved(this.node, "band");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
    return {
      ...this.size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), this.data.zone),
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: { x: { min: this.start / 1000, max: this.end / 1000 }, y: { range: (_, low, high) => this.range(low, high, usual) } },
      axes: [{ ...axis, values: DATES }, { ...axis, size: 60 }],
      series: [{}, { stroke: lane, width: 1.25, spanGaps: false, points: { show: (u) => u.data[0].length < 300, size: 3, fill: lane } }],
      hooks: {
        drawClear: [(u) => usual && drawBand(u, usual, band)],
        setSelect: [(u) => this.brushed(u)],
        setCursor: [(u) => this.read(u)],
      },
    };
  }

  range(low, high, usual) {
    if (low === null) return usual ? [usual.low, usual.high] : [0, 1];
    const bottom = Math.min(low, usual?.low ?? low);
    const top = Math.max(high, usual?.high ?? high);
    const pad = (top - bottom || Math.abs(top) || 1) * 0.08;
    return [bottom >= 0 ? Math.max(0, bottom - pad) : bottom - pad, top + pad];
  }

  brushed(u) {
    if (u.select.width < 4) return;
    const from = u.posToVal(u.select.left, "x") * 1000;
    const until = u.posToVal(u.select.left + u.select.width, "x") * 1000;
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.show(from, until);
  }

  read(u) {
    const { idx } = u.cursor;
    if (idx === null || idx === undefined) return;
    const value = this.series.v[idx];
    if (value === null || value === undefined) return;
    this.note.textContent = `${this.format(value)} ${this.series.unit ?? ""} ${this.data.wordAt} ${this.moment(this.series.t[idx])}`;
  }

  format(value) {
    return Number(value).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 4 });
  }

  moment(ms) {
    const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: this.data.zone };
    return new Date(ms).toLocaleString(document.documentElement.lang, options);
  }

  markWindow() {
    const days = Math.round((this.end - this.start) / DAY);
    for (const button of this.node.querySelectorAll("[data-days]"))
      button.setAttribute("aria-pressed", String(this.end === this.full[1] && Number(button.dataset.days) === days));
    const ask = this.node.querySelector("[data-ask]");
    if (!ask) return;
    const url = new URL(ask.dataset.href, location.href);
    url.searchParams.set("start", new Date(this.start).toISOString());
    url.searchParams.set("end", new Date(this.end).toISOString());
    ask.href = url;
  }

  toggleTable(button) {
    this.table.hidden = !this.table.hidden;
    button.setAttribute("aria-pressed", String(!this.table.hidden));
    if (!this.table.hidden) this.fillTable();
  }

  fillTable() {
    const table = document.createElement("table");
    table.className = "table";
    const head = table.createTHead().insertRow();
    for (const words of [this.data.wordTime, `${this.data.wordValue} (${this.series.unit ?? ""})`]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = words;
      head.append(cell);
    }
    const body = table.createTBody();
    this.series.t.forEach((ms, at) => {
      if (this.series.v[at] === null) return;
      const row = body.insertRow();
      row.insertCell().textContent = this.moment(ms);
      row.insertCell().textContent = this.format(this.series.v[at]);
    });
    this.table.replaceChildren(table);
  }
}

// Axis labels say the month in words, so that no date can be read in two ways.
const YEAR = 365 * 86400;
const DATES = [
  [YEAR, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * 86400, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [3600, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
];

function drawBand(u, usual, fill) {
  const top = u.valToPos(usual.high, "y", true);
  const bottom = u.valToPos(usual.low, "y", true);
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  u.ctx.clip();
  u.ctx.fillStyle = fill;
  u.ctx.fillRect(u.bbox.left, top, u.bbox.width, bottom - top);
  u.ctx.restore();
}

export function hydrate(root = document) {
  for (const node of root.querySelectorAll("[data-series]:not([data-hydrated])")) {
    node.dataset.hydrated = "";
    new Series(node);
  }
}

hydrate();
document.addEventListener("htmx:load", (event) => hydrate(event.detail.elt.parentElement ?? document));
