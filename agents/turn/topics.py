"""What a question or a span is about: a few clinical topics, each with its words."""

from collections.abc import Iterable, Mapping

from clinicity.language.words import stem

WORDS: Mapping[str, str] = {
    "sleep": "sleep sleeping slept insomnia hypersomnia awake waking bedtime nap night",
    "activity": "activity active actigraphy steps walking exercise sedentary movement",
    "rhythm": "rhythm circadian regularity stability variability amplitude actogram",
    "heart": "heart cardiac pulse palpitations hrv tachycardia bradycardia arrhythmia ecg qt qtc",
    "pressure": "pressure hypertension hypotension systolic diastolic",
    "mood": "mood depression depressed depressive mania manic hypomania hypomanic elated phq euthymic",
    "anxiety": "anxiety anxious gad panic worry worried phobia",
    "selfharm": "suicide suicidal suicidality self-harm selfharm overdose",
    "doses": "dose doses missed adherence adherent concordance compliance taken",
    "medication": "medication medications medicine medicines drug drugs prescribed prescription treatment",
    "conditions": "diagnosis diagnoses diagnosed condition conditions illness disorder",
    "labs": "laboratory lab labs test tests results",
    "pain": "pain ache headache migraine sciatica",
    "joints": "joint knee hip shoulder spine fracture ankle wrist gait fall falls",
    "seizure": "seizure seizures epilepsy convulsion fit fits",
    "allergy": "allergy allergies allergic anaphylaxis intolerance",
    "weight": "weight bmi appetite obesity",
}  # fmt: skip
# Topics whose words stand for each other: who asks of suicide is told of self-harm.
ALIKE = ("sleep", "selfharm", "seizure", "allergy")
STEMS: Mapping[str, frozenset[str]] = {
    topic: frozenset(stem(word) for word in words.split()) for topic, words in WORDS.items()
}


def topics_of(stems: Iterable[str]) -> frozenset[str]:
    found = set(stems)
    return frozenset(topic for topic, words in STEMS.items() if words & found)


def alike(word: str) -> frozenset[str]:
    """The stems that answer for this one, beside itself."""
    return frozenset().union(*(STEMS[topic] for topic in ALIKE if word in STEMS[topic]))
