from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    label = "agents"

    def ready(self) -> None:
        from agents.models import Note  # noqa: PLC0415
        from patients.models import ITEMS, ItemKind  # noqa: PLC0415

        ITEMS["note"] = ItemKind(Note, author="created_by", told=("note",))
