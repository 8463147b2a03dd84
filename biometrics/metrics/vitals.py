"""Heart, breathing, temperature, pressure, glucose."""

from biometrics.metrics.kinds import DAY_MS, HOUR_MS, Group, Metric

PER_MINUTE = {"{beats}/min": (1.0, 0.0), "bpm": (1.0, 0.0), "Hz": (60.0, 0.0)}
BREATHS = {"{breaths}/min": (1.0, 0.0), "Hz": (60.0, 0.0)}
MILLISECONDS = {"s": (1000.0, 0.0)}
CELSIUS = {"[degF]": (5 / 9, -160 / 9), "K": (1.0, -273.15)}
PERCENT = {"1": (100.0, 0.0)}
PRESSURE = {"mmHg": (1.0, 0.0), "kPa": (7.50062, 0.0)}

VITALS = (
    Metric(
        "heart_rate", "Heart rate", "/min", 20, 250, loinc="8867-4", keys=("bpm", "heart_rate"),
        conversions=PER_MINUTE, group=Group.HEART,
    ),
    Metric(
        "resting_heart_rate", "Resting heart rate", "/min", 25, 150, loinc="40443-4",
        keys=("bpm", "resting_heart_rate"), conversions=PER_MINUTE, lasts_ms=DAY_MS,
        group=Group.HEART,
    ),
    Metric(
        "walking_heart_rate", "Walking heart rate", "/min", 30, 220,
        keys=("bpm", "walking_heart_rate"), conversions=PER_MINUTE, lasts_ms=DAY_MS,
        group=Group.HEART,
    ),
    Metric(
        "sleeping_heart_rate", "Heart rate in light and deep sleep", "/min", 25, 150,
        keys=("bpm", "sleeping_heart_rate"), conversions=PER_MINUTE, lasts_ms=DAY_MS,
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
        "rr_interval", "Interval between beats", "ms", 240, 3000, loinc="8637-1",
        keys=("ms", "rr"), conversions=MILLISECONDS, span_ms=HOUR_MS, group=Group.HEART,
    ),
    Metric(
        "vo2_max", "Maximal oxygen uptake", "mL/kg/min", 5, 100, loinc="60842-2",
        keys=("vo2_max",), conversions={"mL/(kg.min)": (1.0, 0.0), "mL/min/kg": (1.0, 0.0)},
        group=Group.HEART,
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
        "body_temperature", "Body temperature", "Cel", 30, 45, loinc="8310-5",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        "skin_temperature", "Skin temperature", "Cel", 15, 45, loinc="39106-0",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        # A difference: Fahrenheit converts by its size alone.
        "skin_temperature_deviation", "Skin temperature against the own baseline", "Cel",
        -10, 10, keys=("celsius", "deviation"), conversions={"[degF]": (5 / 9, 0.0)},
    ),
    Metric(
        "systolic_blood_pressure", "Systolic blood pressure", "mm[Hg]", 50, 280,
        loinc="8480-6", keys=("systolic",), conversions=PRESSURE, group=Group.HEART,
    ),
    Metric(
        "diastolic_blood_pressure", "Diastolic blood pressure", "mm[Hg]", 20, 180,
        loinc="8462-4", keys=("diastolic",), conversions=PRESSURE, group=Group.HEART,
    ),
    Metric(
        "glucose", "Glucose", "mmol/L", 0.5, 50, loinc="15074-8", keys=("glucose",),
        # 18.0182 mg/dL of glucose (180.156 g/mol) are 1 mmol/L.
        conversions={"mg/dL": (1 / 18.0182, 0.0)},
    ),
    Metric(
        "skin_conductance", "Skin conductance", "uS", 0, 100, keys=("microsiemens", "scl"),
        conversions={"S": (1e6, 0.0)},
    ),
)  # fmt: skip
