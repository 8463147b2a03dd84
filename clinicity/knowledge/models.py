"""The graph as tables: what the embedded stack has in place of a graph server."""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import EncryptedCharField, EncryptedJSONField
from clinicity.privacy.sealed import SealedModel


class GraphNode(SealedModel):
    """Something that a patient's record speaks of. `key` is a keyed hash of what."""

    # No foreign key: this layer doesn't know patients, only whose row security counts.
    patient_id = models.UUIDField()
    key = models.CharField(max_length=32)
    kind = models.CharField(max_length=20)
    label = EncryptedCharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient_id", "key"], name="graph_node_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("label",)
        plain: ClassVar = ("id", "created_at", "patient_id", "key", "kind")


class GraphEdge(SealedModel):
    """That one thing is linked to another, and which row says so."""

    patient_id = models.UUIDField()
    source = models.ForeignKey(GraphNode, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(GraphNode, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    origin_kind = models.CharField(max_length=20)
    origin_id = models.UUIDField()
    # Where in the origin: pages and boxes of a document.
    place = EncryptedJSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient_id", "origin_id"], name="graph_edge_by_origin")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "target", "kind", "origin_kind", "origin_id"],
                name="graph_edge_once",
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("place",)
        plain: ClassVar = (
            "id", "created_at", "patient_id", "source", "target", "kind", "origin_kind",
            "origin_id",
        )  # fmt: skip
