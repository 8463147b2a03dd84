"""Check digits: what tells an identifier from any other number of its length."""

import re

NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B: bank cards, IMEI."""
    digits = [int(d) for d in NOT_ALNUM.sub("", number) if d.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return len(digits) > 11 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def iban(number: str) -> bool:
    """ISO 13616: country, two check digits, account, modulo 97."""
    plain = NOT_ALNUM.sub("", number).upper()
    turned = plain[4:] + plain[:4]
    return len(plain) > 14 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def nhs(number: str) -> bool:
    """NHS number (England and Wales): ten digits, the last one modulo 11."""
    digits = [int(d) for d in number if d.isdigit()]
    if len(digits) != 10:
        return False
    rest = sum(d * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return (11 - rest) % 11 == digits[9]
