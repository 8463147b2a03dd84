import pytest
import redis
from django.conf import settings


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    """Counters of tries outlive a test's transaction: start each test without any."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("clinicity:throttle:*"):
        client.delete(key)
