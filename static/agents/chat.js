// A conversation: ask without leaving the page, follow the steps over the socket,
// and light the source of the sentence under the pointer. Without script the form
// posts and the page comes back with the answer.
const FALLBACK_MS = 3000;

class Chat {
  constructor(root) {
    this.root = root;
    this.turns = root.querySelector("[data-turns]");
    this.form = root.querySelector("[data-ask-form]");
    this.seen = new Map();
    root.dataset.live = "";
    this.form.addEventListener("submit", (event) => this.ask(event));
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    for (const kind of ["pointerover", "focusin"])
      this.turns.addEventListener(kind, (event) => this.light(event.target));
    this.turns.addEventListener("pointerleave", () => this.light(null));
    this.turns.addEventListener("submit", (event) => this.stop(event));
    if (root.dataset.session) this.listen(root.dataset.session);
    for (const node of this.running()) this.follow(node.dataset.turn);
  }

  running() {
    return this.turns.querySelectorAll("[data-turn]:has([data-running])");
  }

  async ask(event) {
    event.preventDefault();
    const button = this.form.querySelector("button[type=submit]");
    button.disabled = true;
    const answer = await fetch(this.form.action, {
      method: "POST",
      body: new FormData(this.form),
      headers: { "X-Listens": "1", Accept: "application/json" },
    }).catch(() => null);
    button.disabled = false;
    if (!answer?.ok) return this.form.submit();
    const asked = await answer.json();
    this.form.elements.question.value = "";
    this.form.elements.session.value = asked.session_id;
    history.replaceState(null, "", asked.page);
    this.listen(asked.session_id);
    await this.show(asked.turn_id);
    this.follow(asked.turn_id);
  }

  // One socket a conversation. Pushes are numbered; what was missed is asked for again.
  listen(session) {
    if (this.session === session) return;
    this.session = session;
    this.socket?.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/chat/${session}/`);
    socket.addEventListener("open", () => {
      for (const [turn, after] of this.seen) socket.send(JSON.stringify({ resume: turn, after }));
    });
    socket.addEventListener("message", (event) => this.told(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      if (this.socket !== socket || event.code >= 4400) return;
      this.session = null;
      setTimeout(() => this.listen(session), FALLBACK_MS);
    });
    this.socket = socket;
  }

  // Follow a turn over the socket, and look by oneself where no push arrives.
  follow(turn) {
    if (!this.seen.has(turn)) this.seen.set(turn, 0);
    if (this.socket?.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify({ resume: turn, after: this.seen.get(turn) }));
    setTimeout(async () => {
      if (!this.seen.has(turn)) return;
      await this.show(turn);
      if (this.node(turn)?.querySelector("[data-running]")) this.follow(turn);
      else this.seen.delete(turn);
    }, FALLBACK_MS);
  }

  async told(message) {
    const { turn_id: turn, sequence } = message;
    const node = this.node(turn);
    if (!node) return message.kind === "done" ? undefined : this.show(turn);
    if (sequence <= (this.seen.get(turn) ?? 0)) return;
    this.seen.set(turn, sequence);
    if (message.kind === "step") this.step(node, message);
    if (message.kind === "sentence") this.sentence(node, message);
    if (message.kind === "done") {
      this.seen.delete(turn);
      await this.show(turn);
    }
  }

  step(node, { step }) {
    const steps = [...node.querySelectorAll("[data-step]")];
    const now = steps.findIndex((item) => item.dataset.step === step);
    steps.forEach((item, at) => {
      item.classList.toggle("done", at < now);
      item.classList.toggle("now", at === now);
    });
  }

  sentence(node, { text, citations }) {
    const live = node.querySelector("[data-live]");
    if (!live) return;
    const line = document.createElement("p");
    line.className = "said";
    line.textContent = `${text} `;
    for (const { n, url, label } of citations) {
      const chip = document.createElement("a");
      Object.assign(chip, { className: "cite", href: url, title: label, textContent: n });
      line.append(chip);
    }
    live.append(line);
  }

  node(turn) {
    return this.turns.querySelector(`[data-turn="${CSS.escape(turn)}"]`);
  }

  // Fetch a turn as the server draws it, and put it in its place.
  async show(turn) {
    const url = this.root.dataset.turnUrl.replace(/[0-9a-f-]{36}/, turn);
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text(); // safe: J01 our own page, inert in a template
    const fresh = holder.content.querySelector("[data-turn]");
    const known = this.node(turn);
    if (known) return known.replaceWith(fresh);
    this.turns.querySelector("[data-empty]")?.remove();
    const card = document.createElement("section");
    card.className = "card card-body";
    card.append(fresh);
    this.turns.append(card);
    fresh.scrollIntoView({ block: "nearest" });
  }

  stop(event) {
    if (!("stop" in event.target.dataset) || this.socket?.readyState !== WebSocket.OPEN) return;
    event.preventDefault();
    const node = event.target.closest("[data-turn]");
    this.socket.send(JSON.stringify({ stop: node.dataset.turn }));
  }

  light(target) {
    for (const node of this.turns.querySelectorAll(".lit")) node.classList.remove("lit");
    const said = target?.closest("[data-cites], [data-said], [data-source]");
    if (!said) return;
    const { cites, said: all, source } = said.dataset;
    const wanted = (cites ?? all ?? source).trim().split(/\s+/).filter(Boolean);
    for (const id of wanted) {
      this.turns.querySelector(`[data-source="${CSS.escape(id)}"]`)?.classList.add("lit");
      if (source)
        for (const node of this.turns.querySelectorAll(`[data-said~="${CSS.escape(id)}"]`)) node.classList.add("lit");
    }
    said.classList.add("lit");
  }
}

for (const root of document.querySelectorAll("[data-chat]")) new Chat(root);
