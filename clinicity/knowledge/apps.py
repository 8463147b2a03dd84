from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "clinicity.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        """Keys lie below the graph, so it tells of itself where it is another server's."""
        from django.conf import settings  # noqa: PLC0415

        if settings.NEO4J_URI:
            from clinicity.knowledge.graph import bolt  # noqa: PLC0415  models first
            from clinicity.privacy.resealing import STORES, Store  # noqa: PLC0415

            STORES["graph"] = Store(reseal=bolt.reseal, stale=bolt.stale)
