"""Writing the trail, and what is written about it."""

from clinicity.audit.services.alerts import (
    OwnAccess,
    security_alert_acknowledge,
    security_alert_review,
)
from clinicity.audit.services.filters import (
    filter_delete,
    filter_rename,
    filter_restore,
    filter_save,
)
from clinicity.audit.services.proving import trail_verify
from clinicity.audit.services.recording import (
    NO_ANSWER,
    Entry,
    job_run_record,
    model_call_record,
    reads_together,
    record,
    record_following,
    record_many,
    record_read,
    record_refusal,
    sha256_of,
)
from clinicity.audit.services.watching import OWN_RECORDS, access_watch

__all__ = [
    "NO_ANSWER",
    "OWN_RECORDS",
    "Entry",
    "OwnAccess",
    "access_watch",
    "filter_delete",
    "filter_rename",
    "filter_restore",
    "filter_save",
    "job_run_record",
    "model_call_record",
    "reads_together",
    "record",
    "record_following",
    "record_many",
    "record_read",
    "record_refusal",
    "security_alert_acknowledge",
    "security_alert_review",
    "sha256_of",
    "trail_verify",
]  # fmt: skip
