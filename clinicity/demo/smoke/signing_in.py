"""Rows about signing in: a second factor, step-up, reuse, sign-out everywhere, limits."""

import base64
import html
import re
import time
from http import HTTPStatus

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from clinicity.demo.smoke.walk import Row, Walk, demand, email_of

# Nobody else in the walk is the auditor, whose sign-ins end here.
WHO = "auditor"


def second_factor(walk: Walk) -> str:
    """Set an app up on the page; then the API asks for a code after the password."""
    page = walk.browser_session(WHO).get("/accounts/security/app/").text
    secret = _found(r'class="secret">([A-Z2-7]+)', page)
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - RFC 6238's own
    code = app.generate(int(time.time())).decode()
    told = _submit(walk, "/accounts/security/app/", code=code)
    codes = re.findall(r"<li><code>([0-9-]+)", told.text)
    demand(len(codes) == 10, f"{len(codes)} recovery codes")
    asked = _post(walk, "login", HTTPStatus.UNAUTHORIZED, **_credentials(walk))
    demand(asked["mfa_required"], "no second factor was asked for")
    met = {"challenge": asked["challenge"], "code": codes[0]}
    walk.found |= _post(walk, "login/second-factor", HTTPStatus.OK, **met)
    _post(walk, "login/second-factor", HTTPStatus.UNAUTHORIZED, **met)
    return f"asked for {', '.join(asked['methods'])}; a recovery code let in, once"


def step_up(walk: Walk) -> str:
    bearer = {"Authorization": f"Bearer {walk.found['access']}"}
    sent = {"password": walk.password}
    again = walk.ask(
        "POST", "/api/v1/auth/step-up", who="nobody", headers=bearer, json=sent
    ).json()
    left = walk.ask(
        "GET", "/api/v1/auth/me", who="nobody",
        headers={"Authorization": f"Bearer {again['access']}"},
    )  # fmt: skip
    return f"a new access token; RateLimit {left.headers['ratelimit']}"


def reuse(walk: Walk) -> str:
    """The first use gives a pair, the second ends both."""
    first = {"refresh": walk.found["refresh"]}
    pair = _post(walk, "refresh", HTTPStatus.OK, **first)
    _post(walk, "refresh", HTTPStatus.UNAUTHORIZED, **first)
    _post(walk, "refresh", HTTPStatus.UNAUTHORIZED, refresh=pair["refresh"])
    return "200, then 401: the newest pair has ended as well"


def everywhere(walk: Walk) -> str:
    _submit(walk, "/accounts/security/app/remove/")
    pair = _post(walk, "login", HTTPStatus.OK, **_credentials(walk))
    page = walk.browser_session(WHO).get("/accounts/sessions/").text
    places = page.count("data-row>")
    _submit(walk, "/accounts/sessions/end/")
    _post(walk, "refresh", HTTPStatus.UNAUTHORIZED, refresh=pair["refresh"])
    after = walk.browser_session(WHO).get("/accounts/sessions/")
    demand(after.status_code == HTTPStatus.FOUND, f"the page answered {after.status_code}")
    return f"{places} places were listed; page and tokens have ended"


def _submit(walk: Walk, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page, as its browser would."""
    client = walk.browser_session(WHO)
    form = fields | {"csrfmiddlewaretoken": client.cookies.get("csrftoken", "")}
    answer = client.post(path, data=form, headers={"Referer": walk.base})
    demand(answer.status_code < HTTPStatus.BAD_REQUEST, f"{path}: {answer.status_code}")
    return answer


def _post(walk: Walk, path: str, expect: HTTPStatus, **sent: str) -> dict[str, str]:
    answer = walk.ask("POST", f"/api/v1/auth/{path}", who="nobody", json=sent, expect=expect)
    found: dict[str, str] = answer.json()
    return found


def _credentials(walk: Walk) -> dict[str, str]:
    return {"email": email_of(WHO), "password": walk.password}


def _found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    demand(match, "the page shows no secret to type")
    return html.unescape(match[1]) if match else ""


SIGNING_IN = (
    Row("a second factor: set up, asked for, met once", second_factor),
    Row("POST auth/step-up; limits are told", step_up),
    Row("a refresh token used twice ends its sign-in", reuse),
    Row("sign out everywhere", everywhere),
)
