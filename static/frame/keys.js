// Keyboard: "/" searches, j and k walk rows, Enter opens, "?" helps.
const typing = (node) => node.closest?.("input, textarea, select, [contenteditable], dialog[open]");

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent !== null);
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))] ?? all[0];
  (next.matches("a, button") ? next : next.querySelector("a, button, [tabindex]"))?.focus();
}

// The one in the bar finds patients; a page's own, marked "page", comes first for "/".
const search = () => document.querySelector('[data-search]:not([data-search="page"])');

const KEYS = {
  "/": () => (document.querySelector('[data-search="page"]') ?? search())?.focus(),
  j: () => walk(1),
  k: () => walk(-1),
  "?": () => document.getElementById("keyboard-help")?.showModal(),
  a: () => act("acknowledge"),
  e: () => act("edit"),
};

function act(name) {
  const row = document.activeElement.closest?.("[data-row]");
  (row ?? document).querySelector(`[data-key="${name}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    search()?.focus();
    return;
  }
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const does = KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
