"""What Prometheus reads: requests as they come, queues and tables when it asks."""

import time
from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from clinicity.common.models import Job, OutboxEvent

# Routes are labelled by pattern, never by path: a path holds ids.
REQUESTS = Counter("clinicity_requests", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "clinicity_request_seconds", "Seconds until the answer.", ["method", "route"]
)
# Every row of these is one batch, one snapshot, one alert: their growth is throughput.
TABLES = "SELECT relname, n_tup_ins FROM pg_stat_user_tables WHERE schemaname = 'public'"


class MeasureRequests:
    """Counts and times every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "unmatched"
        method = request.method or ""
        LATENCY.labels(method, route).observe(time.perf_counter() - began)
        REQUESTS.labels(method, route, response.status_code).inc()
        return response


class Stock(Collector):
    """Jobs, waiting events and rows stored, counted when asked."""

    def collect(self) -> Iterable[Metric]:
        yield _jobs()
        yield _events()
        yield _rows()

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database while the process starts."""
        return []


def _jobs() -> Metric:
    gauge = GaugeMetricFamily("clinicity_jobs", "Job rows.", labels=["queue", "state"])
    for queue, state, number in Job.objects.values_list("queue", "state").annotate(
        n=Count("id")
    ):
        gauge.add_metric([queue, state], number)
    return gauge


def _events() -> Metric:
    waiting = OutboxEvent.objects.filter(dispatched_at__isnull=True).count()
    return GaugeMetricFamily("clinicity_events_waiting", "Undispatched events.", value=waiting)


def _rows() -> Metric:
    gauge = GaugeMetricFamily(
        "clinicity_rows_inserted", "Rows ever inserted.", labels=["table"]
    )
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for table, number in cursor.fetchall():
            gauge.add_metric([table], number)
    return gauge


REGISTRY.register(Stock())
