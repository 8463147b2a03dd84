from django.apps import AppConfig


class StackConfig(AppConfig):
    name = "clinicity.stack"
    label = "stack"
