"""The way to the services that correct readings, by their names.

They are looked up when they are called, so that the pages stand before the services do.
"""

from collections.abc import Callable
from typing import Any

from biometrics import services
from clinicity.common.exceptions import NotBuilt


def _service(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] | None = getattr(services, name, None)
    if found is None:
        raise NotBuilt("Readings can't be corrected here yet. Nothing was changed.")
    return found


def mark_error(**asked: Any) -> Any:
    """`by, patient_id, metric, device_id, start, end, reason`: void from here on."""
    return _service("readings_mark_error")(**asked)


def restore(**asked: Any) -> Any:
    """`by, patient_id, position`: valid again what the ledger row there made void."""
    return _service("readings_restore")(**asked)


def move(**asked: Any) -> Any:
    """`by, patient_id, to_patient_id, metric, device_id, start, end, reason`."""
    return _service("readings_move")(**asked)
