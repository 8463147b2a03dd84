from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "clinicity.knowledge"
    label = "knowledge"
