"""The one table of events: which tasks each event starts.

A guard test holds both sides: every published name is a line here, and every task
named here is declared with `jobs.work`.
"""

WIRING: dict[str, tuple[str, ...]] = {
    "biometrics.readings_stored": ("alerts.tasks.evaluate_patient",),
    "biometrics.readings_removed": ("alerts.tasks.evaluate_patient",),
    "patients.zone_changed": ("biometrics.tasks.days_sum_up",),
    "patients.consent_withdrawn": (),
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
