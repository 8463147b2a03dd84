import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicity.privacy.phi import restore, sanitise
from clinicity.privacy.phi.pseudonymiser import PLACEHOLDER

SECRET = "a secret of the house"
PLANTED = st.sampled_from(
    [
        "[NAME_0123abcd]",
        "[NAME_",
        "_0123abcd]",
        "Dr. John Smith",
        "12/03/1984",
        "zoe@example.org",
        "[",
        "]",
        "\n",
        "[[ID_deadbeef]]",
    ]
)


@given(
    st.lists(st.one_of(st.text(max_size=12), PLANTED), max_size=8).map("".join),
    st.lists(st.text(max_size=6), max_size=2),
)
def test_way_back_is_exact(text: str, known: list[str]) -> None:
    done = sanitise(text, known=known, secret=SECRET)
    assert restore(done.text, done.mapping) == text


def test_same_value_same_placeholder() -> None:
    done = sanitise(
        "Zoe Quill was seen with Bob today. Zoe Quill was well.",
        known=["Zoe Quill", "Bob"],
        secret=SECRET,
    )
    first, other, again = PLACEHOLDER.findall(done.text)
    assert first == again != other
    assert first in sanitise("About Zoe Quill:", known=["Zoe Quill"], secret=SECRET).text
    assert first not in sanitise("About Zoe Quill:", known=["Zoe Quill"], secret="other").text


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("we saw zoe today", "Zoë Schröder"),
        ("SCHRODER is late", "Zoë Schröder"),
        ("Zoë's sleep", "Zoe Schroder"),
        ("code ABC 123-45", "ABC12345"),
        ("came on 20 July 1985", "1985-07-20"),
        ("came on 7/20/85", "1985-07-20"),
        ("came July 20th, 1985", "1985-07-20"),
        ("write to ZOE@Example.ORG", "zoe@example.org"),
    ],
)
def test_known_is_always_found(text: str, known: str) -> None:
    done = sanitise(text, known=[known], secret=SECRET)
    assert PLACEHOLDER.search(done.text)
    for told in ("zoe", "Zoë", "SCHRODER", "ABC", "1985", "7/20", "ZOE"):
        assert told not in done.text


def test_known_is_no_part_of_another_word() -> None:
    assert (
        sanitise(
            "Patient reads the first stanza twice a day.", known=["Stan"], secret=SECRET
        ).text
        == "Patient reads the first stanza twice a day."
    )


def test_mapping_is_not_printed() -> None:
    assert "Zoe" not in repr(sanitise("Zoe", known=["Zoe"], secret=SECRET))
