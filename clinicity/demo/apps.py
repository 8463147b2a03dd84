from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "clinicity.demo"
    label = "demo"
