"""The one table of events: which tasks each event starts.

A guard test holds both sides: every published name is a line here, and every task
named here is declared with `jobs.work`.
"""

FORGETTING = (
    "biometrics.tasks.forget",
    "documents.tasks.forget",
    "twins.tasks.forget",
    "alerts.tasks.forget",
    "agents.tasks.forget",
)
WIRING: dict[str, tuple[str, ...]] = {
    "biometrics.readings_stored": ("alerts.tasks.evaluate_patient",),
    "biometrics.readings_removed": ("alerts.tasks.evaluate_patient",),
    "patients.zone_changed": ("biometrics.tasks.days_sum_up",),
    # The same apps remove what a purpose covered, and all of a person; patients' own goes last.
    "patients.consent_withdrawn": FORGETTING,
    "patients.erasure_ordered": FORGETTING,
    "patients.removal_ready": ("patients.tasks.forget",),
    "patients.consent_given": ("documents.tasks.remake", "patients.tasks.reindex"),
    "patients.glass_broken": (),
    "patients.chart_changed": ("documents.tasks.link_chart",),
    "patients.questionnaire_answered": (),
    "patients.questionnaire_due": (),
    "patients.questionnaire_overdue": (),
    # An alert of its own comes with the rule on a questionnaire's item.
    "patients.self_harm_reported": (),
    "documents.uploaded": ("documents.tasks.ingest",),
    "documents.ingested": (),
    "documents.deleted": ("documents.tasks.purge",),
    "twins.generated": (),
    "alerts.raised": (),
    "agents.turn_requested": ("agents.tasks.answer",),
}
