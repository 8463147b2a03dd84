from uuid import uuid4

from clinicity.privacy.pseudonyms import blind_index, keyed_hash, pseudonym


def test_blind_index_folds_case_space_and_accents() -> None:
    assert blind_index(" Zoë ", scope="name") == blind_index("zoe", scope="name")


def test_blind_index_differs_by_scope_and_value() -> None:
    indexes = {
        blind_index("zoe", scope="name"),
        blind_index("zoe", scope="email"),
        blind_index("zoo", scope="name"),
    }
    assert len(indexes) == 3


def test_scope_and_value_cannot_be_confused() -> None:
    assert keyed_hash("bc", scope="a") != keyed_hash("c", scope="ab")


def test_pseudonym_is_stable_and_says_nothing_of_the_id() -> None:
    id = uuid4()
    assert pseudonym(id) == pseudonym(id)
    assert pseudonym(id) not in str(id)
