from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "clinicity.workbench"
    label = "workbench"

    def ready(self) -> None:
        """The stack knows no keys: whoever does asks to be asked by health and doctor."""
        from clinicity.stack import doctor, health  # noqa: PLC0415
        from clinicity.workbench import keys_health  # noqa: PLC0415  models first

        health.MORE.extend(keys_health.CHECKS)
        doctor.MORE.append(keys_health.examine)
