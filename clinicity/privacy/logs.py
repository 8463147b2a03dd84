"""The last guard before a log line leaves: it may carry ids, never values.

Code logs event names and ids by rule. What libraries log on their own is cut here: paths
and query strings, a failing SQL statement with its row, what an exception says of the value
that it failed on. A name has no form by which a pattern could find it, so words that come
from outside are left out as a whole: of an exception stay its kind, where it happened, and
what PostgreSQL calls the error; of a request its method and its route.

`PHI_SANITIZATION_ENABLED=False` switches this off, for a machine without patients.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from clinicity.common.exceptions import DomainError
from clinicity.privacy.phi import rules

QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"']*")
DATE_OF_BIRTH = re.compile(r"\b(19|20)\d\d-\d\d-\d\d\b(?!T|\s\d\d:)")
# PostgreSQL repeats the offending row in its DETAIL line.
DETAIL = re.compile(r"DETAIL:.*", re.DOTALL)
# What every record has; all else came by `extra`.
STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# What libraries add that repeats values: requests, arguments, tracebacks.
DROPPED = frozenset({"request", "data", "sql", "params", "scope"})
# These say nothing of a value: their words are the program's.
OWN_WORDS = (DomainError, ImportError, NameError, RecursionError, NotImplementedError)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class ScrubFilter(logging.Filter):
    """Rewrites the message of every record, its exception and what came with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not settings.PHI_SANITIZATION_ENABLED:
            return True
        record.msg, record.args = scrubbed(_message(record)), ()
        if isinstance(record.exc_info, tuple) and record.exc_info[1]:
            record.msg = f"{record.msg}\n{scrubbed(exception_text(record.exc_info[1]))}"
        record.exc_info = record.exc_text = record.stack_info = None
        for name in set(record.__dict__) - STANDARD:
            if name in DROPPED:
                del record.__dict__[name]
            else:
                record.__dict__[name] = _value(record.__dict__[name])
        return True


def scrubbed(text: str) -> str:
    """The text without what the rules of `phi` find, query strings, bare dates, row details."""
    for span in reversed(rules.found_in_log(text)):
        text = f"{text[: span.start]}[{span.type}]{text[span.end :]}"
    text = QUERY.sub("?[query]", text)
    text = DATE_OF_BIRTH.sub("[date]", text)
    return DETAIL.sub("DETAIL: [row]", text)


def exception_text(error: BaseException) -> str:
    """Each exception of the chain: where it happened and of what kind it is."""
    return "\n".join(_chain(error))


def route_of(path: str) -> str:
    """The route that a path matches: the path itself holds what somebody typed."""
    try:
        return f"/{resolve(path.partition('?')[0]).route}"
    except Resolver404:
        return "/[unmatched]"


def _message(record: logging.LogRecord) -> str:
    """The record's message; of those that quote a request or an exception, our own."""
    told = record.__dict__
    request = told.get("request")
    if request is not None and hasattr(request, "method"):
        status = told.get("status_code", record.levelname)
        return f"{status} {request.method} {route_of(str(getattr(request, 'path', '')))}"
    if (
        record.name == "uvicorn.access"
        and isinstance(record.args, tuple)
        and len(record.args) > 4
    ):
        _, method, path, _, status = record.args[:5]
        return f"{status} {method} {route_of(str(path))}"
    if record.name.startswith("celery") and isinstance(record.args, dict):
        return _of_task(record, record.args)
    if record.name == "django.db.backends":
        return "a statement was executed"
    return _without_errors(record)


def _of_task(record: logging.LogRecord, told: dict[str, Any]) -> str:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    kind = f": {type(error).__name__}" if error else ""
    return f"task {told.get('name')} {told.get('id')} {record.levelname.lower()}{kind}"


def _without_errors(record: logging.LogRecord) -> str:
    """The message with its arguments, where an exception among them says only its kind."""
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(
            _said(each) if isinstance(each, BaseException) else each for each in record.args
        )
    text = record.getMessage()
    if isinstance(record.exc_info, tuple) and record.exc_info[1]:
        # Some put the words of the exception into the message as well.
        for error in _causes(record.exc_info[1]):
            words = str(error)
            if words and not isinstance(error, OWN_WORDS):
                text = text.replace(repr(error), type(error).__name__).replace(
                    words, "[message]"
                )
    return text


def _chain(error: BaseException) -> Iterator[str]:
    for each in reversed(list(_causes(error))):
        frames = traceback.extract_tb(each.__traceback__)
        yield from (f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in frames)
        yield _said(each)
        if isinstance(each, BaseExceptionGroup):
            for part in each.exceptions:
                yield from _chain(part)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _said(error: BaseException) -> str:
    """Kind and code of an exception; its words only where they are the program's own."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OWN_WORDS):
        return f"{kind}: {error}"
    diagnosis = getattr(error, "diag", None)
    parts = [getattr(error, "sqlstate", None), getattr(diagnosis, "table_name", None),
             getattr(diagnosis, "constraint_name", None)]  # fmt: skip
    told = [str(part) for part in parts if part]
    if isinstance(error, OSError) and error.errno:
        told.append(f"errno {error.errno}")
    told += [f"message of {len(str(error))} characters"] if str(error) else []
    return f"{kind}: [{', '.join(told)}]" if told else kind


def _value(value: object) -> object:
    """What came by `extra`: ids and counts stay, exceptions and texts are cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return _said(value)
    if isinstance(value, dict):
        return {str(key): _value(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_value(each) for each in value]
    return scrubbed(str(value))
