"""Rows over plain HTTP: health, sign-in, patients, timeline, audit."""

from http import HTTPStatus

from clinicity.demo.smoke.walk import Row, Walk, await_that, demand, email_of

SEED_PATIENT = {"first_name": "Alice", "last_name": "Smith", "date_of_birth": "1985-07-20"}


def health(walk: Walk) -> str:
    """Workers report by heartbeat, so that a fresh house is whole some seconds later."""
    answer = await_that(lambda: _whole(walk), what="/health/ready isn't ok")
    return f"ok: {', '.join(answer['checks'])}"


def _whole(walk: Walk) -> dict[str, dict[str, object]] | None:
    answer = walk.client("nobody").get("/health/ready").json()
    return answer if answer["status"] == "ok" else None


def anonymous(walk: Walk) -> str:
    problem = walk.ask(
        "GET", "/api/v1/patients", who="nobody", expect=HTTPStatus.UNAUTHORIZED
    ).json()
    page = walk.ask("GET", "/patients/", who="nobody", expect=HTTPStatus.FOUND)
    demand("/accounts/login" in page.headers["location"], "the page didn't lead to sign-in")
    return f"401 {problem['title']!r}; pages lead to sign-in"


def sign_in(walk: Walk) -> str:
    me = walk.ask("GET", "/api/v1/auth/me").json()
    demand(me["email"] == email_of("alice"), f"signed in as {me['email']}")
    return f"{me['display_name']}, {me['role']}"


def sign_in_form(walk: Walk) -> str:
    page = walk.browser_session("alice").get("/", follow_redirects=True)
    demand(page.status_code == HTTPStatus.OK, f"{page.url}: {page.status_code}")
    demand("/accounts/login" not in str(page.url), "the page asks to sign in again")
    return f"{page.url.path}, {len(page.content) // 1024} kB"


def wrong_password(walk: Walk) -> str:
    form = {"email": email_of("charlie"), "password": "not this one"}  # nosec B105  a wrong one
    answer = walk.ask(
        "POST", "/api/v1/auth/login", who="nobody", json=form, expect=HTTPStatus.UNAUTHORIZED
    )
    return str(answer.json()["title"])


def patient_create(walk: Walk) -> str:
    answer = walk.ask(
        "POST", "/api/v1/patients", json=SEED_PATIENT, expect=HTTPStatus.CREATED
    ).json()
    walk.found["patient"] = answer["id"]
    return f"201 {answer['id']}"


def simulated_patients(walk: Walk) -> str:
    """Find the story's people; their ids are used by later rows."""
    for number, key in (("SIM-0001", "iris"), ("SIM-0004", "otto"), ("SIM-0005", "maeve")):
        found = walk.ask("GET", f"/api/v1/patients?search={number}").json()["items"]
        demand(len(found) == 1, f"{number}: {len(found)} found")
        walk.found[key] = found[0]["id"]
    listed = walk.ask("GET", "/api/v1/patients").json()["items"]
    return f"{len(listed)} patients of Alice; found by record number"


def stranger(walk: Walk) -> str:
    path = f"/api/v1/patients/{walk.found['iris']}"
    walk.ask("GET", path, who="charlie", expect=HTTPStatus.NOT_FOUND)
    walk.ask("GET", path, who="bob")
    return "Charlie 404, Bob who covers 200"


def timeline(walk: Walk) -> str:
    sent = {
        "patient_id": walk.found["patient"],
        "kind": "note",
        "title": "Called back",
        "occurred_at": "2026-01-05T10:00:00Z",
    }
    made = walk.ask(
        "POST", "/api/v1/timeline/event", json=sent, expect=HTTPStatus.CREATED
    ).json()
    path = f"/api/v1/timeline/event/{made['id']}"
    changed = walk.ask("PUT", path, json={"title": "Called back twice"}).json()
    walk.ask("DELETE", path, expect=HTTPStatus.NO_CONTENT)
    return f"made, changed to {changed['title']!r}, removed"


def timeline_summary(walk: Walk) -> str:
    path = f"/api/v1/timeline/summary?patient_id={walk.found['iris']}"
    summary = walk.ask("GET", path).json()
    kinds = ", ".join(f"{count} {kind}" for kind, count in summary["by_kind"].items())
    demand(summary["total"], "the simulated timeline is empty")
    return kinds


def audit(walk: Walk) -> str:
    return walk.manage("verify_audit").splitlines()[-1]


FIRST = (
    Row("GET /health/ready", health),
    Row("nobody is let in", anonymous),
    Row("POST auth/login, GET auth/me", sign_in),
    Row("a wrong password is refused", wrong_password),
    Row("sign in by the page's form, open Today", sign_in_form),
    Row("POST patients, as the first client sends it", patient_create),
    Row("find simulated patients", simulated_patients),
    Row("another clinician's patient isn't there", stranger),
    Row("timeline: POST, PUT, DELETE an entry", timeline),
    Row("timeline/summary of a simulated patient", timeline_summary),
)
LAST = (Row("verify_audit: the trail is whole", audit),)
