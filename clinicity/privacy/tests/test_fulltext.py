"""Blind full text: words become tokens of one subject, and an opened text is checked."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicity.privacy import fulltext
from clinicity.privacy.fulltext import parse, tokens_of

ZOE, NIA = UUID(int=1), UUID(int=2)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=12)


def found(question: str, *texts: str) -> bool:
    """As the database decides it: a row needs one token of each word; then it is checked."""
    search, there = parse(question), set(tokens_of(ZOE, *texts))
    return all(there & set(one) for one in search.tokens(ZOE)) and search.matches(*texts)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("wake", "She wakes early"),
        ("WAKING early", "early, and often, waking"),
        ("cafe", "Sat in the Café"),
        ("café", "Sat in the Cafe\u0301 for long"),
        ("schlaf", "Er hat gut geschlafen und will Schlaf"),
        ("Schlafstörungen", "Eine schlafstörung"),
        ("strasse", "Auf der Straße"),
        ("0.65", "Lithium 0,65 mmol/L"),
        ('"early waking"', "again early waking at four"),
        ('"early waking', "a quote that nobody closed: early waking"),
        ("„early waking“", "Early waking."),
        ("follow-up", "A follow up was agreed"),
        ("сон", "Плохой сон"),
    ],
)
def test_what_stands_there_is_found(question: str, text: str) -> None:
    assert found(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("walk", "She wakes early"),
        ("wakes late", "She wakes early"),
        ('"early waking"', "waking early"),
        ("follow-up", "up they follow"),
        ("sleepless", "sleep"),
        ("65", "Lithium 0.65"),
    ],
)
def test_what_does_not_stand_there_is_not_found(question: str, text: str) -> None:
    assert not found(question, text)


def test_a_phrase_does_not_reach_from_title_into_body() -> None:
    assert not found('"early waking"', "Slept early", "waking at four")
    assert found("early waking", "Slept early", "waking at four")


@given(st.lists(WORDS, min_size=1, max_size=30), st.data())
def test_a_word_of_the_text_is_found_and_another_is_not(
    text: list[str], data: st.DataObject
) -> None:
    inside = data.draw(st.sampled_from(text))
    outside = data.draw(WORDS)
    assert found(inside, " ".join(text))
    stems = {stem for word in fulltext.words(" ".join(text)) for stem in word.stems}
    same = any(word.stems & stems for word in fulltext.words(outside))
    assert found(outside, " ".join(text)) == same


@given(st.lists(WORDS, min_size=2, max_size=20), st.data())
def test_neighbours_are_a_phrase(text: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 2))
    assert found(f'"{text[at]} {text[at + 1]}"', " ".join(text))


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_can_be_asked_anything(text: str, question: str) -> None:
    spans = parse(question).spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_one_word_of_two_subjects_has_no_token_in_common() -> None:
    assert not set(tokens_of(ZOE, "insomnia")) & set(tokens_of(NIA, "insomnia"))


def test_tokens_tell_neither_counts_nor_order() -> None:
    assert tokens_of(ZOE, "sad and sad and tired") == tokens_of(ZOE, "tired and sad")


def test_tokens_depend_on_the_secret(settings: object) -> None:
    before, scheme = tokens_of(ZOE, "insomnia"), fulltext.scheme()
    settings.HASH_SECRET = "another"  # type: ignore[attr-defined]
    assert not set(before) & set(tokens_of(ZOE, "insomnia"))
    assert fulltext.scheme() != scheme


def test_another_language_makes_another_scheme(settings: object) -> None:
    scheme = fulltext.scheme()
    settings.SEARCH_LANGUAGES = ["english", "french"]  # type: ignore[attr-defined]
    assert fulltext.scheme() != scheme
    assert found("dormir", "il a mal dormi, dormir")
    assert found("wake", "wakes")


def test_spans_say_where() -> None:
    text = "Early waking; wakes at four, early"
    spans = parse('"early waking" wake').spans(text)
    assert [text[start:end] for start, end in spans] == ["Early waking", "wakes"]
