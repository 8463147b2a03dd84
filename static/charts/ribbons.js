// One cursor through all ribbons; a drag or Shift with arrows marks a window to ask about.
class Ribbons {
  constructor(node) {
    this.node = node;
    this.card = node.closest("[data-picture]");
    const island = this.card.querySelector("#ribbons-data");
    Object.assign(this, JSON.parse(island.textContent));
    this.readout = this.card.querySelector("[data-readout]");
    this.ask = this.card.querySelector("a[data-ask]");
    this.cursor = this.overlay("ribbon-cursor");
    this.brush = this.overlay("ribbon-brush");
    this.at = this.days.length - 1;
    this.listen();
  }

  overlay(name) {
    const node = document.createElement("div");
    node.className = name;
    node.hidden = true;
    this.node.append(node);
    return node;
  }

  listen() {
    this.node.addEventListener("pointermove", (event) => this.moved(event));
    this.node.addEventListener("pointerdown", (event) => this.pressed(event));
    this.node.addEventListener("pointerup", () => this.released());
    this.node.addEventListener("pointerleave", () => (this.cursor.hidden = true));
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  plot() {
    const frame = this.node.getBoundingClientRect();
    const plot = this.node.querySelector("[data-ribbon-plot]").getBoundingClientRect();
    return { left: plot.left - frame.left, width: plot.width, screen: plot.left };
  }

  dayAt(event) {
    const { width, screen } = this.plot();
    const share = (event.clientX - screen) / width;
    return share < 0 || share > 1 ? null : Math.min(this.days.length - 1, Math.floor(share * this.days.length));
  }

  moved(event) {
    const day = this.dayAt(event);
    if (day === null) return;
    this.at = day;
    if (this.from !== undefined && event.buttons) this.mark(this.from, day);
    this.show();
  }

  pressed(event) {
    const day = this.dayAt(event);
    if (day === null || event.target.closest("a, button")) return;
    this.from = day;
    this.mark();
  }

  released() {
    this.from = undefined;
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }[event.key];
    if (event.key === "Escape") this.mark();
    if (event.key === "Enter" && this.ask && !this.ask.hidden) this.ask.click();
    if (!step) return;
    event.preventDefault();
    if (event.shiftKey) this.anchor ??= this.at;
    else this.anchor = undefined;
    this.at = Math.max(0, Math.min(this.days.length - 1, this.at + step));
    if (event.shiftKey) this.mark(this.anchor, this.at);
    this.show();
  }

  show() {
    const { left, width } = this.plot();
    this.cursor.hidden = false;
    this.cursor.style.left = `${left + ((this.at + 0.5) / this.days.length) * width}px`;
    const parts = this.lanes
      .map((lane) => [lane.name, this.value(lane)])
      .filter(([, value]) => value !== null)
      .map(([name, value]) => this.span(`${name} ${value}`));
    const mean = this.marked ? [this.span(this.node.dataset.wordMean)] : [];
    this.readout.replaceChildren(this.strong(this.window() ?? this.day(this.at)), ...mean, ...parts);
  }

  // The day under the cursor, or the mean of the marked days.
  value(lane) {
    const [from, until] = this.marked ?? [this.at, this.at];
    const found = lane.values.slice(from, until + 1).filter((value) => value !== null);
    if (!found.length) return null;
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    return mean.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  }

  strong(text) {
    return Object.assign(document.createElement("strong"), { textContent: text });
  }

  span(text) {
    return Object.assign(document.createElement("span"), { textContent: text });
  }

  day(at) {
    const options = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
    return new Date(`${this.days[at]}T12:00:00Z`).toLocaleDateString(document.documentElement.lang, options);
  }

  window() {
    return this.marked ? `${this.day(this.marked[0])} – ${this.day(this.marked[1])}` : null;
  }

  mark(one, other) {
    const empty = one === undefined || one === other;
    this.marked = empty ? null : [Math.min(one, other), Math.max(one, other)];
    this.brush.hidden = empty;
    if (this.ask) this.ask.hidden = empty || !this.node.dataset.ask;
    if (empty) return;
    const { left, width } = this.plot();
    this.brush.style.left = `${left + (this.marked[0] / this.days.length) * width}px`;
    this.brush.style.width = `${((this.marked[1] - this.marked[0] + 1) / this.days.length) * width}px`;
    if (!this.node.dataset.ask) return;
    const url = new URL(this.node.dataset.ask, location.href);
    url.searchParams.set("start", this.days[this.marked[0]]);
    url.searchParams.set("end", this.days[this.marked[1]]);
    this.ask.href = url;
  }
}

function hydrate() {
  for (const node of document.querySelectorAll("[data-ribbons]:not([data-hydrated])")) {
    node.dataset.hydrated = "";
    new Ribbons(node);
  }
}

hydrate();
document.addEventListener("htmx:load", hydrate);
