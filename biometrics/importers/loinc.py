"""LOINC codes as FHIR files use them → metric. Pure.

The catalogue names one code a metric; here stand other codes of the same quantity: by
another method, at another site, or in another unit (which is converted).
"""

from biometrics.metrics import METRICS

ALTERNATES = {
    "weight": ("3141-9", "3142-7"),  # measured; stated
    "height": ("3137-7", "3138-5", "8301-4"),  # measured; stated; estimated
    "heart_rate": ("8889-8", "68999-2"),  # by pulse oximetry; supine
    "spo2": ("2708-6",),  # arterial blood
    "body_temperature": (
        # oral, axillary, rectal, tympanic membrane, temporal artery
        "8331-1", "8328-7", "8332-9", "8333-7", "75539-7",
    ),
    "systolic_blood_pressure": ("8459-0", "8460-8", "8461-6"),  # sitting; standing; supine
    "diastolic_blood_pressure": ("8453-3", "8454-1", "8455-8"),
    "glucose": ("2339-0", "2345-7", "14749-6", "41653-7", "2340-8", "14743-9"),
    "steps": ("41950-7",),  # in 24 hours, measured
    "waist_circumference": ("56086-2",),
    "pain": ("72514-3",),  # severity on a numeric scale of 0 … 10, reported
}  # fmt: skip
LOINC = {metric.loinc: metric.code for metric in METRICS.values() if metric.loinc} | {
    code: metric for metric, codes in ALTERNATES.items() for code in codes
}
