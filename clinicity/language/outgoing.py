"""The only way out for text that goes to a model: nothing else may send any.

`pack` asks for consent at the moment of sending, takes out what identifies, looks once more
whether anything known is left, and gives what may be sent with the way back. Whoever calls a
model sends `Parcel.texts` and nothing else. It is closed when in doubt: no consent, an answer
that doesn't come, sanitising switched off, a value left over, all refuse and are on record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Refused
from clinicity.privacy.phi import gate
from clinicity.privacy.phi.known import known_spans
from clinicity.privacy.phi.pseudonymiser import restore


class NotSent(Refused):
    """Text that doesn't leave the house."""

    type = "not-sent"
    title = "This text may not be sent to a language model outside."


@dataclass(frozen=True)
class PatientText:
    """Of whom the texts speak. `known` are values of their chart that identify them, and of
    whoever stands in it; `consents` is asked whether they agree that it leaves, now."""

    patient_id: UUID
    known: Sequence[str] = field(repr=False)
    consents: Callable[[], bool] = field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """What may be sent to one endpoint. The mapping identifies and never leaves."""

    endpoint: str
    texts: tuple[str, ...]
    mapping: Mapping[str, str] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Of what is sent, for the trail."""
        return sha256("\x00".join(self.texts).encode()).hexdigest()

    def opened(self, answer: str) -> str:
        """The answer with placeholders turned back; those that a model made up stay."""
        return restore(answer, self.mapping)


def pack(
    *, by: Actor, texts: Sequence[str], endpoint: str, about: PatientText | None = None
) -> Parcel:
    """Make texts ready to be sent; raises `NotSent`. `about` None: reference texts of nobody,
    which are sanitised all the same."""
    try:
        if about and not gate.is_local(endpoint):
            _demand_consent(about)
        return _packed(texts, endpoint, about)
    except (gate.NotSanitised, NotSent) as refusal:
        audit.record_refusal(
            by=by, act="model.send", subject="text", subject_id=about.patient_id if about else None,
            reason=type(refusal).__name__,
        )  # fmt: skip
        raise refusal if isinstance(refusal, NotSent) else NotSent(str(refusal)) from refusal


def _demand_consent(about: PatientText) -> None:
    if about.consents() is not True:
        raise NotSent("The patient has not agreed that texts go to a model outside.")


def _packed(texts: Sequence[str], endpoint: str, about: PatientText | None) -> Parcel:
    known = list(about.known) if about else []
    scope = str(about.patient_id) if about else ""
    sent, mapping = list[str](), dict[str, str]()
    for text in texts:
        clean = gate.outbound(text, known, endpoint=endpoint, scope=scope)
        if not gate.is_local(endpoint) and known_spans(clean.text, known):
            raise NotSent("A value of the chart could not be taken out of the text.")
        sent.append(clean.text)
        # Two values under one placeholder would give the wrong one back.
        if any(
            mapping.setdefault(each, value) != value for each, value in clean.mapping.items()
        ):
            raise NotSent("Two values of the texts look the same once they are taken out.")
    return Parcel(endpoint, tuple(sent), mapping)
