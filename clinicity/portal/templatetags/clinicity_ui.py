"""How values read on a page: unambiguous dates, values with an age, words for codes."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinicity.common import clock
from clinicity.portal.acts import act_words
from clinicity.privacy import pseudonyms
from patients import instruments

register = template.Library()

DAY = "j M Y"
MOMENT = "j M Y, H:i"
SEVERITIES = {
    "critical": gettext_lazy("Critical"),
    "high": gettext_lazy("High"),
    "medium": gettext_lazy("Medium"),
    "low": gettext_lazy("Low"),
    "info": gettext_lazy("Information"),
    "ok": gettext_lazy("In range"),
    "unknown": gettext_lazy("Not known"),
}
ROLES = {
    "admin": gettext_lazy("Administrator"),
    "clinician": gettext_lazy("Clinician"),
    "coordinator": gettext_lazy("Care coordinator"),
    "researcher": gettext_lazy("Researcher"),
    "auditor": gettext_lazy("Auditor"),
    "patient": gettext_lazy("Patient"),
    "proxy": gettext_lazy("Proxy"),
    "device": gettext_lazy("Device"),
    "service": gettext_lazy("Service"),
}
# From this many seconds on, an age is counted in this unit.
MINUTE, HOUR, ONE_DAY = 60, 3600, 86400
MONTHS_FROM, YEARS_FROM = 60, 730


@register.filter
def day(value: date | None) -> str:
    """3 Nov 2026."""
    return date_format(value, DAY) if value else ""


@register.filter
def moment(value: datetime | None, zone: Any = None) -> str:
    """3 Nov 2026, 14:05, in the patient's zone when it is given."""
    return date_format(_local(value, zone), MOMENT) if value else ""


@register.filter
def local_day(value: datetime | None, zone: Any = None) -> str:
    """The day of a moment in the patient's zone."""
    return date_format(_local(value, zone), DAY) if value else ""


@register.filter
def clock_time(value: datetime | None, zone: Any = None) -> str:
    """14:05."""
    return date_format(_local(value, zone), "H:i") if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """4 min ago, or in 2 h."""
    if not value:
        return ""
    seconds = int((clock.now() - value).total_seconds())
    words = _span(abs(seconds))
    return (_("%s ago") if seconds >= 0 else _("in %s")) % words


@register.filter
def age(born: date | None) -> str:
    """A person's age in whole years; in months below two years."""
    if not born:
        return ""
    today = clock.now().date()
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 24:
        return ngettext("%d month", "%d months", months) % months
    return _("%d y") % (months // 12)


@register.simple_tag
def when(value: datetime | None, zone: Any = None) -> SafeString | str:
    """A <time> that reads as an age while it is recent; the full moment on hover."""
    if not value:
        return ""
    recent = abs(clock.now() - value) < timedelta(days=2)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        f"{moment(value, zone)} {_zone_name(value, zone)}",
        ago(value) if recent else moment(value, zone),
    )


@register.filter
def number(value: Any, digits: int = 3) -> str:
    """A figure with as many significant digits as it deserves: 7.25, 72.4, 1,204."""
    if value is None:
        return ""
    number = float(value)
    whole = len(str(int(abs(number))))
    places = max(0, digits - whole) if number % 1 else 0
    return f"{number:,.{places}f}"


@register.filter
def grouped(value: Any) -> str:
    return f"{int(value):,}" if str(value).lstrip("-").isdigit() else str(value or "")


@register.filter
def unlocalized(value: float) -> str:
    """A coordinate of a drawing, whatever the language's decimal sign."""
    return f"{value:g}"


@register.filter
def plus(value: float, more: float) -> str:
    return f"{value + more:g}"


@register.filter
def item(values: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key that is itself a value."""
    return values.get(key, "")


@register.filter
def hours(seconds: float | None) -> str:
    """7 h 20 min, of a length in seconds."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    return _("%(h)d h %(m)02d min") % {"h": minutes // 60, "m": minutes % 60}


@register.filter
def severity_name(level: str) -> str:
    return str(SEVERITIES.get(str(level), level))


@register.filter
def role_name(role: str) -> str:
    return str(ROLES.get(str(role), role))


register.filter("act_words", act_words)


@register.filter
def initials(name: str) -> str:
    words = str(name).replace("Dr ", "").split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if words[1:] else words)).upper()


@register.filter
def pseudonym(value: Any) -> str:
    """The short form of the name that a patient has outside the record."""
    return pseudonyms.pseudonym(value)[:12] if value else ""


@register.filter
def unit(ucum: str) -> str:
    """A UCUM unit as people write it: ug reads µg, m[IU]/L reads mIU/L."""
    words = re.sub(r"[\[\]{}]", "", str(ucum))
    return re.sub(r"(?<![a-z])u(?=g|mol|L)", "µ", words).replace("Cel", "°C")


@register.filter
def humble(code: str) -> str:
    """A code as words: follow_up_visit reads follow up visit."""
    return str(code).replace("_", " ").replace(".", " ")


@register.filter
def instrument_name(code: str) -> str:
    return instruments.INSTRUMENTS[code].name if code in instruments.INSTRUMENTS else code


@register.filter
def band(score: Any, code: str) -> str:
    """The severity band that the instrument's authors give a score."""
    return instruments.band(code, float(score)) if code in instruments.INSTRUMENTS else ""


@register.filter
def widget_kind(field: BoundField) -> str:
    if field.is_hidden:
        return "hidden"
    return str(getattr(field.field.widget, "input_type", "") or "text")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None takes one out."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = str(value)
    return params.urlencode()


def _span(seconds: int) -> str:
    days = seconds // ONE_DAY
    if seconds < MINUTE:
        return _("%d s") % seconds
    if seconds < HOUR:
        return _("%d min") % (seconds // MINUTE)
    if days < 2:
        return _("%d h") % (seconds // HOUR)
    if days < MONTHS_FROM:
        return _("%d days") % days
    if days < YEARS_FROM:
        return _("%d months") % (days // 30)
    return _("%d years") % (days // 365)


def _local(value: datetime, zone: Any) -> datetime:
    return value.astimezone(_zone(zone))


def _zone(zone: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _zone_name(value: datetime, zone: Any) -> str:
    return value.astimezone(_zone(zone)).strftime("%Z")
