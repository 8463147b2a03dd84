"""The blind indexes under which a name, number or date of birth is found."""

from clinicity.privacy.pseudonyms import blind_index

SEARCH_SCOPE = "patient.search"


def index_of(term: str) -> str:
    return blind_index(term, scope=SEARCH_SCOPE)
