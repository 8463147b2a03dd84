// Runs before the first paint, so that neither theme nor rail jumps.
(() => {
  const root = document.documentElement;
  for (const key of ["theme", "rail"]) {
    const kept = localStorage.getItem(`clinicity.${key}`); // safe: J04 theme and rail
    if (kept) root.dataset[key] = kept;
  }
})();
