"""No sequence of changes gives a stranger a row, or takes one from who is entitled to it."""

import os
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test

from tests.access.machine import AccessMachine

BOUNDED = hypothesis.settings(
    derandomize=True, database=None, deadline=None, max_examples=6, stateful_step_count=12,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
LONG = hypothesis.settings(
    BOUNDED, max_examples=int(os.environ.get("ACCESS_EXAMPLES", "40")), stateful_step_count=25
)
pytestmark = pytest.mark.django_db(databases=["default", "sealer"])


def test_access_is_what_the_model_says(settings: Any) -> None:
    settings.RATE_LIMITING_ENABLED = False
    run_state_machine_as_test(AccessMachine, settings=BOUNDED)


@pytest.mark.slow
def test_access_is_what_the_model_says_in_long(settings: Any) -> None:
    settings.RATE_LIMITING_ENABLED = False
    run_state_machine_as_test(AccessMachine, settings=LONG)
