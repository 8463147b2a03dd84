// The viewer's keys: n and p turn pages. Deleting asks first.
const typing = (node) => node.closest?.("input, textarea, select, [contenteditable], dialog[open]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "n") document.querySelector("[data-page-after]")?.click();
  if (event.key === "p") document.querySelector("[data-page-before]")?.click();
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
