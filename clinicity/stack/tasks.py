"""Each Celery worker tells that it lives, from its own heart and not from a task.

A task would wait behind a long job, and call a busy worker dead. Workers are named
after their queue: `celery worker -n fast@%h -Q fast`.
"""

import logging
from typing import Any

from celery.signals import heartbeat_sent
from redis.exceptions import RedisError

from clinicity.stack import health

logger = logging.getLogger(__name__)


@heartbeat_sent.connect  # Celery's own signal: it offers no other door
def tell(sender: Any, **kwargs: Any) -> None:
    try:
        health.heartbeat(sender.eventer.hostname.partition("@")[0])
    except RedisError:
        logger.warning("worker.heartbeat_failed")
