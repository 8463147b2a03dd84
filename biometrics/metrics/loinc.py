"""LOINC's own names (long common names) of the codes that the catalogue uses.

Each was read in a published source, not written from memory: pages of LOINC 2.82, HL7's
physical activity guide, Synthea's bundles, rows of OHDSI's vocabulary, BfArM's value set for
glucose sensors, mappings of HealthKit, Health Connect and sleep trackers. What a code means
counts, not its name: 39106-0 "Temperature of Skin" is a nominal finding (cold, warm), and
60842-2 "Oxygen consumption" is not per kilogram.

This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief
Institute, Inc. and the LOINC Committee and is available at no cost under the license at
http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief
Institute, Inc.
"""

LOINC_NAMES = {
    "8867-4": "Heart rate",
    "40443-4": "Heart rate --resting",
    "80404-7": "R-R interval.standard deviation (Heart rate variability)",
    "94122-9": (
        "Oxygen consumption (VO2)/Body weight [Volume Rate Content] --peak during exercise"
    ),
    "59408-5": "Oxygen saturation in Arterial blood by Pulse oximetry",
    "9279-1": "Respiratory rate",
    "33452-4": "Maximum expiratory gas flow Respiratory system airway",
    "8310-5": "Body temperature",
    "61008-9": "Body surface temperature",
    "8480-6": "Systolic blood pressure",
    "8462-4": "Diastolic blood pressure",
    "15074-8": "Glucose [Moles/volume] in Blood",
    "105272-9": "Glucose [Moles/volume] in Interstitial fluid",
    "55423-8": "Number of steps in unspecified time Pedometer",
    "100304-5": "Flights climbed [#] Reporting Period",
    "103208-5": "Distance traveled",
    "93819-1": "Calories burned in unspecified time --during activity",
    "55411-3": "Exercise duration",
    "93832-4": "Sleep duration",
    "93831-6": "Deep sleep duration",
    "93830-8": "Light sleep duration",
    "93829-0": "REM sleep duration",
    "103212-7": "Duration of falling asleep",
    "103215-0": "Wake time after sleep onset",
    "29463-7": "Body weight",
    "8302-2": "Body height",
    "39156-5": "Body mass index (BMI) [Ratio]",
    "41982-0": "Percentage of body fat Measured",
    "72514-3": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
