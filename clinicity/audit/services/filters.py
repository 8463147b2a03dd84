"""An auditor's own searches."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinicity.audit.models import SavedFilter
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound

MOST = 50


@transaction.atomic
def filter_save(*, by: Actor, name: str, wanted: Mapping[str, str]) -> SavedFilter:
    """Keep a search under a name; the same name keeps the newer one."""
    demand_reader(by)
    name = name.strip()
    if not name or len(name) > 80:
        raise Invalid(_("Give the filter a name of at most 80 characters."))
    own = list(SavedFilter.objects.select_for_update().filter(owner_id=by.id))
    saved = next((each for each in own if each.name == name), None)
    if saved is None and len(own) >= MOST:
        raise Conflict(_("You have 50 filters: delete one first."))
    saved = saved or SavedFilter(owner_id=by.id, name=name)
    saved.wanted = dict(wanted)
    saved.save()
    record(by=by, act="audit_filter.save", subject="audit_filter", subject_id=saved.id)
    return saved


@transaction.atomic
def filter_delete(*, by: Actor, filter_id: UUID) -> None:
    demand_reader(by)
    count, _each = SavedFilter.objects.filter(id=filter_id, owner_id=by.id).delete()
    if not count:
        raise NotFound(_("There is no such filter among yours."))
    record(by=by, act="audit_filter.delete", subject="audit_filter", subject_id=filter_id)
