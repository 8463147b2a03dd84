from rest_framework import serializers

from documents.models import Document


class UploadInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    # An empty file is refused by the service, in the same words as everywhere.
    file = serializers.FileField(allow_empty_file=True)
    title = serializers.CharField(required=False, max_length=200, allow_blank=True, default="")
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)


class DocumentQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField(required=False)
    cursor = serializers.CharField(required=False)


class DocumentOutput(serializers.Serializer[Document]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    title = serializers.CharField()
    filename = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    page_count = serializers.IntegerField()
    state = serializers.CharField()
    identity = serializers.CharField()
    failure = serializers.CharField()
    simulated = serializers.BooleanField()
    occurred_at = serializers.DateTimeField()
    uploaded_at = serializers.DateTimeField(source="created_at")


class DocumentPageOutput(serializers.Serializer[object]):
    items = DocumentOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ProgressOutput(serializers.Serializer[object]):
    document_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    state = serializers.CharField()
    step = serializers.CharField()
    identity = serializers.CharField()
    failure = serializers.CharField()
    pages_read = serializers.IntegerField()
    page_count = serializers.IntegerField()
    settled = serializers.BooleanField(help_text="Nothing more happens by itself.")


class PageOutput(serializers.Serializer[object]):
    number = serializers.IntegerField()
    width = serializers.FloatField(help_text="Page units: 1/72 inch, or pixels of a picture.")
    height = serializers.FloatField()
    source = serializers.CharField(help_text="text-layer or ocr.")  # type: ignore[assignment]
    confidence = serializers.FloatField(allow_null=True)
    text = serializers.CharField()


class PagesOutput(serializers.Serializer[object]):
    items = PageOutput(many=True)
