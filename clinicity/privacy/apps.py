from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "clinicity.privacy"
    label = "privacy"
