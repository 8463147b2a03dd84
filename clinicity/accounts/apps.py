from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clinicity.accounts"
    label = "accounts"

    def ready(self) -> None:
        from clinicity.accounts import receivers  # noqa: F401, PLC0415
