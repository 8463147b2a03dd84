// Two metrics on one axis of time, each with its own scale and its own side.
import uPlot from "../npm/uplot/uPlot.esm.js";
import { DATES, axisStyle, format, moment, padded, redrawn, resolved, tableOf, zoned } from "../charts/plot.js";

class Pair {
  constructor(node) {
    this.node = node;
    this.data = node.dataset;
    this.plot = node.querySelector("[data-plot]");
    this.note = node.querySelector("[data-note]");
    this.found = JSON.parse(document.getElementById(this.data.island).textContent);
    this.plot.addEventListener("keydown", (event) => this.key(event));
    redrawn(this.plot, () => this.draw(), () => this.chart?.setSize(this.size()));
    this.node.querySelector("[data-table-body]").append(this.table());
    this.draw();
  }

  size() {
    return { width: this.plot.clientWidth, height: 300 };
  }

  draw() {
    const { first, second, t, a, b } = this.found;
    this.chart?.destroy();
    const axis = axisStyle(this.node);
    const inks = [this.data.firstLane, this.data.secondLane].map((lane) => resolved(this.node, lane));
    const side = (scale, at, side) => ({ ...axis, scale, side, stroke: inks[at], size: 56, grid: at ? { show: false } : axis.grid });
    const line = (scale, at, dash) => ({ scale, stroke: inks[at], width: 1.5, dash, spanGaps: false, points: { show: true, size: 4, fill: inks[at] } });
    this.chart = new uPlot({
      ...this.size(),
      tzDate: zoned(this.data.zone),
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      scales: { x: {}, a: { range: (_, low, high) => padded(low, high) }, b: { range: (_, low, high) => padded(low, high) } },
      axes: [{ ...axis, values: DATES }, side("a", 0, 3), side("b", 1, 1)],
      series: [{}, line("a", 0), line("b", 1, [6, 4])],
      hooks: { setCursor: [(u) => this.say(u.cursor.idx)] },
    }, this.withGaps(t, a, b), this.plot);
    this.names = [first, second];
  }

  // Days that follow each other are joined; a missing one breaks both lines.
  withGaps(t, a, b) {
    const step = this.found.period === "day" ? 86400e3 * 1.5 : 3600e3 * 1.5;
    const columns = [[], [], []];
    t.forEach((ms, at) => {
      if (at && ms - t[at - 1] > step) [(ms + t[at - 1]) / 2000, null, null].forEach((v, n) => columns[n].push(v));
      [ms / 1000, a[at], b[at]].forEach((v, n) => columns[n].push(v));
    });
    return columns;
  }

  words(side, value) {
    return `${side.name} ${format(value)} ${side.unit_text}`.trim();
  }

  when(ms) {
    return moment(ms, this.data.zone, { clock: this.found.period === "hour" });
  }

  say(place) {
    if (place === null || place === undefined) return;
    const [x, a, b] = this.chart.data.map((column) => column[place]);
    if (a === null) return;
    this.at = place;
    this.note.textContent = `${this.when(x * 1000)}: ${this.words(this.names[0], a)} · ${this.words(this.names[1], b)}`;
  }

  key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const count = this.chart.data[0].length;
    const place = Math.min(count - 1, Math.max(0, (this.at ?? (way > 0 ? -1 : count)) + way));
    this.chart.setCursor({ left: this.chart.valToPos(this.chart.data[0][place], "x"), top: 20 });
    this.at = place;
    this.say(place);
  }

  table() {
    const { first, second, t, a, b } = this.found;
    const heads = [this.data.wordTime, ...[first, second].map((side) => `${side.name} (${side.unit_text || side.kind})`)];
    return tableOf(heads, t.map((ms, at) => [this.when(ms), format(a[at]), format(b[at])]));
  }
}

for (const node of document.querySelectorAll("[data-pair]")) new Pair(node);
