"""Django REST framework as its documentation teaches it, on Django's connection pool.

A nested serializer with many=True, then bulk_create(ignore_conflicts=True).
"""

import os
from typing import Any, ClassVar

import django
import environ
from django.conf import settings

from benchmarks.peers import POOL

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": environ.Env.db_url_config(os.environ["DATABASE_OWNER_URL"])
        | {"OPTIONS": {"pool": {"min_size": 4, "max_size": POOL}}}
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"
        ],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ["JWT_SECRET_KEY"],
    SIMPLE_JWT={"SIGNING_KEY": os.environ["JWT_SECRET_KEY"], "USER_ID_CLAIM": "sub"},
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Reading(models.Model):
    pk = models.CompositePrimaryKey("patient_id", "data_type", "timestamp")
    patient_id = models.UUIDField()
    data_type = models.TextField()
    timestamp = models.DateTimeField()
    value = models.FloatField()

    objects: ClassVar[models.Manager["Reading"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "drf_bulk"

    def __str__(self) -> str:
        return f"{self.data_type} at {self.timestamp}"


class Data(serializers.Serializer[Any]):
    bpm = serializers.FloatField()


class Event(serializers.Serializer[Any]):
    data_type = serializers.CharField(max_length=40)
    timestamp = serializers.DateTimeField()
    # `data` is a property of every serializer, so the field is declared beside it.
    vars()["data"] = Data()


class Single(Event):
    patient_id = serializers.UUIDField()


class Batch(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()
    events = Event(many=True)


class BatchView(APIView):
    def post(self, request: Request) -> Response:
        batch = Batch(data=request.data)
        batch.is_valid(raise_exception=True)
        valid = batch.validated_data
        return _stored([_reading(valid["patient_id"], event) for event in valid["events"]])


class EventView(APIView):
    def post(self, request: Request) -> Response:
        event = Single(data=request.data)
        event.is_valid(raise_exception=True)
        return _stored([_reading(event.validated_data["patient_id"], event.validated_data)])


def _reading(patient_id: Any, event: Any) -> Reading:
    return Reading(
        patient_id=patient_id, data_type=event["data_type"], timestamp=event["timestamp"],
        value=event["data"]["bpm"],
    )  # fmt: skip


def _stored(readings: list[Reading]) -> Response:
    Reading.objects.bulk_create(readings, ignore_conflicts=True)
    return Response({"accepted": len(readings)}, status=201)


urlpatterns = [path("batch", BatchView.as_view()), path("event", EventView.as_view())]
application = get_wsgi_application()
