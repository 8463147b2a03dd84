// Forms beside a chart follow its window: what is seen is what is exported or corrected.
const MINUTE = 60e3;

// A moment as a local field takes it: the wall clock of the patient's zone.
function wall(iso, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(new Date(iso));
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day}T${of.hour}:${of.minute}`;
}

function follow({ target, detail }) {
  const { zone } = target.dataset;
  // The end is rounded up, so that the last sample that is seen stays in.
  const until = new Date(Math.ceil(Date.parse(detail.end) / MINUTE) * MINUTE).toISOString();
  for (const field of document.querySelectorAll("[data-window-wall]")) field.value = wall(field.dataset.windowWall === "start" ? detail.start : until, zone);
  for (const field of document.querySelectorAll("[data-window-utc]")) field.value = detail[field.dataset.windowUtc];
  const url = new URL(location.href);
  url.searchParams.set("start", detail.start);
  url.searchParams.set("end", detail.end);
  history.replaceState(null, "", url);
}

document.addEventListener("clinicity:window", follow);
