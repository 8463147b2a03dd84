"""The Celery application. Job rows in PostgreSQL are the truth; Celery wakes workers."""

import logging.config

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

from clinicity.environment import choose_settings

choose_settings()
app = Celery("clinicity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_everybody_does(**kwargs: object) -> None:
    """Celery's own handlers would write past the filter; where somebody listens, it makes none."""
    logging.config.dictConfig(settings.LOGGING)
