// The live feed of alerts: count in the rail, lists that refresh, a toast for what rings.
// The socket carries numbers and ids; words are fetched, so access is asked anew.
const SEEN = "clinicity.alerts.seen";
const RINGS = new Set(["raise", "ring_again", "wake", "escalate"]);
const PAGE = 200;
const MOST_TOASTS = 3;

let socket = null;
let wait = 1000;
let target = 0;
let received = 0;

const seen = () => Number(sessionStorage.getItem(SEEN) ?? -1); // safe: J04 a number
const remember = (number) => sessionStorage.setItem(SEEN, String(Math.max(number, seen()))); // safe: J04 a number

function offline(is) {
  for (const note of document.querySelectorAll("[data-alerts-offline]")) note.hidden = !is;
}

async function refreshCount() {
  const answer = await fetch("/alerts/count/", { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || answer.redirected) return;
  const waiting = Number(await answer.text());
  for (const badge of document.querySelectorAll('[data-live-count="alerts"]')) {
    badge.textContent = waiting || "";
    badge.hidden = !waiting;
  }
}

function refreshLists() {
  for (const list of document.querySelectorAll("[data-alerts-live]")) window.htmx.trigger(list, "alerts:changed");
}

let due = null;
function refreshSoon() {
  clearTimeout(due);
  due = setTimeout(() => {
    refreshCount();
    refreshLists();
  }, 150);
}

async function toast(id) {
  const holder = document.querySelector("[data-toasts]");
  const answer = await fetch(`/alerts/${id}/toast/`);
  if (!holder || !answer.ok || answer.redirected) return;
  const words = document.createElement("template");
  words.innerHTML = await answer.text(); // safe: J01 our own page, inert in a template
  holder.querySelector(`[data-alert="${id}"]`)?.remove();
  words.content.firstElementChild.dataset.alert = id;
  holder.append(words.content);
  const shown = holder.querySelectorAll("[data-alert]");
  if (shown.length > MOST_TOASTS) shown[0].remove();
}

function hello(number) {
  target = number;
  received = 0;
  if (seen() < 0) remember(number);
  else if (seen() < number) ask();
  refreshSoon();
}

const ask = () => socket.send(JSON.stringify({ after: seen() }));

function happened(item) {
  if (item.number <= seen()) return;
  remember(item.number);
  received += 1;
  if (RINGS.has(item.act)) toast(item.alert_id);
  if (item.number < target && received % PAGE === 0) ask();
  refreshSoon();
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws/alerts/`);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    wait = 1000;
    offline(false);
    if (message.kind === "hello") hello(message.number);
    if (message.kind === "alert") happened(message);
  };
  socket.onclose = (event) => {
    offline(true);
    if (event.code === 4401) return; // signed out: the next page asks to sign in
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 30000);
  };
}

if (document.querySelector('[data-live-count="alerts"]')) connect();
