"""Making the index again from PostgreSQL: after a restore, or on another Milvus."""

from collections.abc import Callable

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.knowledge import vectors
from documents.models import Document
from documents.services.ingestion import Ingestion, index_vectors


def vectors_rebuild(*, by: Actor, tell: Callable[[int, int], None]) -> int:
    """Empty the index and index every document that is ready. Returns how many."""
    with acting_as(by, Scope.ALL_PATIENTS):
        ready = list(Document.objects.filter(state=Document.State.READY))
    vectors.passages().drop()
    for done, document in enumerate(ready, start=1):
        index_vectors(Ingestion(by, document, lambda *progress: None))
        tell(done, len(ready))
    audit.record(
        by=by, act="documents.reindex", subject="index", subject_id=None, documents=len(ready)
    )
    return len(ready)
