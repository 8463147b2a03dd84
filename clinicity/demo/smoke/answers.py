"""Rows of chat: a cited answer as a whole, as a stream and over a socket."""

import json
from http import HTTPStatus
from typing import Any

from clinicity.demo.smoke.readings import open_socket
from clinicity.demo.smoke.walk import Row, Walk, demand

QUESTION = "What was the last lithium level?"
UNKNOWN = "What is the brand of her hearing aid?"
SOCKET_PATIENCE = 60.0


def session(walk: Walk) -> str:
    made = walk.ask(
        "POST", "/api/v1/chat/session", json={"patient_id": walk.found["iris"]},
        expect=HTTPStatus.CREATED,
    ).json()  # fmt: skip
    walk.found["session"] = made["session_id"]
    return f"201 {made['session_id']}"


def answer(walk: Walk) -> str:
    sent = {"session_id": walk.found["session"], "message": QUESTION}
    told = walk.ask("POST", "/api/v1/chat/", json=sent).json()
    cited = [c for sentence in told["sentences"] for c in sentence["citations"]]
    demand("0.46" in told["answer"], f"no lithium level in {told['answer'][:200]!r}")
    demand(all(s["citations"] for s in told["sentences"]), "a sentence without citation")
    return f"{told['answer'].splitlines()[0][:60]!r}, {len(cited)} citations"


def nothing_known(walk: Walk) -> str:
    sent = {"session_id": walk.found["session"], "message": UNKNOWN}
    told = walk.ask("POST", "/api/v1/chat/", json=sent).json()
    demand(told["abstained"], f"it answered {told['answer'][:100]!r}")
    return f"{told['answer'].splitlines()[0][:80]!r}"


def stream(walk: Walk) -> str:
    """Server-sent events: each step and each sentence, then the whole."""
    sent = {"session_id": walk.found["session"], "message": QUESTION}
    kinds: list[str] = []
    with walk.client("alice").stream("POST", "/api/v1/chat/stream", json=sent) as lines:
        demand(lines.status_code == HTTPStatus.OK, f"stream: {lines.status_code}")
        kinds += [line[7:] for line in lines.iter_lines() if line.startswith("event: ")]
    demand(kinds and kinds[-1] == "done", f"events {kinds}")
    return f"{len(kinds)} events: {', '.join(dict.fromkeys(kinds))}"


def socket(walk: Walk) -> str:
    """The same turn is told to an open conversation."""
    sent = {"session_id": walk.found["session"], "message": QUESTION}
    with open_socket(walk, f"/ws/chat/{walk.found['session']}/") as opened:
        walk.ask("POST", "/api/v1/chat/", json=sent)
        told: list[dict[str, Any]] = []
        while not told or told[-1]["kind"] != "done":
            told.append(json.loads(opened.recv(SOCKET_PATIENCE)))
    return f"{len(told)} events, the last with the answer"


def history(walk: Walk) -> str:
    path = f"/api/v1/chat/history?session_id={walk.found['session']}"
    turns = walk.ask("GET", path).json()["items"]
    others = walk.ask("GET", path, who="charlie").json()["items"]
    demand(turns and not others, f"{len(turns)} turns, and {len(others)} for a stranger")
    return f"{len(turns)} turns; a stranger sees none"


CHAT = (
    Row("POST chat/session", session),
    Row("POST chat: the answer cites its sources", answer),
    Row("POST chat: without evidence it says so", nothing_known),
    Row("POST chat/stream (server-sent events)", stream),
    Row("the answer comes over the open WebSocket", socket),
    Row("GET chat/history", history),
)
