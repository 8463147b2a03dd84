"""Paging of single samples: whole, in order, and not upset by what arrives."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from biometrics.features.columns import columns_of
from biometrics.selectors.samples import Identity, identity_of
from biometrics.tests.measured import MINUTE, START_MS, measure, store, window
from clinicity.accounts.models import User
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PATH = "/api/v1/biometrics/samples"


@pytest.fixture
def devices(alice: User, patient: Patient) -> tuple[UUID, UUID]:
    return measure(alice, patient)


def pages(client: APIClient, query: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        page = client.get(PATH, query | ({"cursor": cursor} if cursor else {})).json()
        yield page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def key(item: dict[str, Any]) -> tuple[Any, ...]:
    return (
        item["start"],
        item["end"] - item["start"],
        item["sequence"] or -1,
        item["device_id"] or "-",
    )


@pytest.mark.parametrize("size", [7, 100, 1344])
def test_pages_hold_every_sample_once_in_order(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID], size: int
) -> None:
    found = [
        item for page in pages(api(alice), window(patient, "steps", size=size)) for item in page
    ]
    assert len(found) == 1296 + 48
    assert [key(item) for item in found] == sorted(key(item) for item in found)
    assert len({key(item) for item in found}) == len(found)


def test_what_arrives_meanwhile_moves_no_page(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client, query = api(alice), window(patient, "heart_rate", size=100)
    before = [item for page in pages(client, query) for item in page]
    walk = pages(client, query)
    seen = [*next(walk), *next(walk)]
    early = columns_of([START_MS + 1, START_MS + 2], [61, 62])
    store(alice, patient, devices[0], heart_rate=early)
    seen += [item for page in walk for item in page]
    assert seen == before


def test_same_moment_is_told_apart_by_length_sequence_and_device(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    same = columns_of(
        [START_MS] * 4, [1, 2, 3, 4], duration_ms=[0, 0, MINUTE, MINUTE], sequence=[1, 2, 1, 2]
    )
    for device in (*devices, None):
        store(alice, patient, device, light=same)
    found = [
        item for page in pages(api(alice), window(patient, "light", size=1)) for item in page
    ]
    assert len(found) == 12
    assert [item["value"] for item in found] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_one_device_and_doubtful_values(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client = api(alice)
    band = client.get(PATH, window(patient, "steps", device_id=str(devices[1]))).json()
    assert {item["device_id"] for item in band["items"]} == {str(devices[1])}
    beats = client.get(PATH, window(patient, "heart_rate", size=10)).json()["items"]
    assert [item["implausible"] for item in beats].index(True) == 7
    assert sum(item["implausible"] for item in beats) == 1


def test_a_page_opens_only_the_segments_that_it_needs(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from biometrics.selectors import segments

    opened: list[object] = []
    original = segments.samples_of
    monkeypatch.setattr(
        segments, "samples_of", lambda blobs: (opened.extend(blobs), original(blobs))[1]
    )
    with CaptureQueriesContext(connection) as caught:
        api(alice).get(PATH, window(patient, "heart_rate", size=50))
    assert len(opened) == 2  # of nine days: the first, and the next that fills the page
    assert len(caught) <= 18


@pytest.mark.parametrize("device", ["-", UUID(int=7).hex])
def test_a_cursor_reads_back(device: str) -> None:
    identity = Identity(1700000000000, 60_000, -1, device)
    assert identity_of(str(identity)) == identity
