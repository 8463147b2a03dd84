// The frame's own behaviour: theme, rail, menus, toasts. Keys are in keys.js.
const root = document.documentElement;

function keep(key, value) {
  if (value) {
    root.dataset[key] = value;
    localStorage.setItem(`clinicity.${key}`, value); // safe: J04 theme and rail
  } else {
    delete root.dataset[key];
    localStorage.removeItem(`clinicity.${key}`); // safe: J04 theme and rail
  }
}

function showTheme() {
  const now = root.dataset.theme ?? "";
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-theme-choice], [data-rail-fold], [data-dismiss], [data-open-dialog], [data-close-dialog]");
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
  if (!target) return;
  if ("themeChoice" in target.dataset) {
    keep("theme", target.dataset.themeChoice);
    showTheme();
    document.dispatchEvent(new CustomEvent("clinicity:theme"));
  } else if ("railFold" in target.dataset) {
    keep("rail", root.dataset.rail === "folded" ? "" : "folded");
    target.setAttribute("aria-expanded", String(root.dataset.rail !== "folded"));
  } else if ("dismiss" in target.dataset) {
    target.closest(".toast")?.remove();
  } else if ("openDialog" in target.dataset) {
    document.getElementById(target.dataset.openDialog)?.showModal();
  } else if ("closeDialog" in target.dataset) {
    target.closest("dialog")?.close();
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// What a swap couldn't do is said in words, where the page speaks.
export function toast(text, tone = "critical") {
  const holder = document.querySelector("[data-toasts]");
  const template = document.querySelector("#toast-template");
  if (!holder || !template) return;
  const node = template.content.cloneNode(true);
  node.querySelector(".toast").classList.add(`tone-${tone}`);
  node.querySelector("p").textContent = text;
  holder.append(node);
}

function refusalOf(detail) {
  const words = document.body.dataset;
  const type = detail.xhr.getResponseHeader("content-type") ?? "";
  if (type.includes("problem+json")) return JSON.parse(detail.xhr.responseText).detail || words.failed;
  return words.failed;
}

// What the page asks by itself must not keep an unattended session from ending.
document.body.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.triggeringEvent?.isTrusted) event.detail.headers["X-Unattended"] = "1";
});

document.body.addEventListener("htmx:responseError", (event) => toast(refusalOf(event.detail)));
document.body.addEventListener("htmx:sendError", () => toast(document.body.dataset.offline));

// A panel that can't be loaded says so in its place and offers another try.
for (const name of ["htmx:responseError", "htmx:sendError"])
  document.body.addEventListener(name, (event) => {
    const slot = event.detail.elt.closest?.("[data-panel]");
    const template = document.querySelector("#panel-failed");
    if (!slot || !template) return;
    slot.replaceChildren(template.content.cloneNode(true));
    slot.querySelector("button").addEventListener("click", () => window.htmx.trigger(slot, "load"));
  });

// A link into a part that arrives later finds its target once it is there.
let sought = location.hash;
document.body.addEventListener("htmx:afterSettle", () => {
  if (!sought || !document.getElementById(sought.slice(1))) return;
  location.replace(sought);
  sought = "";
});

showTheme();
