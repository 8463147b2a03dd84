// Sends a file in parts, and keeps the progress of imports on the page up to date.
const FOR_GOOD = new Set([4401, 4404]);
const LONGEST_WAIT = 30000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = (buffer) => crypto.subtle.digest("SHA-256", buffer);

class Refused extends Error {}

// Asks until the server answers: a lost connection loses nothing, the part is sent again.
async function ask(place, method, url, body, type = "application/json") {
  for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      const answer = await fetch(url, { method, body, headers: { "Content-Type": type, "X-CSRFToken": csrf() } });
      if (answer.ok) return await answer.json();
      if (answer.status < 500) throw new Refused((await answer.json()).detail || document.body.dataset.failed);
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    say(place, place.dataset.saysOffline);
    await pause(wait);
  }
}

function say(place, text, left = "") {
  place.querySelector("[data-import-note]").textContent = text;
  place.querySelector("[data-import-left]").textContent = left;
}

function size(bytes) {
  const unit = bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: unit[0], maximumFractionDigits: 1 }).format(bytes / unit[1]);
}

async function send(place, file) {
  const { uploads, patient, saysSending, saysChecking, saysStopped, prepare } = place.dataset;
  const bar = place.querySelector("progress");
  const begun = await ask(place, "POST", uploads, JSON.stringify({ patient_id: patient, name: file.name, size: file.size }));
  const one = `${uploads.replace(/\/$/, "")}/${begun.id}/`;
  const digests = [];
  const began = performance.now();
  for (let offset = 0; offset < file.size; offset += begun.part_bytes) {
    if (place.dataset.stopped) {
      say(place, saysStopped);
      return "";
    }
    const part = await file.slice(offset, offset + begun.part_bytes).arrayBuffer();
    digests.push(await sha256(part));
    // What arrived before a reload is only read again, for the digest of the whole.
    if (offset >= begun.received) await ask(place, "PUT", `${one}?offset=${offset}`, part, "application/octet-stream");
    const there = offset + part.byteLength;
    bar.value = (1000 * there) / file.size;
    const sent = there - begun.received;
    const rate = sent > 0 ? ` · ${size(sent / ((performance.now() - began) / 1000))}/s` : "";
    say(place, `${saysSending} ${file.name}`, `${size(there)} / ${size(file.size)}${rate}`);
  }
  say(place, saysChecking);
  const digest = hex(await sha256(await new Blob(digests).arrayBuffer()));
  await ask(place, "POST", `${one}finish/`, JSON.stringify({ digest }));
  return prepare.replace(patient, begun.id);
}

async function take(place, file) {
  if (!file || place.dataset.busy) return;
  const error = place.querySelector("[data-import-error]");
  const parts = ["[data-import-progress]", "[data-import-stop]"].map((name) => place.querySelector(name));
  const leaving = (event) => event.preventDefault();
  place.dataset.busy = "1";
  delete place.dataset.stopped;
  error.hidden = true;
  for (const part of parts) part.hidden = false;
  addEventListener("beforeunload", leaving);
  let next = "";
  try {
    next = await send(place, file);
  } catch (refusal) {
    parts[0].hidden = true;
    error.textContent = refusal.message;
    error.hidden = false;
  }
  removeEventListener("beforeunload", leaving);
  parts[1].hidden = true;
  place.querySelector("input").value = "";
  delete place.dataset.busy;
  if (next) location.assign(next);
}

for (const place of document.querySelectorAll("[data-import-drop]")) {
  place.querySelector("input").addEventListener("change", (event) => take(place, event.target.files[0]));
  place.querySelector("[data-import-stop]").addEventListener("click", () => { place.dataset.stopped = "1"; });
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.dataset.over = "1"; });
  place.addEventListener("dragleave", () => { delete place.dataset.over; });
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    delete place.dataset.over;
    take(place, event.dataTransfer.files[0]);
  });
}

// Live progress: one socket for each import that isn't settled. It only says that something
// changed; the words are fetched with the page's rights, every few seconds without a socket.
const watched = new Set();

function watch(id, wait = 1000) {
  watched.add(id);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/imports/${id}/`);
  socket.onmessage = () => {
    wait = 1000;
    for (const place of document.querySelectorAll(`[data-import="${id}"]`)) window.htmx.trigger(place, "imports:changed");
  };
  socket.onclose = (event) => {
    const unsettled = document.querySelector(`[data-import="${id}"][data-unsettled]`);
    if (FOR_GOOD.has(event.code) || event.wasClean || !unsettled) return watched.delete(id);
    setTimeout(() => watch(id, Math.min(wait * 2, LONGEST_WAIT)), wait);
  };
}

function look() {
  for (const place of document.querySelectorAll("[data-import][data-unsettled]"))
    if (!watched.has(place.dataset.import)) watch(place.dataset.import);
}

document.body.addEventListener("htmx:load", look);
look();
