"""What a password must not be, beside short, common or like its owner's name (ASVS 5, 6.2)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Words that every guesser of this house's passwords tries first.
WORDS = ("clinicity", "password", "letmein", "welcome", "hospital", "clinic", "qwerty")
SHORTEST_REST = 8


class NotOfThisHouse:
    """Refuses passwords that are little more than a word of this house and a number."""

    def validate(self, password: str, user: object = None) -> None:
        rest = password.casefold()
        for word in WORDS:
            rest = rest.replace(word, "")
        if len(rest) < SHORTEST_REST and rest != password.casefold():
            raise ValidationError(self.get_help_text(), code="password_of_this_house")
        if len(set(password)) < SHORTEST_REST // 2:
            raise ValidationError(
                _("The password repeats too few characters."), code="password_repeats"
            )

    def get_help_text(self) -> str:
        return _("The password must be more than a common word and a number.")
