"""What the model sees of each token: its form, the lists it stands in, its neighbours."""

from collections.abc import Sequence
from functools import lru_cache

from clinicity.privacy.phi import lexicon
from clinicity.privacy.phi.folding import folded
from clinicity.privacy.phi.tokens import Token

SMALL_LISTS = {
    "M": lexicon.MONTHS,
    "D": lexicon.DAYS,
    "T": lexicon.TITLES,
    "S": lexicon.STREETS,
    "O": lexicon.ORGANISATIONS,
    "R": lexicon.RELATIVES,
}
BEFORE, AFTER = "<", ">"


class Facts:
    """Of one word, independent of where it stands. `at[i]` is what a token i places off sees."""

    __slots__ = ("at", "kind", "own", "word")

    def __init__(self, token: str, form: str, lists: str) -> None:
        low = folded(token)
        self.word = _word(low)
        self.kind = f"{form}{lists}"
        self.own = [f"w={self.word}", f"f={form}", f"k={self.kind}", *(f"l={c}" for c in lists)]
        if low.isalpha():
            self.own += [
                f"s={low[-3:]}",
                f"s2={low[-2:]}",
                f"p={low[:3]}",
                f"n={min(len(low), 8)}",
            ]
        near = [f"w={self.word}", f"k={self.kind}"]
        self.at = {
            i: [f"{i}{f}" for f in (near if abs(i) < 3 else near[:1])]
            for i in (-3, -2, -1, 1, 2, 3)
        }


@lru_cache(maxsize=100_000)
def facts(token: str, single_case: bool, blind: bool) -> Facts:  # noqa: FBT001 - a cache's key
    """`single_case`: of a line in capitals or small letters only. `blind`: without long lists."""
    return Facts(token, _form(token, single_case), _lists(token, blind))


def _word(low: str) -> str:
    if low.isdigit():
        return _number(low)
    return low if not low.isalpha() or low in lexicon.common() else "?"


def _number(digits: str) -> str:
    if len(digits) == 4:
        return "year" if digits[:2] in {"19", "20"} else "9999"
    if len(digits) < 3:
        value = int(digits)
        return next(
            name
            for top, name in ((12, "12"), (31, "31"), (89, "89"), (99, "99"))
            if value <= top
        )
    return "9" * min(len(digits), 10)


def _form(token: str, single_case: bool) -> str:  # noqa: FBT001 - see facts()
    if not token.isalpha():
        return "9" if token.isdigit() else token
    if single_case:
        return "a" if len(token) > 1 else "i"
    if token.islower():
        return "x"
    if len(token) == 1:
        return "X"
    if token.isupper():
        return "XX"
    return "Xx" if token[1:].islower() else "xX" if token[0].isupper() else "y"


def _lists(token: str, blind: bool) -> str:  # noqa: FBT001 - see facts()
    low = folded(token)
    if not low.isalpha():
        return ""
    marks = [mark for mark, words in SMALL_LISTS.items() if low in words]
    if not blind:
        long = lexicon.lists()
        marks += [name[0] for name in lexicon.LISTS if len(low) > 1 and low in long[name]]
    if low in lexicon.common():
        marks.append("w")
    return "".join(marks)


def features(tokens: Sequence[Token], blind: Sequence[bool] | None = None) -> list[list[str]]:
    """One list of features a token. `blind` hides the long lists for some (in training)."""
    single = _single_case_lines(tokens)
    all_facts = [
        facts(token.text, token.line in single, blind is not None and blind[i])
        for i, token in enumerate(tokens)
    ]
    places = _places(tokens, all_facts)
    return [_of(i, all_facts, places[i]) for i in range(len(tokens))]


def _single_case_lines(tokens: Sequence[Token]) -> frozenset[int]:
    """Lines without capitals, or without small letters in three words or more."""
    small, great, words = set[int](), set[int](), dict[int, int]()
    for token in tokens:
        if token.text.isalpha():
            words[token.line] = words.get(token.line, 0) + 1
            if not token.text.isupper():
                small.add(token.line)
            if not token.text.islower():
                great.add(token.line)
    return frozenset(
        n for n, count in words.items() if n not in great or (n not in small and count > 2)
    )


def _places(tokens: Sequence[Token], all_facts: Sequence[Facts]) -> list[list[str]]:
    """Where in its line a token stands, and under which heading ("Pt:", "DOB:")."""
    places, line, index, heading = list[list[str]](), -1, 0, ""
    for i, token in enumerate(tokens):
        if token.line != line:
            line, index, heading = token.line, 0, ""
        place = [f"i={min(index, 4)}", "glued" if not token.spaced else "spaced"]
        if heading:
            place.append(f"h={heading}")
        places.append(place)
        index += 1
        if token.text in ":=#" and i and tokens[i - 1].line == line:
            heading = all_facts[i - 1].word
    return places


def _of(i: int, all_facts: Sequence[Facts], place: list[str]) -> list[str]:
    here = all_facts[i]
    out = [*here.own, *place]
    for off in (-3, -2, -1, 1, 2, 3):
        if 0 <= i + off < len(all_facts):
            out += all_facts[i + off].at[-off]
    kind = here.kind
    before = all_facts[i - 1] if i else None
    after = all_facts[i + 1] if i + 1 < len(all_facts) else None
    out.append(f"bk={before.kind if before else BEFORE}|{kind}")
    out.append(f"ak={kind}|{after.kind if after else AFTER}")
    out.append(f"bw={before.word if before else BEFORE}|{kind}")
    out.append(f"aw={kind}|{after.word if after else AFTER}")
    if before:
        two = all_facts[i - 2].word if i > 1 else BEFORE
        out.append(f"bb={two}|{before.word}")
    return out
