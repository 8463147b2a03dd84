"""The last guard before a log line leaves: it may carry ids, never values.

Code logs event names and ids by rule. What libraries log on their own (a failing SQL
statement with its parameters, a request's query string, an e-mail address) is cut here.
"""

import logging
import re
from uuid import UUID

from clinicity.privacy.phi import rules

QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"']*")
DATE_OF_BIRTH = re.compile(r"\b(19|20)\d\d-\d\d-\d\d\b(?!T|\s\d\d:)")
# PostgreSQL repeats the offending row in its DETAIL line.
DETAIL = re.compile(r"DETAIL:.*", re.DOTALL)
# What every record has. The rest is what `extra` added, and the JSON format prints it too.
OWN = frozenset(vars(logging.makeLogRecord({})))
SAYS_NOTHING = (int, float, UUID, type(None))


class ScrubFilter(logging.Filter):
    """Rewrites the message of every record, and the text of its exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrubbed(record.getMessage()), ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_info, record.exc_text = None, scrubbed(text)
            record.msg = f"{record.msg}\n{record.exc_text}"
        _scrub_extras(record)
        return True


def _scrub_extras(record: logging.LogRecord) -> None:
    """Django adds the request, whose text has the query: what somebody searched for."""
    for name, value in list(vars(record).items()):
        if name not in OWN and not isinstance(value, SAYS_NOTHING):
            setattr(record, name, scrubbed(str(value)))


def scrubbed(text: str) -> str:
    """The text without what the rules of `phi` find, query strings, bare dates, row details."""
    for span in reversed(rules.found_in_log(text)):
        text = f"{text[: span.start]}[{span.type}]{text[span.end :]}"
    text = QUERY.sub("?[query]", text)
    text = DATE_OF_BIRTH.sub("[date]", text)
    return DETAIL.sub("DETAIL: [row]", text)
