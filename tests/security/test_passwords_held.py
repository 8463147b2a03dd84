"""Passwords and tokens to the letter, where other tests look at what is around them."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Role
from patients.models import Patient

pytestmark = pytest.mark.django_db
LONG = "  Ünder the Bridge, sómething like " + "x" * 200 + "  "


@pytest.mark.parametrize(
    ("typed", "status"),
    [(LONG, 200), (LONG.strip(), 401), (LONG.lower(), 401), (LONG[:72], 401)],
)
def test_a_password_counts_exactly_as_it_was_typed(typed: str, status: int) -> None:
    user_create(
        by=SYSTEM, email="long@clinic.example", password=LONG, display_name="Long",
        role=Role.CLINICIAN,
    )  # fmt: skip
    body = {"email": "long@clinic.example", "password": typed}
    assert APIClient().post("/api/v1/auth/login/", body, format="json").status_code == status


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_token_of_another_algorithm_is_refused(alice: User, algorithm: str) -> None:
    end = clock.now() + timedelta(minutes=5)
    claims = {"sub": str(alice.id), "token_type": "access", "exp": end, "jti": "x"}
    key = "" if algorithm == "none" else settings.SIMPLE_JWT["SIGNING_KEY"]
    client = APIClient()
    token = jwt.encode(claims, key, algorithm=algorithm)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get("/api/v1/auth/me/").status_code == 401


def test_a_parameter_given_twice_is_no_way_around(
    alice: User, charlie: User, patient: Patient, client_for: Callable[..., Client]
) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for query in (f"{patient.id}&patient_id={nobody}", f"{nobody}&patient_id={patient.id}"):
        answer = client_for(charlie).get(f"/api/v1/timeline/?patient_id={query}")
        assert answer.status_code in (400, 404)
