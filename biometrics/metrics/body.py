"""Size and weight of the body.

Ranges run from a newborn to the heaviest (635 kg) and tallest (272 cm) people on record.
"""

from biometrics.metrics.kinds import YEAR_MS, Aggregation, Metric

MASS = {"g": (0.001, 0.0), "[lb_av]": (0.45359237, 0.0), "[stone_av]": (6.35029318, 0.0)}
LENGTH = {"m": (100.0, 0.0), "mm": (0.1, 0.0), "[in_i]": (2.54, 0.0), "[ft_i]": (30.48, 0.0)}

BODY = (
    Metric(
        "weight", "Body weight", "kg", 1, 650, loinc="29463-7", keys=("kg", "weight"),
        conversions=MASS, aggregation=Aggregation.LAST,
        span_ms=YEAR_MS,
    ),
    Metric(
        "height", "Body height", "cm", 30, 272, loinc="8302-2", keys=("cm", "height"),
        conversions=LENGTH, aggregation=Aggregation.LAST,
        span_ms=YEAR_MS,
    ),
    Metric(
        "body_mass_index", "Body mass index", "kg/m2", 8, 100, loinc="39156-5",
        keys=("bmi",), aggregation=Aggregation.LAST,
        span_ms=YEAR_MS,
    ),
    Metric(
        "body_fat", "Body fat", "%", 2, 75, loinc="41982-0", keys=("percent", "body_fat"),
        conversions={"1": (100.0, 0.0)}, aggregation=Aggregation.LAST,
        span_ms=YEAR_MS,
    ),
    Metric(
        # LOINC's terms fix a place or a protocol (8280-0: at the navel); senders don't say.
        "waist_circumference", "Waist circumference", "cm", 30, 250,
        keys=("cm", "waist"), conversions=LENGTH, aggregation=Aggregation.LAST,
        span_ms=YEAR_MS,
    ),
)  # fmt: skip
