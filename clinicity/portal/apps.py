from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "clinicity.portal"
    label = "portal"
