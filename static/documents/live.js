// Live progress: one socket for each document on the page that isn't settled yet.
// The socket only says that something changed; the words are fetched with the page's rights.
const FOR_GOOD = new Set([4401, 4404]);
const open = new Map();

const places = (id) => document.querySelectorAll(`[data-document="${id}"]`);

function changed(id, settled) {
  for (const place of places(id)) window.htmx.trigger(place, "documents:changed");
  if (settled) {
    open.get(id)?.close();
    window.htmx.trigger(document.body, "documents:settled");
  }
}

function watch(id, wait = 1000) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/documents/${id}/`);
  open.set(id, socket);
  socket.onmessage = (event) => {
    wait = 1000;
    changed(id, JSON.parse(event.data).settled);
  };
  socket.onclose = (event) => {
    open.delete(id);
    const unsettled = document.querySelector(`[data-document="${id}"][data-unsettled]`);
    if (FOR_GOOD.has(event.code) || event.wasClean || !unsettled) return;
    setTimeout(() => watch(id, Math.min(wait * 2, 30000)), wait);
  };
}

function look() {
  for (const place of document.querySelectorAll("[data-document][data-unsettled]")) {
    if (!open.has(place.dataset.document)) watch(place.dataset.document);
  }
}

document.body.addEventListener("htmx:load", look);
look();
