import json

import pytest
from django.urls import reverse

from clinicity.stack import health


def test_live_asks_nobody(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/health/live").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/ready"])
def test_ready_names_every_check(client, db, path):
    for worker in health.WORKERS:
        health.heartbeat(worker)
    answer = client.get(path)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok", body
    assert set(body["checks"]) == {
        "database", "redis", "milvus", "worker-fast", "worker-heavy", "keys", "hash-secret",
    }  # fmt: skip


def test_ready_is_degraded_without_vectors(client, db, settings):
    settings.MILVUS_URI = "http://127.0.0.1:1"
    answer = client.get(reverse("health-ready"))
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["milvus"]["detail"] == "Milvus doesn't answer."


def test_ready_is_down_without_redis_and_names_no_password(client, db, settings):
    settings.REDIS_URL = "redis://:planted-password@127.0.0.1:1/0"
    answer = client.get(reverse("health-ready"))
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert "planted" not in json.dumps(answer.json())


def test_health_refuses_to_be_written(client, db):
    assert client.post("/health").status_code == 405


def test_metrics_count_requests_by_pattern(client, db):
    client.get("/health/live")
    text = client.get("/metrics").content.decode()
    assert 'clinicity_requests_total{method="GET",route="^health/live/?$",status="200"}' in text
    assert "clinicity_events_waiting" in text
    assert 'clinicity_rows_inserted{table="common_job"}' in text


def test_metrics_stay_on_the_machine(client, db):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403


def test_metrics_take_a_token(client, db, settings):
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics").status_code == 403
    headers = {"Authorization": "Bearer a-token"}
    assert client.get("/metrics", headers=headers).status_code == 200
