"""Lists of names, places and plain words, folded. How they came about: `training.lexicons`."""

from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
LISTS = ("first", "last", "city", "country")

MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun".split()
)
TITLES = frozenset(
    "dr dres drs doctor prof professor mr mrs ms miss mx sir dame lord lady rev fr sr herr frau mme mlle sra "
    "md do rn np pa phd mbbs frcp lpn dpm dds pharmd consultant registrar nurse sister".split()
)
STREETS = frozenset(
    "street st road rd avenue ave av lane ln drive dr court ct boulevard blvd place pl way square sq terrace close crescent "
    "parkway pkwy highway hwy route circle cir trail alley row walk gardens grove mews hill park plaza strasse str gasse "
    "weg platz rue via viale calle avenida rua ulica ul utca ulice laan straat gade vej gatan vagen katu tie apt apartment "
    "suite ste unit flat floor building bldg po box house lodge cottage estate".split()
)
ORGANISATIONS = frozenset(
    "inc llc ltd plc gmbh corp corporation company co group sons holdings partners associates ag sa bv ab oy "
    "hospital clinic infirmary hospice surgery practice university college school institute trust foundation "
    "center centre medical health healthcare memorial general nursing rehabilitation pharmacy laboratory laboratories labs "
    "insurance bank church saint charity society council prison".split()
)
RELATIVES = frozenset(
    "wife husband son daughter mother father brother sister mum mom dad aunt uncle niece nephew cousin partner spouse "
    "fiance fiancee grandson granddaughter grandmother grandfather friend neighbour neighbor carer caregiver guardian".split()
)


@lru_cache(maxsize=1)
def lists() -> dict[str, frozenset[str]]:
    """Each list's words."""
    return {name: words(name) for name in LISTS}


def words(name: str) -> frozenset[str]:
    return frozenset((DATA / f"{name}.txt").read_text(encoding="utf-8").split("\n"))


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Words that texts without people use, and those around people in notes and letters."""
    return words("common")
