"""LOINC codes as FHIR files use them → metric. Pure.

The catalogue names one code a metric; here stand other codes of the same quantity: by
another method, at another site, or in another unit (which is converted). Each was read in
published profiles and mappings, as those of `biometrics/metrics/loinc.py` were.
"""

from biometrics.metrics import METRICS

ALTERNATES = {
    "weight": ("3141-9",),  # measured
    "height": ("3137-7",),  # measured
    "waist_circumference": ("8280-0",),  # at the umbilicus, by tape measure
    "spo2": ("2708-6",),  # in arterial blood
    "body_temperature": ("8331-1",),  # oral
    "glucose": ("2339-0", "41653-7"),  # mass of it; by glucometer
    "interstitial_glucose": ("99504-3",),  # mass of it
    "peak_expiratory_flow": ("19935-6",),
    "distance": ("55430-3",),
    "steps": ("41950-7",),  # in 24 hours, measured
}
LOINC = {metric.loinc: metric.code for metric in METRICS.values() if metric.loinc} | {
    code: metric for metric, codes in ALTERNATES.items() for code in codes
}
