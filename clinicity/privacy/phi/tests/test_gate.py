import pytest

from clinicity.privacy.phi import gate, restore

OUTSIDE = "https://models.example.org/v1"
TEXT = "Mrs. Zoë Smith, born 1985-07-20, takes lithium."


def test_external_model_gets_placeholders(settings) -> None:
    settings.PHI_SANITIZATION_ENABLED, settings.HASH_SECRET = True, "s" * 40
    sent = gate.outbound(TEXT, ["Zoë Smith"], endpoint=OUTSIDE)
    assert "Smith" not in sent.text
    assert "1985" not in sent.text
    assert "lithium" in sent.text
    assert restore(sent.text, sent.mapping) == TEXT


def test_switched_off_nothing_leaves(settings) -> None:
    settings.PHI_SANITIZATION_ENABLED = False
    with pytest.raises(gate.NotSanitised, match="PHI_SANITIZATION_ENABLED"):
        gate.outbound(TEXT, endpoint=OUTSIDE)


def test_without_secret_nothing_leaves(settings) -> None:
    settings.PHI_SANITIZATION_ENABLED, settings.HASH_SECRET = True, ""
    with pytest.raises(gate.NotSanitised, match="HASH_SECRET"):
        gate.outbound(TEXT, endpoint=OUTSIDE)


def test_local_model_gets_the_text(settings) -> None:
    settings.PHI_SANITIZATION_ENABLED = False
    assert gate.outbound(TEXT, endpoint="http://127.0.0.1:8080/v1").text == TEXT


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("http://localhost:11434", True),
        ("http://[::1]:9000/v1", True),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@example.org/", False),
        ("http://10.0.0.7/", False),
        ("127.0.0.1", False),
        ("http://[bad", False),
        ("", False),
    ],
)
def test_only_loopback_is_local(endpoint: str, local: bool) -> None:
    assert gate.is_local(endpoint) is local
