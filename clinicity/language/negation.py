"""Which words of a sentence are denied. A small NegEx (Chapman et al. 2001), on stems."""

from clinicity.language.words import STOPWORDS, Token, stem, tokens

# What denies the words after it, and what denies those before it.
BEFORE = frozenset(
    [
        "no",
        "not",
        "never",
        "without",
        "denies",
        "denied",
        "deny",
        "denying",
        "absent",
        "negative",
        "neither",
        "nor",
        "none",
        "cannot",
        "isn't",
        "wasn't",
        "aren't",
        "weren't",
        "doesn't",
        "didn't",
        "don't",
        "hasn't",
        "haven't",
        "hadn't",
        "won't",
        "can't",
        "couldn't",
    ]
)
AFTER = frozenset({"absent", "negative", "denied", "excluded", "unremarkable"})
# What ends the reach of a denial.
STOPS = frozenset({".", ";", "!", "?", "but", "however", "although", "though", "except", "yet"})
REACH = 6
RULED_OUT = ("ruled", "out")


def denied_stems(sentence: str) -> frozenset[str]:
    """Stems of the content words that stand in the reach of a denial."""
    words = tokens(sentence)
    denied: set[str] = set()
    for position, token in enumerate(words):
        folded = token.text.casefold().replace("’", "'")
        if folded in BEFORE:
            denied |= _reach(words[position + 1 :])
        if folded in AFTER or _is_ruled_out(words, position):
            denied |= _reach(words[:position][::-1])
    return frozenset(denied)


def _reach(words: list[Token]) -> set[str]:
    found: set[str] = set()
    counted = 0
    for token in words:
        folded = token.text.casefold()
        if folded in STOPS or counted >= REACH:
            break
        if token.is_word and folded not in STOPWORDS and folded not in BEFORE:
            found.add(stem(token.text))
        counted += token.is_word
    return found


def _is_ruled_out(words: list[Token], position: int) -> bool:
    pair = tuple(token.text.casefold() for token in words[position : position + 2])
    return pair == RULED_OUT
