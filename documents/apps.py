from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    label = "documents"

    def ready(self) -> None:
        from documents.models import Document  # noqa: PLC0415
        from patients.models import ITEMS, ItemKind  # noqa: PLC0415

        ITEMS["document"] = ItemKind(
            Document, author="uploaded_by", told=("document",), linked=True
        )
