"""The twelve people of the simulated clinic. None of them has ever lived."""

from datetime import date

from clinicity.demo.simulator.people import (
    Drug,
    Episode,
    Lab,
    Person,
    Rhythm,
    Visit,
    Wear,
)

ROUTINE = "Routine review"
FOLLOW_UP = "Follow-up"


def _lithium(*results: tuple[int, str]) -> Lab:
    return Lab("14334-7", "Lithium level", "mmol/L", "0.6", "1.0", results)


def _creatinine(*results: tuple[int, str]) -> Lab:
    return Lab("14682-9", "Creatinine", "umol/L", "45", "90", results)


def _tsh(*results: tuple[int, str]) -> Lab:
    return Lab("3016-3", "TSH", "m[IU]/L", "0.4", "4.0", results)


def _hba1c(*results: tuple[int, str]) -> Lab:
    return Lab("59261-8", "HbA1c", "mmol/mol", "20", "41", results)


# The story: since her last visit, 28 days ago, Iris sleeps two hours less, her
# lithium level has fallen, and two evening doses were missed.
IRIS = Person(
    key="iris",
    first_name="Iris",
    last_name="Samplewood",
    born=date(1987, 3, 14),
    sex="female",
    record_number="SIM-0001",
    conditions=(
        ("F31.70", "Bipolar disorder, currently in remission", date(2014, 5, 2)),
        ("E03.9", "Hypothyroidism, unspecified", date(2019, 9, 17)),
    ),
    rhythm=Rhythm(bed_hour=23.0, sleep_hours=7.5, irregular_hours=0.3, level=210),
    mood=6.4,
    symptoms=3.0,
    drugs=(
        Drug("Lithium carbonate", "600", "mg", (21,), started=2200, ended=84),
        Drug("Lithium carbonate", "800", "mg", (21,), started=83, missed=(17, 9)),
        Drug("Levothyroxine", "50", "ug", (8,), started=2590, missed=(61,)),
    ),
    labs=(
        _lithium((86, "0.58"), (31, "0.74"), (3, "0.46")),
        _creatinine((86, "71"), (31, "70"), (3, "73")),
        _tsh((86, "2.3"), (3, "2.6")),
    ),
    allergies=(("Penicillin", "Rash", "moderate"),),
    episodes=(
        Episode(
            "hypomanic", starts=27, ramp=4, mood=1.9, sleep_hours=-2.3, bed_hours=1.2,
            activity=1.45, symptoms=-1.0,
        ),
    ),
    wear=Wear(off_share=0.02, long_gaps=((52, 50),)),
    visits=(
        Visit(84, 10.0, ROUTINE, "Lithium 0.58 mmol/L; dose raised to 800 mg at night."),
        Visit(28, 10.5, ROUTINE, "Well and sleeping regularly. Lithium 0.74 mmol/L."),
        Visit(0, 10.0, FOLLOW_UP, "Review of mood, sleep and lithium level."),
    ),
)  # fmt: skip

TOBIAS = Person(
    key="tobias",
    first_name="Tobias",
    last_name="Mockridge",
    born=date(1979, 11, 30),
    sex="male",
    record_number="SIM-0002",
    conditions=(
        ("F33.1", "Major depressive disorder, recurrent, moderate", date(2016, 2, 8)),
        ("I10", "Essential (primary) hypertension", date(2021, 6, 1)),
    ),
    rhythm=Rhythm(bed_hour=23.4, sleep_hours=7.2, level=190, resting_bpm=67),
    mood=6.0,
    symptoms=6.0,
    anxiety=6.0,
    drugs=(
        Drug("Sertraline", "50", "mg", (8,), started=410, ended=46),
        Drug("Sertraline", "100", "mg", (8,), started=45, missed_share=0.04),
        Drug("Ramipril", "5", "mg", (8,), started=1980, missed_share=0.02),
    ),
    labs=(_hba1c((77, "37")), _creatinine((77, "84"))),
    episodes=(
        Episode(
            "depressive", starts=62, ends=14, ramp=14, mood=-3.0, sleep_hours=1.3,
            bed_hours=0.3, activity=0.52, symptoms=11.0,
        ),
    ),
    visits=(
        Visit(77, 9.5, ROUTINE, "Stable on sertraline 50 mg."),
        Visit(46, 14.0, FOLLOW_UP, "Low mood for two weeks; sertraline raised to 100 mg."),
        Visit(0, 10.75, FOLLOW_UP, "Response to the higher dose."),
    ),
)  # fmt: skip

WREN = Person(
    key="wren",
    first_name="Wren",
    last_name="Fablehurst",
    born=date(1996, 7, 5),
    sex="female",
    record_number="SIM-0003",
    conditions=(("F41.1", "Generalized anxiety disorder", date(2020, 10, 12)),),
    rhythm=Rhythm(bed_hour=23.8, sleep_hours=7.0, irregular_hours=0.7, level=240),
    mood=5.9,
    symptoms=6.0,
    anxiety=11.0,
    drugs=(Drug("Escitalopram", "10", "mg", (9,), started=300, missed_share=0.05),),
    wear=Wear(off_share=0.06),
    visits=(
        Visit(63, 11.0, ROUTINE, "Worry most days; starts guided self-help."),
        Visit(21, 11.0, FOLLOW_UP, "Sleeps better; less worry in the evenings."),
        Visit(0, 11.5, FOLLOW_UP, "Anxiety review."),
    ),
)

# Given a watch nine days ago and wore it on three of them: too little for a twin.
OTTO = Person(
    key="otto",
    first_name="Otto",
    last_name="Placeholm",
    born=date(1968, 1, 22),
    sex="male",
    record_number="SIM-0004",
    conditions=(
        (
            "F32.1",
            "Major depressive disorder, single episode, moderate",
            date(2026, 8, 3),
        ),
    ),
    rhythm=Rhythm(bed_hour=22.6, sleep_hours=6.6, level=150, resting_bpm=70),
    mood=4.6,
    symptoms=13.0,
    anxiety=7.0,
    drugs=(Drug("Mirtazapine", "15", "mg", (22,), started=20, missed_share=0.05),),
    known_since=20,
    allergies=(("Latex", "Contact dermatitis", "mild"),),
    wear=Wear(since=9, off_share=0.0, long_gaps=((7, 4), (2, 0))),
    visits=(
        Visit(20, 15.0, "First assessment", "Low mood since summer; mirtazapine started."),
        Visit(0, 12.25, FOLLOW_UP, "First weeks on mirtazapine."),
    ),
)  # fmt: skip

MAEVE = Person(
    key="maeve",
    first_name="Maeve",
    last_name="Testerley",
    born=date(1991, 9, 9),
    sex="female",
    record_number="SIM-0005",
    conditions=(("F31.81", "Bipolar II disorder", date(2017, 4, 20)),),
    rhythm=Rhythm(bed_hour=23.6, sleep_hours=7.8, irregular_hours=0.5, level=205),
    drugs=(
        Drug("Lamotrigine", "200", "mg", (8,), started=900, missed_share=0.03),
        Drug("Quetiapine", "50", "mg", (22,), started=70, missed_share=0.02),
    ),
    episodes=(
        Episode(
            "depressive", starts=80, ends=40, ramp=10, mood=-2.4, sleep_hours=1.6,
            bed_hours=-0.4, activity=0.6, symptoms=9.0,
        ),
    ),
    visits=(
        Visit(71, 13.0, FOLLOW_UP, "Low and slowed; quetiapine 50 mg at night added."),
        Visit(35, 13.0, ROUTINE, "Recovered; keeps both medicines."),
        Visit(-1, 13.0, ROUTINE, "Review of lamotrigine and quetiapine."),
    ),
)  # fmt: skip

SILAS = Person(
    key="silas",
    first_name="Silas",
    last_name="Figmentsen",
    born=date(1984, 12, 1),
    sex="male",
    record_number="SIM-0006",
    conditions=(("F20.9", "Schizophrenia, unspecified", date(2009, 3, 3)),),
    rhythm=Rhythm(
        bed_hour=1.2, sleep_hours=8.9, irregular_hours=0.9, level=130, resting_bpm=74
    ),
    mood=5.8,
    symptoms=6.0,
    drugs=(
        Drug("Aripiprazole", "15", "mg", (10,), started=1500, missed_share=0.06),
        Drug("Metformin", "500", "mg", (9, 19), started=400, missed_share=0.08),
    ),
    labs=(_hba1c((80, "44"), (10, "46")),),
    wear=Wear(off_share=0.1, long_gaps=((33, 28),)),
    visits=(Visit(80, 16.0, ROUTINE, "Stable; weight up by 2 kg."),),
)

AMARA = Person(
    key="amara",
    first_name="Amara",
    last_name="Demowick",
    born=date(1999, 5, 27),
    sex="female",
    record_number="SIM-0007",
    conditions=(
        ("F90.0", "ADHD, predominantly inattentive type", date(2018, 11, 5)),
        ("G43.909", "Migraine, unspecified", date(2015, 1, 15)),
    ),
    rhythm=Rhythm(
        bed_hour=0.5, sleep_hours=6.9, irregular_hours=1.0, weekend_hours=1.5, level=270
    ),
    drugs=(Drug("Methylphenidate", "18", "mg", (8,), started=500, missed_share=0.1),),
    visits=(Visit(42, 9.0, ROUTINE, "Focus better; two migraines a month."),),
)

JONAS = Person(
    key="jonas",
    first_name="Jonas",
    last_name="Simcoever",
    born=date(1973, 8, 18),
    sex="male",
    record_number="SIM-0008",
    conditions=(("F43.10", "Post-traumatic stress disorder, unspecified", date(2012, 7, 30)),),
    rhythm=Rhythm(bed_hour=0.2, sleep_hours=5.7, irregular_hours=0.8, level=200),
    mood=5.2,
    symptoms=9.0,
    anxiety=10.0,
    drugs=(Drug("Sertraline", "150", "mg", (8,), started=800, missed_share=0.03),),
    wear=Wear(off_share=0.05),
    visits=(Visit(55, 10.0, ROUTINE, "Nightmares twice a week; therapy goes on."),),
)

PRIYA = Person(
    key="priya",
    first_name="Priya",
    last_name="Inventhakur",
    born=date(1989, 2, 11),
    sex="female",
    record_number="SIM-0009",
    conditions=(("F42.2", "Mixed obsessional thoughts and acts", date(2013, 6, 6)),),
    rhythm=Rhythm(bed_hour=23.1, sleep_hours=7.3, irregular_hours=0.35, level=230),
    anxiety=8.0,
    drugs=(Drug("Fluoxetine", "40", "mg", (8,), started=1200, missed_share=0.01),),
    visits=(
        Visit(49, 12.0, ROUTINE, "Rituals down to 30 minutes a day."),
        Visit(-2, 9.5, ROUTINE, "Review of rituals and fluoxetine."),
    ),
)

LEOPOLD = Person(
    key="leopold",
    first_name="Leopold",
    last_name="Mirageman",
    preferred_name="Leo",
    born=date(1955, 10, 3),
    sex="male",
    record_number="SIM-0010",
    conditions=(
        ("F31.70", "Bipolar disorder, currently in remission", date(1988, 5, 16)),
        ("E11.9", "Type 2 diabetes mellitus without complications", date(2011, 2, 2)),
    ),
    rhythm=Rhythm(
        bed_hour=22.2, sleep_hours=7.6, irregular_hours=0.25, weekend_hours=0.1, level=160
    ),
    drugs=(
        Drug("Lithium carbonate", "400", "mg", (21,), started=6000, missed=(44,)),
        Drug("Metformin", "1000", "mg", (8, 18), started=3000, missed_share=0.02),
    ),
    labs=(_lithium((70, "0.66"), (7, "0.68")), _hba1c((70, "52"))),
    visits=(
        Visit(70, 9.0, ROUTINE, "Well; lithium level steady."),
        Visit(-3, 11.0, ROUTINE, "Lithium monitoring."),
    ),
)  # fmt: skip

NOOR = Person(
    key="noor",
    first_name="Noor",
    last_name="Pretendovic",
    born=date(2002, 4, 4),
    sex="female",
    record_number="SIM-0011",
    conditions=(("F51.01", "Primary insomnia", date(2025, 1, 20)),),
    rhythm=Rhythm(bed_hour=0.8, sleep_hours=5.6, irregular_hours=1.1, level=215),
    mood=5.6,
    symptoms=7.0,
    anxiety=6.0,
    known_since=60,
    wear=Wear(since=60, off_share=0.04),
    visits=(Visit(60, 14.5, "First assessment", "Falls asleep late; given a watch."),),
)

# Cared for by Bob alone, so that even the clinic's clinicians don't see everyone.
HUGO = Person(
    key="hugo",
    first_name="Hugo",
    last_name="Phantomley",
    born=date(1993, 6, 21),
    sex="male",
    record_number="SIM-0012",
    conditions=(("F40.10", "Social phobia, unspecified", date(2019, 12, 9)),),
    rhythm=Rhythm(bed_hour=23.9, sleep_hours=7.7, level=180),
    anxiety=9.0,
    drugs=(Drug("Venlafaxine", "75", "mg", (8,), started=260, missed_share=0.04),),
    visits=(Visit(30, 15.5, ROUTINE, "Went to two gatherings this month."),),
    team=("bob",),
)

CAST: tuple[Person, ...] = (
    IRIS, TOBIAS, WREN, OTTO, MAEVE, SILAS, AMARA, JONAS, PRIYA, LEOPOLD, NOOR, HUGO,
)  # fmt: skip
