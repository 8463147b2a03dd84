"""What goes in and out of the API of imports."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from biometrics.uploads import PART_BYTES


class FormatOutput(serializers.Serializer[object]):
    code = serializers.CharField()
    title = serializers.CharField()
    accepts = serializers.CharField(help_text="What to choose, in words.")


class FormatsOutput(serializers.Serializer[object]):
    items = FormatOutput(many=True)


class ImportUploadInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(min_value=1, help_text="Bytes of the whole file.")


class UploadOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    received = serializers.IntegerField(help_text="Where to go on: bytes that are there.")
    part_bytes = serializers.SerializerMethodField(
        help_text="Length of each part but the last."
    )
    digest = serializers.CharField(help_text="SHA-256 of the whole file, once it is whole.")
    formats = serializers.ListField(
        child=serializers.CharField(), help_text="Formats that recognise the content."
    )
    people = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        allow_null=True,
        help_text="By format, the people that the file is about.",
    )
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_part_bytes(self, upload: Any) -> int:
        return PART_BYTES


class PartQuery(serializers.Serializer[object]):
    offset = serializers.IntegerField(min_value=0)


class FinishInput(serializers.Serializer[object]):
    digest = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$",
        help_text="SHA-256 of the file, or of its parts' SHA-256 (bytes) one after the other.",
    )


class ImportInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    upload_id = serializers.UUIDField()
    importer = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="A format's code; or recognised."
    )
    zone = serializers.CharField(
        max_length=60, default="UTC", help_text="Of local times without an offset."
    )
    person = serializers.CharField(max_length=100, default="", allow_blank=True)
    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    dry_run = serializers.BooleanField(default=False)


class ImportsQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    cursor = serializers.CharField(required=False)


class FoundOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    samples = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class ReasonOutput(serializers.Serializer[object]):
    record = serializers.IntegerField()
    reason = serializers.CharField()


class ImportOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    importer = serializers.CharField()
    source_name = serializers.CharField()
    file_size = serializers.IntegerField()
    digest = serializers.CharField(source="file_digest")
    dry_run = serializers.BooleanField()
    state = serializers.CharField()
    position = serializers.IntegerField(help_text="Records read so far.")
    progress = serializers.FloatField(help_text="0 … 1")
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    corrected = serializers.IntegerField()
    rejected = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)
    requested_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class ReceiptOutput(ImportOutput):
    """One import with everything that its receipt says."""

    found = serializers.SerializerMethodField()
    ignored = serializers.DictField(
        child=serializers.IntegerField(), help_text="Records of kinds without a metric."
    )
    reasons = serializers.SerializerMethodField(help_text="The first 1,000 rejected records.")

    def get_found(self, run: Any) -> list[dict[str, Any]]:
        return [
            {
                "metric": metric,
                "samples": count,
                "first_at": _moment(first),
                "last_at": _moment(last),
            }
            for metric, (count, first, last) in sorted(run.found.items())
        ]

    def get_reasons(self, run: Any) -> list[dict[str, Any]]:
        return [{"record": number, "reason": why} for number, why in run.reasons or ()]


class ImportsOutput(serializers.Serializer[object]):
    items = ImportOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
