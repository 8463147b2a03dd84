// How a metric is drawn: what adds up as bars, states as steps or stacked minutes, the
// rest as a line. Each shape says how finely the server is asked, and what uPlot draws.
import uPlot from "../npm/uplot/uPlot.esm.js";
import { DAY, format, length, padded } from "./plot.js";

const LANES = ["sleep", "activity", "mood", "symptoms", "heart", "medication", "accent"];
const shown = (u) => u.data[0].length < 300;

class Line {
  constructor(series, colour, lane) {
    Object.assign(this, { series, colour, lane });
  }

  static resolution() {
    return "";
  }

  columns() {
    return [this.series.v];
  }

  drawn() {
    const ink = this.colour(this.lane);
    return [{ stroke: ink, width: 1.25, spanGaps: false, points: { show: shown, size: 4, fill: ink } }];
  }

  // One faulty value must not flatten all others: the scale is that of the rest.
  range(low, high) {
    const { v, implausible, usual } = this.series;
    if (implausible.length) {
      const doubtful = new Set(implausible);
      const rest = v.filter((value, at) => value !== null && !doubtful.has(at));
      if (rest.length) [low, high] = rest.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [rest[0], rest[0]]);
    }
    if (!usual) return padded(low, high);
    return padded(Math.min(low ?? usual.low, usual.low), Math.max(high ?? usual.high, usual.high));
  }

  axis() {
    return {};
  }

  words(place) {
    const value = this.series.v[place];
    return value === null || value === undefined ? "" : `${format(value)} ${this.series.unit_text}`.trim();
  }

  legend() {
    return [];
  }
}

class Bars extends Line {
  static resolution(span) {
    return span > 14 * DAY ? "day" : span > 1.5 * DAY ? "hour" : "raw";
  }

  drawn() {
    const ink = this.colour(this.lane);
    return [{ stroke: ink, fill: ink, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 40], align: 1 }) }];
  }

  range(low, high) {
    return [0, (high || 1) * 1.08];
  }
}

// A state lasts from its start to its end, and changes at once into the next.
class Steps extends Line {
  static resolution() {
    return "raw";
  }

  drawn() {
    return [{ stroke: this.colour(this.lane), width: 2, points: { show: false }, paths: (u) => this.path(u) }];
  }

  path(u) {
    const stroke = new Path2D();
    const { t, v, ends } = this.series;
    let before = null;
    t.forEach((start, at) => {
      if (v[at] === null) return;
      const [x, y] = [u.valToPos(start / 1000, "x", true), u.valToPos(v[at], "y", true)];
      if (before !== null && start - before <= 60e3) stroke.lineTo(x, y);
      else stroke.moveTo(x, y);
      stroke.lineTo(u.valToPos(ends[at] / 1000, "x", true), y);
      before = ends[at];
    });
    return { stroke, fill: null, clip: null, band: null, gaps: null, flags: 0 };
  }

  // Only the states of this window, so that none has an empty line of its own.
  codes() {
    return [...new Set(this.series.v.filter((value) => value !== null).map(Math.round))].sort((a, b) => a - b);
  }

  range() {
    const codes = this.codes();
    return codes.length ? [codes[0] - 0.5, codes.at(-1) + 0.5] : [0, 1];
  }

  axis() {
    const names = this.codes().map((code) => this.series.states[code] ?? "");
    return { splits: () => this.codes(), values: (_, codes) => codes.map((code) => this.series.states[code] ?? ""), size: 24 + 7 * Math.max(4, ...names.map((name) => name.length)) };
  }

  words(place) {
    const value = this.series.v[place];
    if (value === null || value === undefined) return "";
    return `${this.series.states[Math.round(value)] ?? format(value)}, ${length((this.series.ends[place] - this.series.t[place]) / 60e3)}`;
  }
}

class Stacked extends Line {
  static resolution() {
    return "day";
  }

  names() {
    const present = new Set(this.series.minutes.flatMap((part) => Object.keys(part)));
    return Object.values(this.series.states).filter((name) => present.has(name));
  }

  // Bars stand one on the other: the highest is drawn first, the lowest over it.
  columns() {
    const names = this.names();
    const sums = names.map((_, upto) =>
      this.series.minutes.map((part) => names.slice(0, upto + 1).reduce((sum, name) => sum + (part[name] ?? 0), 0) / 60 || null),
    );
    return sums.reverse();
  }

  drawn() {
    const names = this.names();
    return names.map((_, at) => {
      const ink = this.colour(LANES[(names.length - 1 - at) % LANES.length]);
      return { stroke: ink, fill: ink, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 40], align: 1 }) };
    });
  }

  range(low, high) {
    return [0, (high || 1) * 1.08];
  }

  words(place) {
    const parts = Object.entries(this.series.minutes[place] ?? {}).sort((a, b) => b[1] - a[1]);
    return parts.map(([name, minutes]) => `${name} ${length(minutes)}`).join(", ");
  }

  legend() {
    return this.names().map((name, at) => [name, LANES[at % LANES.length]]);
  }
}

// How a metric sums up and the span of the window → its shape.
export function shapeOf(aggregation, span) {
  if (aggregation === "sum") return Bars;
  if (aggregation !== "time_in_state") return Line;
  return span > 3 * DAY ? Stacked : Steps;
}
