// How long a pairing code still works. The page itself asks whether it was used.
function show(place) {
  const left = Math.round((Date.parse(place.dataset.countdown) - Date.now()) / 1000);
  place.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : place.dataset.ended;
  place.toggleAttribute("data-over", left <= 0);
}

function tick() {
  for (const place of document.querySelectorAll("[data-countdown]:not([data-over])")) show(place);
}

document.body.addEventListener("htmx:load", tick);
setInterval(tick, 1000);
tick();
