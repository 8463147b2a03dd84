"""A browser or an app in two words, made from its User-Agent, which itself isn't kept."""

import re

from django.utils.translation import gettext as _

BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|Chromium/|CriOS/|HeadlessChrome/"),
    ("Safari", r"Safari/"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"), ("ChromeOS", r"CrOS"), ("Linux", r"Linux|X11"),
)  # fmt: skip
PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,29}")


def client_of(user_agent: str) -> str:
    """`Firefox|Linux`, `python-httpx|`, or `|` when nothing is known."""
    system = _first(SYSTEMS, user_agent)
    browser = _first(BROWSERS, user_agent)
    if not browser and (product := PRODUCT.match(user_agent)) and product[0] != "Mozilla":
        browser = product[0]
    return f"{browser}|{system}"


def client_words(client: str) -> str:
    """The same for people: "Firefox on Linux"."""
    browser, _bar, system = client.partition("|")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown device")


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in table if re.search(pattern, text)), "")
