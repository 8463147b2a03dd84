"""The workers' own promises."""

import subprocess
import sys

from clinicity.common.queues import Queue
from clinicity.environment import ROOT
from clinicity.stack.application import BACKGROUND
from clinicity.stack.folder import Folder

LOAD_LIKE_A_WORKER = """
import django
from clinicity.environment import choose_settings
choose_settings()
django.setup()
from clinicity.celery import app
app.loader.import_default_modules()
import sys
heavy = [name for name in ("torch", "xgboost", "rapidocr") if name in sys.modules]
assert not heavy, heavy
assert "alerts.tasks.evaluate_patient" in app.tasks
"""


def test_a_worker_loads_no_model_library_before_a_job_asks_for_it():
    """The fast worker shares its code with the heavy one, and must stay small."""
    subprocess.run([sys.executable, "-c", LOAD_LIKE_A_WORKER], cwd=ROOT, check=True)


def test_each_queue_has_a_worker_named_after_it(tmp_path):
    commands = [" ".join(kind(Folder(tmp_path)).program()) for kind in BACKGROUND]
    for queue in Queue:
        assert sum(f"-Q {queue} -n {queue}@%h" in command for command in commands) == 1


def test_the_heavy_worker_gives_way(tmp_path):
    nice = {kind.name: kind(Folder(tmp_path)).command().nice for kind in BACKGROUND}
    assert nice["heavy"] > nice["fast"] == 0
