from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "clinicity.workbench"
    label = "workbench"
