from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinicity.audit"
    label = "audit"

    def ready(self) -> None:
        """Jobs lie below the trail, so it asks to be told of each run."""
        from clinicity.audit.history import register_all  # noqa: PLC0415  models first
        from clinicity.audit.services import job_run_record  # noqa: PLC0415  models first
        from clinicity.common import jobs  # noqa: PLC0415

        jobs.RUN_ENDED.append(job_run_record)
        register_all()
