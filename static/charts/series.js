// A series that can be zoomed from years to single samples: each window is fetched
// anew, thinned on the server to what can be seen, gaps drawn as gaps.
import uPlot from "../npm/uplot/uPlot.esm.js";
import { drawBand, drawDoubts, drawGaps, drawMarks } from "./drawing.js";
import { DATES, DAY, axisStyle, format, moment, redrawn, resolved, tableOf, zoned } from "./plot.js";
import { shapeOf } from "./shapes.js";

const SHORTEST = 10e3;
const SLOW = 250;
const FEW_MARKS = 8;

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
    for (const button of this.node.querySelectorAll("[data-move]"))
      button.addEventListener("click", () => this.show(...this.moves()[button.dataset.move]));
    this.node.querySelector("[data-table]").addEventListener("click", (event) => this.toggleTable(event.currentTarget));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    redrawn(this.plot, () => this.draw(), () => this.chart?.setSize(this.size()));
  }

  moves() {
    const span = this.end - this.start;
    return {
      ArrowLeft: [this.start - span / 4, this.end - span / 4],
      ArrowRight: [this.start + span / 4, this.end + span / 4],
      "+": [this.start + span / 4, this.end - span / 4],
      "-": [this.start - span / 2, this.end + span / 2],
      0: this.full,
    };
  }

  key(event) {
    if (event.shiftKey && event.key.startsWith("Arrow")) return this.step(event);
    const to = this.moves()[event.key === "=" ? "+" : event.key];
    if (!to) return;
    event.preventDefault();
    this.show(...to);
  }

  // Shift with arrows walks from point to point, and says each.
  step(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way || !this.chart) return;
    event.preventDefault();
    const { t } = this.series;
    let place = this.at === undefined ? (way > 0 ? 0 : t.length - 1) : this.at + way;
    while (this.shape.words(place) === "" && place >= 0 && place < t.length) place += way;
    if (place < 0 || place >= t.length) return;
    const left = this.chart.valToPos(t[place] / 1000, "x");
    this.chart.setCursor({ left, top: this.chart.bbox.height / 2 / devicePixelRatio });
    this.say(place);
  }

  show(start, end) {
    if (end - start < SHORTEST) return;
    [this.start, this.end] = [start, Math.min(end, Math.max(this.full[1], Date.now() + DAY))];
    this.load();
  }

  address() {
    const url = new URL(this.data.url, location.href);
    const shape = shapeOf(this.data.aggregation, this.end - this.start);
    const resolution = shape.resolution(this.end - this.start);
    url.searchParams.set("metric", url.searchParams.get("metric") ?? this.data.metric);
    url.searchParams.set("start", new Date(this.start).toISOString());
    url.searchParams.set("end", new Date(this.end).toISOString());
    if (resolution) url.searchParams.set("resolution", resolution);
    else url.searchParams.set("points", String(Math.max(200, Math.round(this.plot.clientWidth * 1.5))));
    if (this.marksList()) url.searchParams.set("annotations", "true");
    return [url, shape];
  }

  async load() {
    const [url, shape] = this.address();
    this.aborter?.abort();
    this.aborter = new AbortController();
    const slow = setTimeout(() => (this.note.textContent = this.data.wordLoading), SLOW);
    this.plot.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.aborter.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.series = await answer.json();
      this.shape = new shape(this.series, (token) => resolved(this.node, token), this.data.lane);
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = this.data.wordFailed;
      else return;
    } finally {
      clearTimeout(slow);
    }
    this.plot.removeAttribute("aria-busy");
  }

  size() {
    return { width: this.plot.clientWidth, height: 260 };
  }

  draw() {
    if (!this.series) return;
    this.at = undefined;
    const { unit_text: unit, usual } = this.series;
    this.node.querySelector("[data-unit]").textContent = this.unitWords();
    this.chart?.destroy();
    this.chart = new uPlot(this.options(), [this.series.t.map((ms) => ms / 1000), ...this.shape.columns()], this.plot);
    const empty = !this.series.total;
    const band = usual ? `${this.data.wordUsual} ${format(usual.low)}–${format(usual.high)} ${unit}. ` : "";
    this.note.textContent = empty ? this.data.wordEmpty : band + this.summary();
    this.markWindow();
    this.listMarks();
    this.listStates();
    if (!this.table.hidden) this.fillTable();
  }

  unitWords() {
    const per = { day: this.data.wordPerDay, hour: this.data.wordPerHour }[this.series.resolution] ?? "";
    return [this.series.minutes.length ? "h" : this.series.unit_text, per].filter(Boolean).join(" ");
  }

  summary() {
    const parts = [];
    const points = this.series.v.filter((value) => value !== null).length;
    if (this.series.resolution === "points" || this.series.resolution === "raw")
      parts.push(points < this.series.total ? this.data.wordThinned.replace("%1", points.toLocaleString()).replace("%2", this.series.total.toLocaleString()) : this.data.wordSingle.replace("%1", points.toLocaleString()));
    if (this.series.gaps.length) parts.push(this.data.wordGaps.replace("%1", this.series.gaps.length));
    if (this.series.implausible.length) parts.push(this.data.wordDoubts.replace("%1", this.series.implausible.length));
    return parts.join(" ");
  }

  options() {
    const axis = axisStyle(this.node);
    const ink = (token) => resolved(this.node, token);
    const [band, gap, high, mark, surface] = ["band", "sunken", "high", "2", "surface"].map(ink);
    return {
      ...this.size(),
      tzDate: zoned(this.data.zone),
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: { x: { min: this.start / 1000, max: this.end / 1000 }, y: { range: (_, low, top) => this.shape.range(low, top) } },
      axes: [{ ...axis, values: DATES }, { ...axis, size: 60, ...this.shape.axis() }],
      series: [{}, ...this.shape.drawn()],
      hooks: {
        drawClear: [(u) => drawGaps(u, this.series.gaps, gap), (u) => this.series.usual && drawBand(u, this.series.usual, band)],
        draw: [(u) => drawDoubts(u, this.series.implausible, high), (u) => drawMarks(u, this.series.annotations ?? [], mark, surface)],
        setSelect: [(u) => this.brushed(u)],
        setCursor: [(u) => this.say(u.cursor.idx)],
      },
    };
  }

  brushed(u) {
    if (u.select.width < 4) return;
    const from = u.posToVal(u.select.left, "x") * 1000;
    const until = u.posToVal(u.select.left + u.select.width, "x") * 1000;
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.show(from, until);
  }

  say(place) {
    if (place === null || place === undefined) return;
    const words = this.shape.words(place);
    if (!words) return;
    this.at = place;
    this.note.textContent = [`${words}, ${this.when(this.series.t[place])}`, this.deviceOf(place), this.doubtOf(place)].filter(Boolean).join(" · ");
  }

  when(ms) {
    return moment(ms, this.data.zone, { clock: this.series.resolution !== "day" });
  }

  deviceOf(place) {
    const device = this.series.device[place];
    return device === null || device === undefined ? "" : this.series.devices[device]?.name || this.data.wordNoDevice;
  }

  doubtOf(place) {
    return this.series.implausible.includes(place) ? this.data.wordDoubt : "";
  }

  markWindow() {
    const days = Math.round((this.end - this.start) / DAY);
    for (const button of this.node.querySelectorAll("[data-days]"))
      button.setAttribute("aria-pressed", String(this.end === this.full[1] && Number(button.dataset.days) === days));
    const [start, end] = [new Date(this.start).toISOString(), new Date(this.end).toISOString()];
    this.node.dispatchEvent(new CustomEvent("clinicity:window", { bubbles: true, detail: { start, end } }));
    const ask = this.node.querySelector("[data-ask]");
    if (!ask) return;
    const url = new URL(ask.dataset.href, location.href);
    url.searchParams.set("start", start);
    url.searchParams.set("end", end);
    ask.href = url;
  }

  marksList() {
    return this.node.querySelector("[data-marks]");
  }

  listMarks() {
    const box = this.marksList();
    if (!box) return;
    const marks = this.series.annotations ?? [];
    box.querySelector("ol").replaceChildren(...marks.map((mark) => {
      const line = document.createElement("li");
      line.textContent = `${mark.text}, ${this.when(mark.t)}`;
      return line;
    }));
    box.querySelector("[data-marks-count]").textContent = marks.length;
    box.open = marks.length <= FEW_MARKS;
    box.hidden = !marks.length;
  }

  listStates() {
    const legend = this.node.querySelector("[data-legend]");
    legend.replaceChildren(...this.shape.legend().map(([name, lane]) => {
      const line = document.createElement("li");
      line.className = `chart-state ink-${lane}`;
      const word = document.createElement("span");
      word.textContent = name;
      line.append(word);
      return line;
    }));
    legend.hidden = !legend.children.length;
  }

  toggleTable(button) {
    this.table.hidden = !this.table.hidden;
    button.setAttribute("aria-pressed", String(!this.table.hidden));
    if (!this.table.hidden) this.fillTable();
  }

  fillTable() {
    const rows = this.series.t.flatMap((ms, at) => {
      const words = this.shape.words(at);
      return words ? [[this.when(ms), words, this.deviceOf(at), this.doubtOf(at)]] : [];
    });
    const heads = [this.data.wordTime, this.data.wordValue, this.data.wordDevice, this.data.wordRemark];
    this.table.replaceChildren(tableOf(heads, rows));
  }
}

export function hydrate(root = document) {
  for (const node of root.querySelectorAll("[data-series]:not([data-hydrated])")) {
    node.dataset.hydrated = "";
    new Series(node);
  }
}

hydrate();
document.addEventListener("htmx:load", (event) => hydrate(event.detail.elt.parentElement ?? document));
