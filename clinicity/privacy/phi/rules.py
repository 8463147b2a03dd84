"""Patterns of what has a form of its own: dates, numbers, addresses on the net."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers

from clinicity.privacy.phi import checks, spans
from clinicity.privacy.phi.spans import Span

Check = Callable[[str], bool]
# Sites of authorities and libraries, and numbers of trials, papers and genes: nobody's own.
PUBLIC_SITES = re.compile(
    r"(?:^|[/.@])(?:[\w-]+\.)*(?:gov|int|doi\.org|wikipedia\.org|cochrane\.org|clinicaltrials\.gov|gov\.uk|nice\.org\.uk"
    r"|orpha\.net|omim\.org|mayoclinic\.org|cancer\.org|heart\.org)(?:[/:?]|$)",
    re.IGNORECASE,
)
PUBLIC_NUMBER = re.compile(
    r"(?:NCT|PMC|PMID|ISRCTN|ENS[GTP]|GSE|CHEMBL|EUCTR|ACTRN|UMIN|CRD|MIM|RS|NM|NP)\d+",
    re.IGNORECASE,
)


def _own_site(url: str) -> bool:
    return not PUBLIC_SITES.search(url)


def _own_number(number: str) -> bool:
    return not PUBLIC_NUMBER.fullmatch(number)


@dataclass(frozen=True)
class Rule:
    """What group `what` of `pattern` holds is of `type`, where `check` agrees."""

    type: str
    pattern: re.Pattern[str]
    check: Check | None = None
    score: float = 0.95
    # A text without this character can't match, so the pattern isn't tried.
    needs: str = ""

    def spans(self, text: str) -> Iterator[Span]:
        if self.needs and self.needs not in text:
            return
        for match in self.pattern.finditer(text):
            group = "it" if "it" in self.pattern.groupindex else 0
            if self.check is None or self.check(match[group]):
                yield Span(*match.span(group), self.type, self.score)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)"
CLOCK = r"(?:[ T,]{1,2}(?:at\ )?\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?(?:\ ?[ap]\.?m\.?|Z|[+-]\d\d:?\d\d)?)?"

DATES = (
    Rule(
        spans.DATE,
        _words(
            rf"(?<![\d/.-])(?:18|19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]{DAY}{CLOCK}(?![\d/])"
        ),
    ),
    Rule(
        spans.DATE,
        _words(
            rf"(?<![\d/.,-]){DAY}(?P<sep>[-/.]){DAY}(?P=sep)(?:(?:18|19|20)\d\d|\d\d){CLOCK}(?![\d/.-]*\d)"
        ),
    ),
    Rule(
        spans.DATE,
        _words(
            rf"(?<![\w.]){DAY}(?:st|nd|rd|th)?(?:\ of)?[\ -]{MONTH}(?:,?[\ -]?(?:{YEAR}|\d\d)(?!\d|\ ?[a-z%]))?{CLOCK}(?!\w)"
        ),
    ),
    Rule(
        spans.DATE,
        _words(
            rf"(?<!\w){MONTH}\ {DAY}(?:st|nd|rd|th)?(?:,?\ {YEAR})?{CLOCK}(?![\w%]|\.\d|\ (?:mg|m[lL]|%))"
        ),
    ),
    Rule(
        spans.DATE,
        _words(rf"(?<!\w){MONTH},?[\ ]?(?:of\ )?[-/]?(?:(?:19|20)\d\d)(?!\w)"),
        score=0.9,
    ),
    Rule(
        spans.DATE,
        _words(
            r"(?:dob|d\.o\.b\.|birth|born|admi\w+|discharged?|seen|visit|dated?|appointment|follow[\s-]?up|review\w*|on|since)"
            r"[\ :.]{1,3}(?:on\ |date[:\ ]+)?(?P<it>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]|(?:19|20)\d\d))(?![\d/%]|\ (?:on|points|mg))"
        ),
        needs="/",
    ),
)
AGES = (
    Rule(
        spans.AGE,
        _words(
            r"(?<![\d.])(?P<it>(?:9\d|1[0-2]\d)(?:[-\ ]?(?:year|yr)s?[-\ ]?(?:-?old)?|[-\ ]?y\.?/?o\b\.?))"
        ),
    ),
    Rule(
        spans.AGE,
        _words(
            r"\b(?:age[d]?|turn(?:ed|s|ing)?)[\ :]{1,2}(?:of\ )?(?P<it>9\d|1[0-2]\d)(?![\d%.-])"
        ),
    ),
)
ON_THE_NET = (
    Rule(spans.EMAIL, re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+"), needs="@"),
    Rule(
        spans.URL,
        re.compile(r"\b(?:https?|ftp|sftp)://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]"),
        _own_site,
        needs="://",
    ),
    Rule(
        spans.URL,
        re.compile(r"\bwww\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"')]*[\w/])?", re.IGNORECASE),
        _own_site,
    ),
    Rule(
        spans.URL,
        re.compile(
            r"(?<![\w@.-])(?:[a-z0-9](?:[\w-]*[a-z0-9])?\.)+(?:com|org|net|edu|gov|info|biz|io|co\.uk|org\.uk|nhs\.uk|ac\.uk|de|fr|nl|it|es|eu|ch)\b(?:/[\w./?=&%-]*[\w/])?",
            re.IGNORECASE,
        ),
        _own_site,
        needs=".",
        score=0.8,
    ),
    Rule(
        spans.IP,
        re.compile(
            r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\.?\d)"
        ),
        needs=".",
    ),
    Rule(
        spans.IP,
        re.compile(
            r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*[0-9])(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4}){1,5}|[0-9a-f]{2,4}::(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})(?![\w:])",
            re.IGNORECASE,
        ),
        needs=":",
    ),
    Rule(
        spans.ID,
        re.compile(r"\b(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}\b"),
    ),
    Rule(spans.USERNAME, re.compile(r"(?<![\w@/.])@[A-Za-z_]\w{2,}"), needs="@"),
    Rule(
        spans.USERNAME,
        _words(
            r"\b(?:user\ ?(?:name|id)?|log[-\ ]?in|handle|skype|twitter|instagram|account\ name)"
            r"(?:\ is|\ as)?\ ?[:=]?\ (?P<it>(?=[\w.-]*[\d_.])[a-z][\w.-]{2,}\w)"
        ),
        score=0.8,
    ),
)
NUMBERS = (
    Rule(spans.ID, _words(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")),
    Rule(spans.ID, re.compile(r"(?<![\w.])\d(?:[ -]?\d){11,18}(?![\w]|[.]\d)"), checks.luhn),
    Rule(
        spans.ID,
        re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?\b"),
        checks.iban,
    ),
    Rule(
        spans.ID,
        re.compile(
            r"(?<![\w-])[A-Z]{2}\d{2} ?[A-Z]{4} ?(?:\d{4} ?){3}\d{2}(?![\w-])", re.IGNORECASE
        ),
    ),
    Rule(spans.ID, re.compile(r"(?<![\w.])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w]|\.\d)"), checks.nhs),
    # A long run of digits, or of capitals and digits, is no measurement.
    Rule(spans.ID, re.compile(r"(?<![\w./-])(?<!\d,)\d{9,}(?![\w%]|[.,]\d)"), score=0.85),
    Rule(
        spans.ID,
        re.compile(
            r"\b(?=[A-Z]*\d)(?=\d*[A-Z])(?=(?:[A-Z]*\d){5})[A-Z0-9]{8,}\b(?!-)",
        ),
        _own_number,
        score=0.7,
    ),
    Rule(
        spans.ID,
        re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE),
        needs="-",
    ),
    Rule(
        spans.ID,
        _words(
            r"\b(?:mrn|m\.r\.n\.?|nhs|chi|ssn|hosp(?:ital)?|unit|patient|member(?:ship)?|policy|insurance|account|acct|acc|case|record|chart"
            r"|accession|licen[cs]e|dea|npi|gmc|nmc|passport|medicare|medicaid|visit|encounter|fin|csn|order|specimen|sample|serial"
            r"|device|plate|vin|registration|reg|room|bed|id|ref(?:erence)?|claim|group|invoice|certificate|health\ card|prescription|rx|lot|kit|study)"
            r"(?:[\ -]?(?:id|number|num|nr|no|n[°º]|card|code|plate|identifier|record\ (?:no|number)))*"
            r"(?:\ is|\ was)?\.?\ ?[:\#=]*\ ?(?P<it>\#?(?=[a-z/.-]{0,6}\d)(?=(?:[a-z/.-]*\d){3})[a-z0-9](?:[a-z0-9/.-]|\ (?=\d))*[a-z0-9])(?![\w%])"
        ),
        lambda number: (
            not re.fullmatch(
                r"(?:19|20)\d\d|\d{1,3}(?:\.\d+)?|\d+(?:\.\d+)?(?:mg|ml|kg|g|mcg|cm|mm)",
                number,
                re.IGNORECASE,
            )
        ),
        score=0.85,
    ),
)
POSTCODES = (
    Rule(
        spans.ADDRESS,
        re.compile(r"\b(?:GIR 0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2})\b"),
    ),
    Rule(spans.ADDRESS, re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"), score=0.9),
    Rule(
        spans.ADDRESS,
        re.compile(r"(?<=[A-Z]{2} )\d{5}(?:-\d{4})?\b|(?<![\w-])\d{5}-\d{4}(?![\w-])"),
    ),
    Rule(
        spans.ADDRESS,
        _words(
            r"\b(?:zip|post(?:al)?)[\ -]?(?:code)?(?:\ is)?[:\ ]{1,2}(?P<it>(?=[a-z]*\d)[a-z0-9]{2,5}(?:[\ -][a-z0-9]{3,4})?)\b"
        ),
    ),
    Rule(spans.ADDRESS, _words(r"\bP\.?\ ?O\.?\ ?Box\ \d+"), needs="ox"),
)
_LABELLED_PHONE = Rule(
    spans.PHONE,
    _words(
        r"\b(?:tel(?:ephone)?|ph(?:one)?|fax|mobile|mob|cell|pager?|bleep|beeper|ext(?:ension)?|call(?:ed)?(?:\ \w+)?(?:\ (?:on|at))?|contact(?:ed)?|home|work|desk|office|direct|whatsapp)"
        r"(?:\ ?(?:no|number|nr|\#))?(?:\ is)?\.?[:\ \#]{1,3}(?P<it>\+?\(?\d(?:[\d\ ().x/-]){1,20}\d)(?!\w|%)"
    ),
    lambda number: 3 < sum(c.isdigit() for c in number) < 17,
    score=0.9,
)
_PHONE_LIKE = Rule(
    spans.PHONE,
    re.compile(
        r"(?<![\w.,/-])(?:(?:\+|00)\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ .-]?|\d{2,5}[ .-])(?:\d{2,4}[ .-]){1,3}\d{2,4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w/%]|[.,-]\d)"
    ),
    lambda number: 8 < sum(c.isdigit() for c in number) < 17,
    score=0.85,
)
# What no line of a log may carry. Time stamps, request ids and addresses of machines may.
LOGS = (ON_THE_NET[0], *NUMBERS[:5], *DATES[1:4], _LABELLED_PHONE, *POSTCODES[:1])
ALL = (*ON_THE_NET, *NUMBERS, *DATES, *AGES, *POSTCODES, _LABELLED_PHONE, _PHONE_LIKE)


def found(text: str) -> list[Span]:
    """All that the rules find, overlapping ones merged."""
    hits = [span for rule in ALL for span in rule.spans(text)]
    return spans.merged(hits + list(_phones(text)))


def found_in_log(text: str) -> list[Span]:
    """What must not stand in a log, found by patterns alone: cheap enough for every line."""
    return spans.merged(span for rule in LOGS for span in rule.spans(text))


def _phones(text: str) -> Iterator[Span]:
    """Numbers with a country code, as the numbering plans of all countries know them."""
    if "+" not in text:
        return
    for match in phonenumbers.PhoneNumberMatcher(text, None):
        yield Span(match.start, match.end, spans.PHONE)
