"""What a door may answer, and to whom."""

from dataclasses import dataclass, field
from typing import Any

from tests.access.cast import RELATIONS

SIGNED_IN = frozenset(RELATIONS) - {"anonymous"}
# Who works for the patient; an admin sees the record and writes nothing clinical.
TEAM = frozenset({"treats", "covers", "coordinates", "glass", "withdrawn"})
CLINICIANS = TEAM - {"coordinates"}
SEEING = TEAM | {"admin"}
OWN = frozenset({"self", "proxy"})
OWN_ROLES = OWN | {"former_proxy", "other_patient"}
ALL_STAFF = SEEING | {"former", "stranger"}
ALL_CLINICIANS = ALL_STAFF - {"admin", "coordinates"}


@dataclass(frozen=True)
class Rule:
    """`let_in`: who is answered; `told`: who may read of the record in an answer.

    `either`: who is refused or answered, as it happens to be.
    """

    words: str
    let_in: frozenset[str]
    told: frozenset[str]
    either: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ask:
    """What is sent: a good request, so that a refusal is no answer to a bad one."""

    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    form: dict[str, Any] | None = None
    params: dict[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"


def _rule(words: str, let_in: frozenset[str], told: frozenset[str] | None = None) -> Rule:
    return Rule(words, let_in, let_in if told is None else told)


NOBODY: frozenset[str] = frozenset()
OPEN = _rule("anybody; holds no patient's data", frozenset(RELATIONS), NOBODY)
MEMBERS = _rule("anybody signed in; holds no patient's data", SIGNED_IN, NOBODY)
STAFF_LIST = _rule("staff, each their own patients", ALL_STAFF, SEEING)
PAGES = _rule("anybody but patients; holds no patient's data", SIGNED_IN - OWN_ROLES, NOBODY)
HOME = _rule(
    "anybody but patients, each their own patients",
    SIGNED_IN - OWN_ROLES - {"researcher"},
    SEEING,
)
STAFF_PAGE = _rule("staff; holds no patient's data", ALL_STAFF, NOBODY)
LIST_OWN = _rule(
    "staff and patients, each their own",
    ALL_STAFF | OWN | {"former_proxy", "other_patient"},
    SEEING | OWN,
)
REGISTRARS = _rule("who registers patients", ALL_STAFF, NOBODY)
RULES = _rule(
    "clinicians and admins; a rule holds no patient's data", ALL_STAFF - {"coordinates"}, NOBODY
)
UNBUILT = _rule("anybody signed in; nothing is built behind it yet", SIGNED_IN, NOBODY)
NOT_THERE = _rule("nobody: what it asks for isn't there", NOBODY)
READ = _rule("who sees the patient", SEEING)
READ_OWN = _rule("who sees the patient, and the patient what is released", SEEING | OWN)
ANSWERERS = _rule("who works for the patient, the patient, and who acts for them", TEAM | OWN)
ADMINS = _rule("admins; holds no patient's data", frozenset({"admin"}), NOBODY)
ADMIN_RECORD = _rule("admins", frozenset({"admin"}))
OWN_LIST = _rule("patients and who acts for them, each their own", OWN_ROLES, OWN)
OWN_PAGE = _rule("the patient and who acts for them", OWN)
EMERGENCY = _rule(
    "clinicians and coordinators, whoever they treat", ALL_STAFF - {"admin"}, NOBODY
)
REVIEWERS = _rule(
    "auditors and admins; holds no patient's name", frozenset({"auditor", "admin"}), NOBODY
)
DECIDERS = _rule(
    "who works for the patient, the patient, and who may decide for them", TEAM | OWN
)
TREATS = _rule("who treats the patient", frozenset({"treats", "withdrawn"}))
SENDERS = _rule(
    "who works for the patient, and the patient, while they agree to monitoring",
    TEAM - {"withdrawn"} | {"self"},
)
WRITE = _rule("who works for the patient", TEAM)
REGISTER = _rule("who works for the patient, and admins", SEEING)
SIGN = _rule("clinicians who see the patient", CLINICIANS)
AUDIT = _rule("auditors and admins", frozenset({"auditor", "admin"}), frozenset({"admin"}))
# What an admin may change there, each admin page says.
ADMIN = Rule("admins", NOBODY, frozenset({"admin"}), frozenset({"admin"}))
# On a page, an admin who sees the record reads there that they may not change it.
WRITE_PAGE = Rule(WRITE.words, TEAM, SEEING, frozenset({"admin"}))
SIGN_PAGE = Rule(SIGN.words, CLINICIANS, SEEING)


def agreed(rule: Rule) -> Rule:
    """The same while the patient agrees to what the door is for; who works may still read."""
    words = f"{rule.words}, while the patient agrees"
    return Rule(words, rule.let_in - {"withdrawn"}, rule.told, rule.either)
