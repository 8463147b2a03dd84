from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clinicity.accounts"
    label = "accounts"

    def ready(self) -> None:
        from clinicity.accounts import cant_open, receivers, second_factors  # noqa: F401, PLC0415
        from clinicity.privacy.keyring import FAILED  # noqa: PLC0415
        from clinicity.privacy.resealing import STORES, Store  # noqa: PLC0415

        STORES["second factors"] = Store(second_factors.reseal, second_factors.stale)
        FAILED.append(cant_open.note)
