"""What phones call a measurement, and which metric and UCUM unit it is here. Pure data.

The Apple Health importer, the phone contract (`docs/phone-contract.md`) and its reference
client share these tables. A kind that stands in neither is told, and not stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PhoneType:
    """One kind of a phone's measurement: a number with a unit, a state, or a duration."""

    name: str
    metric: str
    # The unit as the phone writes it → the same in UCUM.
    units: Mapping[str, str] = field(default_factory=dict)
    # The phone's name of a state → its number in the catalogue.
    states: Mapping[str, int] = field(default_factory=dict)
    # Without a value, it is how long the sample lasts, in minutes.
    by_duration: bool = False


# In bed and asleep may share start and end. A sample in bed carries this sequence, so that
# the one is not taken for a correction of the other.
IN_BED = 5

RATE = {"count/min": "/min", "count/s": "Hz"}
LENGTH = {"m": "m", "km": "km", "cm": "cm", "mi": "[mi_i]", "ft": "[ft_i]"}
SIZE = {"cm": "cm", "m": "m", "mm": "mm", "in": "[in_i]", "ft": "[ft_i]"}
MASS = {"kg": "kg", "g": "g", "lb": "[lb_av]", "st": "[stone_av]"}
ENERGY = {"kcal": "kcal", "Cal": "kcal", "kJ": "kJ", "cal": "cal", "J": "J"}
SPEED = {"m/s": "m/s", "km/hr": "km/h", "mi/hr": "[mi_i]/h"}
MINUTES = {"min": "min", "s": "s", "hr": "h", "ms": "ms"}
DEGREES = {"degC": "Cel", "degF": "[degF]", "K": "K"}
PRESSURE = {"mmHg": "mm[Hg]", "kPa": "kPa"}
# HealthKit's percentages are fractions: 0.97 under the unit "%".
FRACTION = {"%": "1"}
OXYGEN_UPTAKE = {
    "mL/min·kg": "mL/min/kg", "ml/min·kg": "mL/min/kg", "ml/(kg*min)": "mL/min/kg",
    "mL/kg·min": "mL/min/kg", "ml/kg/min": "mL/kg/min",
}  # fmt: skip
GLUCOSE = {"mg/dL": "mg/dL", "mmol<180.1558800000541>/L": "mmol/L", "mmol/L": "mmol/L"}
SLEEP = "HKCategoryValueSleepAnalysis"


def _quantity(name: str, metric: str, units: Mapping[str, str]) -> PhoneType:
    return PhoneType(f"HKQuantityTypeIdentifier{name}", metric, units)


HEALTHKIT = (
    _quantity("StepCount", "steps", {"count": "{steps}"}),
    _quantity("FlightsClimbed", "floors", {"count": "{floors}"}),
    _quantity("DistanceWalkingRunning", "distance", LENGTH),
    _quantity("WalkingSpeed", "speed", SPEED),
    _quantity("RunningSpeed", "speed", SPEED),
    _quantity("ActiveEnergyBurned", "active_energy", ENERGY),
    _quantity("BasalEnergyBurned", "basal_energy", ENERGY),
    _quantity("HeartRate", "heart_rate", RATE),
    _quantity("RestingHeartRate", "resting_heart_rate", RATE),
    _quantity("WalkingHeartRateAverage", "walking_heart_rate", RATE),
    _quantity("HeartRateVariabilitySDNN", "hrv_sdnn", {"ms": "ms", "s": "s"}),
    _quantity("VO2Max", "vo2_max", OXYGEN_UPTAKE),
    _quantity("OxygenSaturation", "spo2", FRACTION),
    _quantity("RespiratoryRate", "respiratory_rate", RATE),
    _quantity("BodyTemperature", "body_temperature", DEGREES),
    _quantity("AppleSleepingWristTemperature", "skin_temperature", DEGREES),
    _quantity("BloodPressureSystolic", "systolic_blood_pressure", PRESSURE),
    _quantity("BloodPressureDiastolic", "diastolic_blood_pressure", PRESSURE),
    _quantity("BloodGlucose", "glucose", GLUCOSE),
    _quantity("ElectrodermalActivity", "skin_conductance", {"mcS": "uS", "S": "S"}),
    _quantity("BodyMass", "weight", MASS),
    _quantity("Height", "height", SIZE),
    _quantity("BodyMassIndex", "body_mass_index", {"count": "kg/m2"}),
    _quantity("BodyFatPercentage", "body_fat", FRACTION),
    _quantity("WaistCircumference", "waist_circumference", SIZE),
    _quantity("NumberOfAlcoholicBeverages", "alcohol", {"count": "{drinks}"}),
    _quantity("TimeInDaylight", "daylight", MINUTES),
    _quantity("EnvironmentalAudioExposure", "sound_level", {"dBASPL": "dB"}),
    PhoneType("HKCategoryTypeIdentifierMindfulSession", "mindfulness", by_duration=True),
    PhoneType(
        "HKCategoryTypeIdentifierSleepAnalysis", "sleep_stage",
        states={
            f"{SLEEP}InBed": IN_BED, f"{SLEEP}Asleep": 4, f"{SLEEP}AsleepUnspecified": 4,
            f"{SLEEP}Awake": 0, f"{SLEEP}AsleepCore": 1, f"{SLEEP}AsleepDeep": 2,
            f"{SLEEP}AsleepREM": 3,
        },
    ),
    PhoneType("HKWorkoutTypeIdentifier", "exercise", MINUTES, by_duration=True),
)  # fmt: skip

# A record's field by its name in the Health Connect API; its unit by that of the getter.
HEALTH_CONNECT = (
    PhoneType("StepsRecord.count", "steps", {"count": "{steps}"}),
    PhoneType("FloorsClimbedRecord.floors", "floors", {"count": "{floors}"}),
    PhoneType("DistanceRecord.distance", "distance", {"meters": "m", "kilometers": "km"}),
    PhoneType(
        "SpeedRecord.speed", "speed", {"metersPerSecond": "m/s", "kilometersPerHour": "km/h"}
    ),
    PhoneType(
        "ActiveCaloriesBurnedRecord.energy", "active_energy",
        {"kilocalories": "kcal", "kilojoules": "kJ", "calories": "cal"},
    ),
    PhoneType(
        "TotalCaloriesBurnedRecord.energy", "total_energy",
        {"kilocalories": "kcal", "kilojoules": "kJ", "calories": "cal"},
    ),
    PhoneType("HeartRateRecord.beatsPerMinute", "heart_rate", {"bpm": "/min"}),
    PhoneType("RestingHeartRateRecord.beatsPerMinute", "resting_heart_rate", {"bpm": "/min"}),
    PhoneType(
        "HeartRateVariabilityRmssdRecord.heartRateVariabilityMillis", "hrv_rmssd",
        {"milliseconds": "ms"},
    ),
    PhoneType(
        "Vo2MaxRecord.vo2MillilitersPerMinuteKilogram", "vo2_max",
        {"millilitersPerMinuteKilogram": "mL/kg/min"},
    ),
    PhoneType("OxygenSaturationRecord.percentage", "spo2", {"percent": "%"}),
    PhoneType("RespiratoryRateRecord.rate", "respiratory_rate", {"perMinute": "/min"}),
    PhoneType(
        "BodyTemperatureRecord.temperature", "body_temperature",
        {"celsius": "Cel", "fahrenheit": "[degF]"},
    ),
    PhoneType(
        "SkinTemperatureRecord.delta", "skin_temperature_deviation",
        {"celsius": "Cel", "fahrenheit": "[degF]"},
    ),
    PhoneType(
        "BloodPressureRecord.systolic", "systolic_blood_pressure",
        {"millimetersOfMercury": "mm[Hg]"},
    ),
    PhoneType(
        "BloodPressureRecord.diastolic", "diastolic_blood_pressure",
        {"millimetersOfMercury": "mm[Hg]"},
    ),
    PhoneType(
        "BloodGlucoseRecord.level", "glucose",
        {"millimolesPerLiter": "mmol/L", "milligramsPerDeciliter": "mg/dL"},
    ),
    PhoneType("WeightRecord.weight", "weight", {"kilograms": "kg", "pounds": "[lb_av]"}),
    PhoneType("HeightRecord.height", "height", {"meters": "m", "inches": "[in_i]"}),
    PhoneType("BodyFatRecord.percentage", "body_fat", {"percent": "%"}),
    PhoneType(
        "SleepSessionRecord.stage", "sleep_stage",
        states={
            "STAGE_TYPE_AWAKE": 0, "STAGE_TYPE_AWAKE_IN_BED": 0, "STAGE_TYPE_OUT_OF_BED": 0,
            "STAGE_TYPE_LIGHT": 1, "STAGE_TYPE_DEEP": 2, "STAGE_TYPE_REM": 3,
            "STAGE_TYPE_SLEEPING": 4,
        },
    ),
    PhoneType("ExerciseSessionRecord", "exercise", {"minutes": "min"}, by_duration=True),
    PhoneType("MindfulnessSessionRecord", "mindfulness", by_duration=True),
)  # fmt: skip

TYPES: dict[str, PhoneType] = {each.name: each for each in (*HEALTHKIT, *HEALTH_CONNECT)}


def document() -> dict[str, Any]:
    """The tables as the reference client reads them (`docs/examples/phone_types.json`)."""
    return {
        each.name: {
            "metric": each.metric, "units": dict(each.units), "states": dict(each.states),
            "by_duration": each.by_duration,
        }
        for each in TYPES.values()
    }  # fmt: skip


def table(types: tuple[PhoneType, ...]) -> str:
    """One table of the contract, as Markdown."""
    rows = [f"| `{each.name}` | `{each.metric}` | {_values(each)} |" for each in types]
    return "\n".join(["| type | metric | values |", "|---|---|---|", *rows])


def _values(each: PhoneType) -> str:
    words = [f"`{name}` → `{it}`" for name, it in (each.states or each.units).items()]
    return ", ".join(["start to end → `min`"] * each.by_duration + words)
