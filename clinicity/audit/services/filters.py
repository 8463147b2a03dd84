"""An auditor's own searches."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinicity.audit.models import SavedFilter
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound

MOST = 50
# So long a deleted filter can be put back.
KEPT = timedelta(days=30)


@transaction.atomic
def filter_save(*, by: Actor, name: str, wanted: Mapping[str, str]) -> SavedFilter:
    """Keep a search under a name; the same name keeps the newer one."""
    demand_reader(by)
    name = _checked(name)
    own = _own(by)
    saved = next((each for each in own if each.name == name), None)
    if saved is None and len(own) >= MOST:
        raise Conflict(_("You have 50 filters: delete one first."))
    saved = saved or SavedFilter(owner_id=by.id, name=name)
    saved.wanted = dict(wanted)
    saved.save()
    record(by=by, act="audit_filter.save", subject="audit_filter", subject_id=saved.id)
    return saved


@transaction.atomic
def filter_rename(*, by: Actor, filter_id: UUID, name: str) -> SavedFilter:
    demand_reader(by)
    name = _checked(name)
    own = {each.id: each for each in _own(by)}
    saved = own.pop(filter_id, None)
    if saved is None:
        raise NotFound(_("There is no such filter among yours."))
    if any(each.name == name for each in own.values()):
        raise Conflict(_("Another filter of yours has this name."))
    saved.name = name
    saved.save()
    record(by=by, act="audit_filter.rename", subject="audit_filter", subject_id=saved.id)
    return saved


@transaction.atomic
def filter_delete(*, by: Actor, filter_id: UUID) -> None:
    """Take a filter off the list. For a month it can be put back."""
    demand_reader(by)
    now = clock.now()
    SavedFilter.objects.filter(owner_id=by.id, deleted_at__lt=now - KEPT).delete()
    rows = SavedFilter.objects.filter(id=filter_id, owner_id=by.id, deleted_at__isnull=True)
    if not rows.update(deleted_at=now):
        raise NotFound(_("There is no such filter among yours."))
    record(by=by, act="audit_filter.delete", subject="audit_filter", subject_id=filter_id)


@transaction.atomic
def filter_restore(*, by: Actor, filter_id: UUID) -> SavedFilter:
    """Put a deleted filter back. A newer one of the same name keeps the name to itself."""
    demand_reader(by)
    saved: SavedFilter | None = SavedFilter.objects.filter(id=filter_id, owner_id=by.id).first()
    if saved is None:
        raise NotFound(_("There is no such filter among yours."))
    if saved.deleted_at is not None:
        if any(each.name == saved.name for each in _own(by)):
            raise Conflict(_("Another filter of yours has this name by now."))
        saved.deleted_at = None
        saved.save(update_fields=["deleted_at"])
        record(by=by, act="audit_filter.restore", subject="audit_filter", subject_id=saved.id)
    return saved


def _checked(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 80:
        raise Invalid(_("Give the filter a name of at most 80 characters."))
    return name


def _own(by: Actor) -> list[SavedFilter]:
    rows = SavedFilter.objects.select_for_update()
    return list(rows.filter(owner_id=by.id, deleted_at__isnull=True))
