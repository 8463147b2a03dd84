"""Every write of this app."""

from biometrics.features.payload import Lane
from biometrics.services.corrections import (
    readings_mark_error,
    readings_move,
    readings_restore,
)
from biometrics.services.devices import (
    device_edit,
    device_register,
    device_revoke,
    device_seen,
    precedence_set,
)
from biometrics.services.forgetting import readings_forget
from biometrics.services.importing import SLICE_SECONDS, Progress, import_work, in_words
from biometrics.services.imports import (
    ImportOptions,
    import_cancel,
    import_from_path,
    import_pause,
    import_request,
    import_resume,
    import_retry,
    importer_of,
    imports_bury,
    live_group,
)
from biometrics.services.pairing import MadeCode, Paired, device_pair, pairing_code_make
from biometrics.services.readings import columns_store, lanes_store, readings_store
from biometrics.services.removal import readings_remove, removal_lift
from biometrics.services.replay import readings_rebuild, rollups_rebuild
from biometrics.services.storing import Receipt
from biometrics.services.uploads import (
    FileTooLarge,
    upload_begin,
    upload_finish,
    upload_receive,
    upload_remove,
    uploads_sweep,
)

__all__ = [
    "SLICE_SECONDS",
    "FileTooLarge",
    "ImportOptions",
    "Lane",
    "MadeCode",
    "Paired",
    "Progress",
    "Receipt",
    "columns_store",
    "device_edit",
    "device_pair",
    "device_register",
    "device_revoke",
    "device_seen",
    "import_cancel",
    "import_from_path",
    "import_pause",
    "import_request",
    "import_resume",
    "import_retry",
    "import_work",
    "importer_of",
    "imports_bury",
    "in_words",
    "lanes_store",
    "live_group",
    "pairing_code_make",
    "precedence_set",
    "readings_forget",
    "readings_mark_error",
    "readings_move",
    "readings_rebuild",
    "readings_remove",
    "readings_restore",
    "readings_store",
    "removal_lift",
    "rollups_rebuild",
    "upload_begin",
    "upload_finish",
    "upload_receive",
    "upload_remove",
    "uploads_sweep",
]
