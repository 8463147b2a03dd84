from django.apps import AppConfig


class BiometricsConfig(AppConfig):
    name = "biometrics"
    label = "biometrics"

    def ready(self) -> None:
        """Keys lie below the uploads, so these tell of themselves."""
        from biometrics.uploads import sealed_files  # noqa: PLC0415  models first
        from clinicity.privacy.files import files_store  # noqa: PLC0415
        from clinicity.privacy.resealing import STORES  # noqa: PLC0415

        STORES["uploads"] = files_store(sealed_files)
