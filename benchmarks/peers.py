"""The row-per-sample model that everyone writes, for comparison."""

from typing import ClassVar

from django.db import models


class Sample(models.Model):
    patient_id = models.UUIDField()
    metric = models.TextField()
    start_ms = models.BigIntegerField(primary_key=True)
    duration_ms = models.BigIntegerField()
    value = models.FloatField()

    objects: ClassVar[models.Manager["Sample"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "benchmark_bulk"
        constraints: ClassVar = []

    def __str__(self) -> str:
        return f"sample at {self.start_ms}"
