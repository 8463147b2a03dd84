from django.apps import AppConfig


class LanguageConfig(AppConfig):
    name = "clinicity.language"
    label = "language"
