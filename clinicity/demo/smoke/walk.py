"""One walk: what it has found so far, and the rows that it goes through."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx

from clinicity.environment import ROOT

T = TypeVar("T")
PATIENCE = 60.0


class Wrong(Exception):
    """Something came back that shouldn't have."""


class Skipped(Exception):
    """This row can't be walked here; says what to install."""


@dataclass
class Walk:
    """The doors of one running Clinicity, and the ids that rows found on their way."""

    base: str
    folder: Path
    password: str
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> httpx.Client:
        """An API client with the person's own token; `nobody` has none."""
        if who not in self.clients:
            self.clients[who] = httpx.Client(
                base_url=self.base, timeout=30, headers=self._token(who)
            )
        return self.clients[who]

    def ask(
        self,
        method: str,
        path: str,
        *,
        who: str = "alice",
        expect: HTTPStatus = HTTPStatus.OK,
        **sent: Any,
    ) -> httpx.Response:
        """One request. Raises `Wrong` when the answer isn't the expected one."""
        answer = self.client(who).request(method, path, **sent)
        if answer.status_code != expect:
            raise Wrong(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def browser_session(self, who: str) -> httpx.Client:
        """A client signed in through the page's own form, with cookies."""
        key = f"{who} by form"
        if key not in self.clients:
            client = httpx.Client(base_url=self.base, timeout=30)
            client.get("/accounts/login/")
            self.clients[key] = client
            self._fill_in_form(client, who)
        return self.clients[key]

    def manage(self, *words: str) -> str:
        """What a command of manage.py says on this house. Raises `Wrong` when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "CLINICITY_VAR": str(self.folder)}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Wrong(f"{done.stdout[:250]} … {done.stderr[-150:]}")
        return done.stdout.strip()

    def _fill_in_form(self, client: httpx.Client, who: str) -> None:
        form = {
            "email": email_of(who),
            "password": self.password,
            "csrfmiddlewaretoken": client.cookies.get("csrftoken", ""),
        }
        answer = client.post("/accounts/login/", data=form, headers={"Referer": self.base})
        if answer.status_code != HTTPStatus.FOUND:
            raise Wrong(f"sign-in form: {answer.status_code}")

    def _token(self, who: str) -> dict[str, str]:
        if who == "nobody":
            return {}
        form = {"email": email_of(who), "password": self.password}
        answer = httpx.post(f"{self.base}/api/v1/auth/login", json=form, timeout=30)
        if answer.status_code != HTTPStatus.OK:
            raise Wrong(f"auth/login: {answer.status_code} {answer.text[:200]}")
        return {"Authorization": f"Bearer {answer.json()['access']}"}


@dataclass(frozen=True)
class Row:
    """One step: `act` does it and says in a few words what came back."""

    said: str
    act: Callable[[Walk], str]


def walk_through(walk: Walk, rows: Sequence[Row]) -> int:
    """Go through every row, one line each; returns how many failed."""
    results = [_walked(walk, row) for row in rows]
    passed, failed = results.count("ok"), results.count("FAIL")
    line = f"{passed} passed, {failed} failed, {results.count('skip')} skipped"
    sys.stdout.write(f"\n  {line}\n")
    return failed


def _walked(walk: Walk, row: Row) -> str:
    started = time.monotonic()
    try:
        result, came_back = "ok", row.act(walk)
    except Skipped as reason:
        result, came_back = "skip", str(reason)
    except Exception as error:  # noqa: BLE001 - the edge: a failed row is a line
        result, came_back = "FAIL", " ".join(f"{type(error).__name__}: {error}".split())[:300]
    took = (time.monotonic() - started) * 1000
    sys.stdout.write(f"  {result:4} {row.said:58} {took:7.0f} ms  {came_back}\n")
    sys.stdout.flush()
    return result


def await_that(look: Callable[[], T | None], *, what: str, seconds: float = PATIENCE) -> T:
    """Ask until there is an answer; raises `Wrong` when it takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.1)
    raise Wrong(f"{what}: nothing after {seconds:.0f} s")


def demand(condition: object, sentence: str) -> None:
    if not condition:
        raise Wrong(sentence)


def email_of(who: str) -> str:
    return f"{who}@clinicity.example"
