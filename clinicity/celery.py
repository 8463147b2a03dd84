"""The Celery application. Job rows in PostgreSQL are the truth; Celery wakes workers."""

from celery import Celery

from clinicity.environment import choose_settings

choose_settings()
app = Celery("clinicity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
