from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    label = "documents"

    def ready(self) -> None:
        """What lies below names no document: documents tell of themselves."""
        from clinicity.privacy.files import files_store  # noqa: PLC0415  models first
        from clinicity.privacy.resealing import STORES  # noqa: PLC0415
        from documents.files import sealed_files  # noqa: PLC0415
        from documents.models import Document  # noqa: PLC0415
        from patients.models import ITEMS, ItemKind  # noqa: PLC0415

        STORES["documents"] = files_store(sealed_files)
        ITEMS["document"] = ItemKind(
            Document, author="uploaded_by", told=("document",), linked=True
        )
