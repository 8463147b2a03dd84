"""One clinician and her patients, for a load to be sent for."""

from datetime import date

from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common.actors import SYSTEM, Role
from patients.models import Patient
from patients.services import patient_create

EMAIL = "alice@clinic.example"


def clinician() -> User:
    return user_create(
        by=SYSTEM, email=EMAIL, password="correct horse battery staple",
        display_name="Alice Archer", role=Role.CLINICIAN,
    )  # fmt: skip


def patient(user: User, number: int) -> Patient:
    return patient_create(
        by=user.actor, first_name="Test", last_name=f"Number {number}",
        date_of_birth=date(1980, 1, 1),
    )  # fmt: skip
