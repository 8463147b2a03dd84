import pytest
import redis
from django.conf import settings

from clinicity.accounts import services
from clinicity.accounts.models import User
from clinicity.accounts.tests.signing import PASSWORD
from clinicity.common.actors import SYSTEM, Role


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    """Counters of tries outlive a test's transaction: start each test without any."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for pattern in ("clinicity:throttle:*", "clinicity:once:*"):
        for key in client.scan_iter(pattern):
            client.delete(key)


@pytest.fixture
def dora(database: None) -> User:
    return services.user_create(
        by=SYSTEM, email="Dora@Clinicity.example", password=PASSWORD, display_name="Dora",
        role=Role.CLINICIAN,
    )  # fmt: skip
