from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "clinicity.common"
    label = "common"
