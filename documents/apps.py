from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    label = "documents"

    def ready(self) -> None:
        """Keys lie below the files, so these tell of themselves."""
        from clinicity.privacy.files import files_store  # noqa: PLC0415  models first
        from clinicity.privacy.resealing import STORES  # noqa: PLC0415
        from documents.files import sealed_files  # noqa: PLC0415

        STORES["documents"] = files_store(sealed_files)
