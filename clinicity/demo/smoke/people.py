"""Rows of people: who may see what, in an emergency, twice on the books, and by link."""

from http import HTTPStatus
from typing import Any

from clinicity.demo.smoke.doors import SEED_PATIENT
from clinicity.demo.smoke.walk import Row, Walk, demand

API = "/api/v1"


def restricted(walk: Walk) -> str:
    """A drug that only those who treat may see is on no list of who covers."""
    about = {
        "name": "Disulfiram", "dose": "200", "unit": "mg", "times_per_day": 1,
        "started_on": "2026-01-05",
    }  # fmt: skip
    row = _sent(walk, "maeve", "medications", about)
    shown = {"kind": "medication", "item_id": row["id"], "visibility": "restricted"}
    _sent(walk, "maeve", "visibility", shown, expect=HTTPStatus.OK)
    counts = {who: _drugs_seen(walk, who) for who in ("alice", "bob")}
    demand(counts == {"alice": (1, 1), "bob": (0, 0)}, f"on lists and timeline: {counts}")
    return "who treats finds it on list and timeline, who covers on neither"


def twice_on_the_books(walk: Walk) -> str:
    second = walk.ask(
        "POST", f"{API}/patients", json=SEED_PATIENT, expect=HTTPStatus.CREATED
    ).json()
    demand(second["possible_duplicates"] == 1, f"warned of {second['possible_duplicates']}")
    about = {"code": "F32.1", "display": "Low mood"}
    walk.ask(
        "POST", f"{API}/patients/{second['id']}/conditions", json=about,
        expect=HTTPStatus.CREATED,
    )  # fmt: skip
    alias = _sent(walk, "patient", "merges", {"merged_id": second["id"]})
    whole = walk.ask("GET", _of(walk, "patient", "conditions")).json()["items"]
    led = walk.ask("GET", f"{API}/patients/{second['id']}").json()["id"]
    demand(led == walk.found["patient"] and len(whole) == 1, f"led to {led}, {len(whole)} rows")
    _sent(walk, "patient", f"merges/{alias['id']}/undo", {}, expect=HTTPStatus.OK)
    apart = walk.ask("GET", _of(walk, "patient", "conditions")).json()["items"]
    demand(apart == [], "the rows stayed after the undo")
    return "warned of 1, merged, read as one, taken apart again"


def emergency(walk: Walk) -> str:
    """Charlie opens Iris's record with a reason and his password, and an admin reviews it."""
    path = f"{API}/patients/{walk.found['iris']}"
    iris = walk.ask("GET", path).json()
    about = {
        "name_or_number": iris["record_number"], "date_of_birth": iris["date_of_birth"],
        "reason": "Found unconscious in the ward",
    }  # fmt: skip
    walk.ask(
        "POST", f"{API}/auth/step-up", who="charlie", json={"password": walk.password}
    )  # shows that it can be done; the sign-in just made counts as recent
    glass = walk.ask(
        "POST",
        f"{API}/patients/break-glass",
        who="charlie",
        json=about,
        expect=HTTPStatus.CREATED,
    ).json()
    walk.ask("GET", path, who="charlie")
    walk.ask("POST", f"{API}/patients/break-glass/{glass['id']}/end", who="charlie")
    walk.ask("GET", path, who="charlie", expect=HTTPStatus.NOT_FOUND)
    judged = {"outcome": "justified", "note": "The ward confirms it."}
    review = walk.ask(
        "POST", f"{API}/patients/break-glass/{glass['id']}/review", who="admin", json=judged
    ).json()
    return f"open, read, ended, then 404; reviewed as {review['outcome']}"


def by_link(walk: Walk) -> str:
    """Maeve answers a PHQ-9 by link, without an account, and says that she is in danger."""
    _sent(walk, "maeve", "questionnaire-requests", {"instrument": "phq9"})
    asked = walk.ask("GET", _of(walk, "maeve", "questionnaire-requests")).json()["items"][0]
    link = _sent(walk, "maeve", f"questionnaire-requests/{asked['id']}/link", {})
    born = walk.ask("GET", f"{API}/patients/{walk.found['maeve']}").json()["date_of_birth"]
    key = {"token": link["token"], "date_of_birth": born}
    form = _nobody(walk, "questionnaire-links/open", key)
    answers = [1] * 8 + [2]
    sent = _nobody(
        walk, "questionnaire-links/answer", key | {"answers": answers}, HTTPStatus.CREATED
    )
    again = walk.client("nobody").post(f"{API}/questionnaire-links/open", json=key)
    demand(sent["urgent"], "the answer to item 9 showed no help")
    demand(again.status_code != HTTPStatus.OK, "a used link opens the form again")
    return f"{len(form['questions'])} questions; help shown; the link is used up"


def own_pages(walk: Walk) -> str:
    """Iris reads her own record, sees who looked, and none of the clinicians' pages."""
    session = walk.browser_session("iris")
    page = session.get("/me/", follow_redirects=True)
    looks = session.get(f"/me/{walk.found['iris']}/looks/")
    demand("Alice Archer" in looks.text, f"{looks.status_code}: Alice isn't named")
    refused = session.get("/patients/").status_code
    other = walk.ask(
        "GET", f"{API}/patients/{walk.found['otto']}", who="iris", expect=HTTPStatus.NOT_FOUND
    )
    return f"{page.url.path.split('/')[1]}/: named who looked; pages of staff {refused}, others {other.status_code}"


def _drugs_seen(walk: Walk, who: str) -> tuple[int, int]:
    """On the list of medications, and found on the timeline."""
    listed = walk.ask("GET", _of(walk, "maeve", "medications?limit=100"), who=who).json()
    search = f"{API}/timeline/search?patient_id={walk.found['maeve']}&q=disulfiram"
    told = walk.ask("GET", search, who=who).json()["items"]
    return sum(one["name"] == "Disulfiram" for one in listed["items"]), len(told)


def _of(walk: Walk, whom: str, tail: str) -> str:
    return f"{API}/patients/{walk.found[whom]}/{tail}"


def _sent(
    walk: Walk, whom: str, tail: str, body: Any, *, expect: HTTPStatus = HTTPStatus.CREATED
) -> Any:
    return walk.ask("POST", _of(walk, whom, tail), json=body, expect=expect).json()


def _nobody(walk: Walk, tail: str, body: Any, expect: HTTPStatus = HTTPStatus.OK) -> Any:
    return walk.ask("POST", f"{API}/{tail}", who="nobody", json=body, expect=expect).json()


PEOPLE = (
    Row("what only those who treat may see", restricted),
    Row("a second record: warned of, merged, taken apart", twice_on_the_books),
    Row("break-glass: a reason, a while, a review", emergency),
    Row("a questionnaire by link, without an account", by_link),
    Row("a patient's own pages", own_pages),
)
