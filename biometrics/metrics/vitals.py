"""Heart, breathing, temperature, pressure, glucose.

Ranges: a heart from complete block (20) to supraventricular tachycardia (250), its intervals
the reciprocal; saturations below 50 % no oximeter tells apart; a core from deep hypothermia
to fatal heatstroke; pressures that automatic cuffs measure; glucose that meters and sensors
show as a number (beyond 33.3 they say "high").
"""

from biometrics.metrics.kinds import DAY_MS, HOUR_MS, YEAR_MS, Group, Metric

PER_MINUTE = {"{beats}/min": (1.0, 0.0), "bpm": (1.0, 0.0), "Hz": (60.0, 0.0)}
BREATHS = {"{breaths}/min": (1.0, 0.0), "Hz": (60.0, 0.0)}
MILLISECONDS = {"s": (1000.0, 0.0)}
CELSIUS = {"[degF]": (5 / 9, -160 / 9), "K": (1.0, -273.15)}
PERCENT = {"1": (100.0, 0.0)}
# UCUM: 1 mm[Hg] is 133.322 Pa.
PRESSURE = {"mmHg": (1.0, 0.0), "kPa": (1000 / 133.322, 0.0)}
# Glucose has 180.156 g/mol (C₆H₁₂O₆ from IUPAC's atomic weights): 1 mmol/L is 18.0156 mg/dL.
GLUCOSE = {"mg/dL": (1 / 18.0156, 0.0)}
# UCUM: 1 [MET] is 3.5 mL of oxygen per minute and kilogram.
OXYGEN_UPTAKE = {
    "mL/(kg.min)": (1.0, 0.0), "mL/min/kg": (1.0, 0.0), "mL/min/kg{body_wt}": (1.0, 0.0),
    "[MET]": (3.5, 0.0),
}  # fmt: skip

VITALS = (
    Metric(
        "heart_rate", "Heart rate", "/min", 20, 250, loinc="8867-4", keys=("bpm", "heart_rate"),
        conversions=PER_MINUTE, group=Group.HEART,
    ),
    Metric(
        "resting_heart_rate", "Resting heart rate", "/min", 25, 150, loinc="40443-4",
        keys=("bpm", "resting_heart_rate"), conversions=PER_MINUTE,
        span_ms=YEAR_MS, lasts_ms=DAY_MS,
        group=Group.HEART,
    ),
    Metric(
        "walking_heart_rate", "Walking heart rate", "/min", 30, 220,
        keys=("bpm", "walking_heart_rate"), conversions=PER_MINUTE,
        span_ms=YEAR_MS, lasts_ms=DAY_MS,
        group=Group.HEART,
    ),
    Metric(
        "sleeping_heart_rate", "Heart rate in light and deep sleep", "/min", 25, 150,
        keys=("bpm", "sleeping_heart_rate"), conversions=PER_MINUTE,
        span_ms=YEAR_MS, lasts_ms=DAY_MS,
        group=Group.HEART,
    ),
    Metric(
        "hrv_sdnn", "Heart rate variability (SDNN)", "ms", 1, 500, loinc="80404-7",
        keys=("sdnn", "ms"), conversions=MILLISECONDS, group=Group.HEART,
    ),
    Metric(
        "hrv_rmssd", "Heart rate variability (RMSSD)", "ms", 1, 500, keys=("rmssd", "ms"),
        conversions=MILLISECONDS, group=Group.HEART,
    ),
    Metric(
        # LOINC's 8637-1 is "R-R interval by EKG"; watches see the pulse.
        "rr_interval", "Interval between beats", "ms", 240, 3000, keys=("ms", "rr"),
        conversions=MILLISECONDS, span_ms=HOUR_MS, group=Group.HEART,
    ),
    Metric(
        "vo2_max", "Maximal oxygen uptake", "mL/kg/min", 5, 100, loinc="94122-9",
        keys=("vo2_max",), conversions=OXYGEN_UPTAKE, span_ms=YEAR_MS, group=Group.HEART,
    ),
    Metric(
        "spo2", "Oxygen saturation", "%", 50, 100, loinc="59408-5", keys=("percent", "spo2"),
        conversions=PERCENT, group=Group.BREATHING,
    ),
    Metric(
        "respiratory_rate", "Respiratory rate", "/min", 4, 60, loinc="9279-1",
        keys=("rate", "respiratory_rate"), conversions=BREATHS, group=Group.BREATHING,
    ),
    Metric(
        "peak_expiratory_flow", "Peak expiratory flow", "L/min", 20, 1000, loinc="33452-4",
        keys=("peak_flow", "pef"), conversions={"L/s": (60.0, 0.0)}, group=Group.BREATHING,
    ),
    Metric(
        "body_temperature", "Body temperature", "Cel", 26, 45, loinc="8310-5",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        "skin_temperature", "Skin temperature", "Cel", 15, 45, loinc="61008-9",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        # A difference: Fahrenheit and Kelvin convert by their size alone.
        "skin_temperature_deviation", "Skin temperature against the own baseline", "Cel",
        -10, 10, keys=("celsius", "deviation"),
        conversions={"[degF]": (5 / 9, 0.0), "K": (1.0, 0.0)},
    ),
    Metric(
        "systolic_blood_pressure", "Systolic blood pressure", "mm[Hg]", 40, 280,
        loinc="8480-6", keys=("systolic",), conversions=PRESSURE, group=Group.HEART,
    ),
    Metric(
        "diastolic_blood_pressure", "Diastolic blood pressure", "mm[Hg]", 20, 200,
        loinc="8462-4", keys=("diastolic",), conversions=PRESSURE, group=Group.HEART,
    ),
    Metric(
        "glucose", "Glucose in blood", "mmol/L", 0.5, 33.3, loinc="15074-8",
        keys=("glucose",), conversions=GLUCOSE,
    ),
    Metric(
        # What a sensor under the skin measures follows blood some minutes late.
        "interstitial_glucose", "Glucose under the skin", "mmol/L", 0.5, 33.3,
        loinc="105272-9", keys=("glucose",), conversions=GLUCOSE,
    ),
    Metric(
        "skin_conductance", "Skin conductance", "uS", 0, 100, keys=("microsiemens", "scl"),
        conversions={"S": (1e6, 0.0)},
    ),
)  # fmt: skip
