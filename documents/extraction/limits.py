"""How much a file may ask of the machine."""

MOST_PAGES = 500
# 40 megapixels: an A3 page at 400 dpi. More is a bomb or a mistake.
MOST_PIXELS = 40_000_000
MOST_TEXT_BYTES = 2_000_000
# Longer side of a rendered page, in pixels: 200 dpi on A4.
RENDER_PIXELS = 2340
VIEW_PIXELS = 1400
# For one call of the child process.
SECONDS = 60
MEMORY_BYTES = 4 * 1024**3
