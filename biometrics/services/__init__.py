"""Every write of this app."""

from biometrics.services.devices import device_register
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
from biometrics.services.readings import (
    Lane,
    Receipt,
    columns_store,
    lanes_store,
    readings_store,
)
from biometrics.services.replay import readings_rebuild
from biometrics.services.uploads import (
    FileTooLarge,
    upload_begin,
    upload_finish,
    upload_receive,
    upload_remove,
    uploads_sweep,
)

__all__ = [
    "SLICE_SECONDS", "FileTooLarge", "ImportOptions", "Lane", "Progress", "Receipt", "columns_store",
    "device_register", "import_cancel", "import_from_path", "import_pause", "import_request",
    "import_resume", "import_retry", "import_work", "importer_of", "imports_bury", "in_words",
    "lanes_store", "live_group", "readings_rebuild", "readings_store", "upload_begin",
    "upload_finish", "upload_receive", "upload_remove", "uploads_sweep",
]  # fmt: skip
