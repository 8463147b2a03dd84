"""Rows of twins and documents: asked for, made in the background, then looked at."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from clinicity.demo.smoke.walk import Row, Walk, await_that, demand

ENDS = ("done", "dead")
READ_PATIENCE = 120.0
# Behind the twins and papers of the whole simulated clinic.
TWIN_PATIENCE = 240.0
LETTER = (
    "Patient: Alice Smith",
    "Date of birth: 20 July 1985",
    "She was seen on 2 January 2026 with a cough.",
    "Medication: Amoxicillin 500 mg three times daily.",
    "She denies chest pain.",
)


def twin(walk: Walk) -> str:
    made = _twin_of(walk, "iris")
    figures = {one["name"]: one["value"] for one in made["features"]}
    rhythm = {name: figures[f"circadian.{name}"] for name in ("IS", "IV", "RA")}
    demand(0 < rhythm["IS"] < 1 and 0 < rhythm["RA"] < 1, f"figures {rhythm}")
    named = ", ".join(f"{name} {value:.2f}" for name, value in rhythm.items())
    return f"{len(figures)} figures with intervals: {named}"


def twin_abstains(walk: Walk) -> str:
    """Otto wore his watch for three days: no figure of rhythm may be given."""
    made = _twin_of(walk, "otto")
    rhythm = [one for one in made["features"] if one["name"].startswith("circadian")]
    reason = next(one for one in made["abstentions"] if one["name"].startswith("circadian"))
    demand(not rhythm, f"figures from too little: {rhythm}")
    return f"{reason['reason']}: {reason['have']} days, {reason['need']} needed"


def upload(walk: Walk) -> str:
    sent = {"file": ("letter.pdf", _letter(), "application/pdf")}
    about = {"patient_id": walk.found["patient"], "title": "Letter"}
    answer = walk.ask(
        "POST", "/api/v1/upload/document", files=sent, data=about, expect=HTTPStatus.ACCEPTED
    )
    walk.found["document"] = answer.json()["id"]
    settled = await_that(lambda: _settled(walk), what="the letter", seconds=READ_PATIENCE)
    demand(settled["state"] == "ready", f"the letter is {settled}")
    return f"ready, {settled['pages_read']} page read, identity {settled['identity']}"


def pages(walk: Walk) -> str:
    path = f"/api/v1/documents/{walk.found['document']}"
    page = walk.ask("GET", f"{path}/pages").json()["items"][0]
    picture = walk.ask("GET", f"{path}/pages/1/image")
    demand("Amoxicillin" in page["text"], f"page text {page['text'][:100]!r}")
    walk.ask("GET", f"{path}/pages", who="charlie", expect=HTTPStatus.NOT_FOUND)
    return f"{page['source']}, picture {len(picture.content) // 1024} kB; a stranger gets 404"


def refused(walk: Walk) -> str:
    """Nothing, and something that only claims to be a PDF."""
    about = {"patient_id": walk.found["patient"]}
    said = []
    for content in (b"", b"%PDF-1.7 and nothing more"):
        sent = {"file": ("letter.pdf", content, "application/pdf")}
        answer = walk.client("alice").post("/api/v1/upload/document", files=sent, data=about)
        demand(answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, answer.text[:200])
        said.append(answer.json()["detail"])
    return " ".join(said)


def simulated_papers(walk: Walk) -> str:
    """All of Iris's papers come to an end: three ready, one held as misfiled."""
    states = await_that(
        lambda: _states(walk, "iris"), what="papers of Iris", seconds=READ_PATIENCE
    )
    held = [name for name, state in states.items() if state == "held"]
    demand(held == ["heart-clinic-letter.pdf"], f"states {states}")
    return f"{len(states) - 1} ready; held as somebody else's: {held[0]}"


def scanned_paper(walk: Walk) -> str:
    """Maeve's letter is a scan without text: it is read by OCR."""
    await_that(lambda: _states(walk, "maeve"), what="papers of Maeve", seconds=READ_PATIENCE)
    letters = [
        row for row in _documents(walk, "maeve") if row["filename"] == "clinic-letter.pdf"
    ]
    (document,) = letters
    page = walk.ask("GET", f"/api/v1/documents/{document['id']}/pages").json()["items"][0]
    demand("Lamotrigine" in page["text"], f"read: {page['text'][:200]!r}")
    return (
        f"{page['source']} of a scan found 'Lamotrigine', confidence {page['confidence']:.2f}"
    )


def graph(walk: Walk) -> str:
    """What Iris has, what she takes, and which papers speak of it."""
    path = f"/api/v1/knowledge/graph?patient_id={walk.found['iris']}"
    told = walk.ask("GET", path).json()
    walk.ask("GET", path, who="charlie", expect=HTTPStatus.NOT_FOUND)
    labels = {node["label"] for node in told["nodes"]}
    mentions = [edge for edge in told["edges"] if edge["kind"] == "mentions"]
    demand("Lithium carbonate" in labels and mentions, f"nodes {sorted(labels)}")
    return f"{len(labels)} nodes, {len(mentions)} mentions in papers; a stranger gets 404"


def note(walk: Walk) -> str:
    """A draft cites its sources and leaves to the clinician what is theirs."""
    sent = {"patient_id": walk.found["iris"]}
    draft = walk.ask("POST", "/api/v1/notes/draft", json=sent, expect=HTTPStatus.CREATED).json()
    sections = draft["sections"]
    demand(
        not sections["mental_state"] + sections["risk_formulation"], "a blank part is filled"
    )
    path = f"/api/v1/notes/{draft['note_id']}/sign"
    signing = {"revision": draft["revision"], "texts": {"mental_state": "Elated, talks fast."}}
    signed = walk.ask("POST", path, json=signing).json()
    written = sum(len(lines) for lines in sections.values())
    return f"{written} cited statements, mental state and risk blank; {signed['state']}"


def _twin_of(walk: Walk, who: str) -> dict[str, Any]:
    sent = {"patient_id": walk.found[who]}
    job = walk.ask(
        "POST", "/api/v1/digital-twins/generate", json=sent, expect=HTTPStatus.ACCEPTED
    ).json()
    state = await_that(
        lambda: _ended(walk, job["job_id"]), what="the twin", seconds=TWIN_PATIENCE
    )
    demand(state == "done", f"the job is {state}")
    made: dict[str, Any] = walk.ask("GET", f"/api/v1/digital-twins/{walk.found[who]}").json()
    return made


def _ended(walk: Walk, job_id: str) -> str | None:
    state = str(walk.ask("GET", f"/api/v1/jobs/{job_id}").json()["state"])
    return state if state in ENDS else None


def _settled(walk: Walk) -> dict[str, Any] | None:
    progress: dict[str, Any] = walk.ask(
        "GET", f"/api/v1/upload/status/{walk.found['document']}"
    ).json()
    return progress if progress["settled"] else None


def _documents(walk: Walk, who: str) -> list[dict[str, Any]]:
    path = f"/api/v1/upload/documents?patient_id={walk.found[who]}"
    items: list[dict[str, Any]] = walk.ask("GET", path).json()["items"]
    return items


def _states(walk: Walk, who: str) -> dict[str, str] | None:
    states = {item["filename"]: item["state"] for item in _documents(walk, who)}
    return states if states and set(states.values()) <= {"ready", "held", "failed"} else None


def _letter() -> bytes:
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for number, line in enumerate(LETTER):
        canvas.drawString(72, 760 - 20 * number, line)
    canvas.save()
    return target.getvalue()


TWINS = (
    Row("POST digital-twins/generate: made by the worker", twin),
    Row("a twin with too little data abstains", twin_abstains),
)
DOCUMENTS = (
    Row("POST upload/document of a PDF: read and indexed", upload),
    Row("its page as text and as a picture", pages),
    Row("a file that is none is refused", refused),
    Row("the simulated papers: one misfiled letter is held", simulated_papers),
    Row("a scanned paper is read by OCR", scanned_paper),
    Row("GET knowledge/graph", graph),
)
NOTES = (Row("POST notes/draft, then sign", note),)
