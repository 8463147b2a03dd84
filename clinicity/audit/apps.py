from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinicity.audit"
    label = "audit"
