"""What fills a slot of a template: made up by Faker in many locales, in many spellings."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from faker import Faker

from clinicity.privacy.phi import spans

# Latin script, by how often patients of English-speaking clinics bear such names.
LOCALES = (
    "en_US en_US en_US en_US en_GB en_GB en_IE en_AU en_CA en_IN en_NZ en_NG en_KE de_DE fr_FR es_ES es_MX it_IT pt_BR "
    "nl_NL pl_PL sv_SE da_DK no_NO fi_FI cs_CZ hu_HU ro_RO hr_HR tr_TR vi_VN id_ID et_EE sl_SI is_IS fr_CA zu_ZA"
).split()
NAME, DATE, TRAIT, ADDRESS, ORG = (
    spans.NAME,
    spans.DATE,
    spans.TRAIT,
    spans.ADDRESS,
    spans.ORGANISATION,
)
# The type of each slot; a slot that isn't here identifies nobody.
TYPES = {
    **dict.fromkeys("name lastfirst first last dr drname initials title".split(), NAME),
    **dict.fromkeys("date md monthyear dow".split(), DATE),
    **dict.fromkeys("year age job nat country state expiry".split(), TRAIT),
    **dict.fromkeys("street streetname city zip addr".split(), ADDRESS),
    **dict.fromkeys("org hospital".split(), ORG),
    **dict.fromkeys("id nhs ssn card iban mac plate vin cvv".split(), spans.ID),
    "age90": spans.AGE, "phone": spans.PHONE, "email": spans.EMAIL, "url": spans.URL,
    "ip": spans.IP, "user": spans.USERNAME,
}  # fmt: skip
DX = "Parkinson's disease|bipolar disorder|Crohn's disease|GAD|major depression|MDD|chest pain|SOB|Graves disease|Hodgkin lymphoma|COPD|type 2 diabetes|PTSD|Alzheimer's|Wernicke encephalopathy|Tourette syndrome|pneumonia|CHF|UTI|schizophrenia|Marfan syndrome|low mood|headache|Bell's palsy"
DRUGS = "sertraline|Lithium|lamotrigine|Seroquel|olanzapine|Prozac|escitalopram|metformin|Lisinopril|haloperidol|Tylenol|clozapine|Effexor XR|bupropion|aspirin|warfarin|Zyprexa|mirtazapine"
NATIONS = "English|German|Polish|Italian|Turkish|Indian|Irish|Chinese|Mexican|Nigerian|Croatian|Slovenian|Norwegian|French|American|Somali|Syrian|Brazilian|Swedish|Cambodian"
ID_NAMES = "social security number|driver's license number|driver's licence|passport number|passport no|member ID|policy number|account number|medical record number|MRN|NHS number|health plan ID|beneficiary number|license plate|serial number|tax ID|insurance number|employee ID|case number|certificate number|national ID|prescription number|SSN|NPI|DEA number"
HOSPITALS = "{c} General Hospital|{c} Medical Center|St. {f}'s Hospital|{c} Clinic|{l} Memorial Hospital|{c} Royal Infirmary|{l} Family Practice|{c} Community Mental Health Team|University Hospital {c}|{c} NHS Trust|{l} Ward|The {l} Surgery|{l} House|Mount {l} Hospital|{c} Psychiatric Center|Klinikum {c}|Hospital San {f}|{c} Health Centre|{l} Rehabilitation Center|{l} Nursing Home"
ORGS = "{o}|{o}|{o}|{l} Inc|{l} & {l}|{l} Ltd|{c} University|University of {c}|{l} Pharmacy|{c} High School|{c} City Council|{l}, {l} and {l}|{W}{w}|{W} {W} Corp|{W} {W}|{W}ify|{l} Care Home|{W} Insurance|Bank of {c}|{c} Police|{l} Group|{W}{W}"


def _any(choices: str, rng: random.Random) -> str:
    return rng.choice(choices.split("|"))


@dataclass
class Person:
    """One note's people speak one locale most of the time."""

    rng: random.Random
    fake: Faker

    def digits(self, form: str) -> str:
        """`#` a digit, `?` a capital letter."""
        pick = {"#": "0123456789", "?": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(self.rng.choice(pick[c]) if c in pick else c for c in form)

    def first(self) -> str:
        return str(self.fake.first_name())

    def last(self) -> str:
        return str(self.fake.last_name())

    def name(self) -> str:
        first, last, initial = self.first(), self.last(), self.rng.choice("ABCDEFGHJKLMNPRSTW")
        forms = [f"{first} {last}"] * 8 + [
            f"{first} {initial}. {last}", f"{first} {initial} {last}", f"{initial}. {last}",
            f"{first} {self.first()} {last}", f"{first} {last}-{self.last()}", f"{initial}.{initial}. {last}",
            f"{last}", f"{first}", f"{first} {last.upper()}", f"{first} {last} {self.last()}",
            f"{first} {last} Jr.", f"{first[0]} {last}",
        ]  # fmt: skip
        return self.rng.choice(forms)

    def lastfirst(self) -> str:
        first, last, initial = self.first(), self.last(), self.rng.choice("ABCDEFGHJKLMNPRSTW")
        return self.rng.choice(
            [f"{last}, {first}", f"{last.upper()}, {first}", f"{last.upper()}, {first.upper()}",
             f"{last}, {first} {initial}", f"{last},{first}", f"{last} {first}", f"{last}, {initial}."]
        )  # fmt: skip

    def dr(self) -> str:
        title = self.rng.choice(
            ["Dr.", "Dr.", "Dr", "Dr", "Prof.", "Professor", "Doctor", "Dr. med."]
        )
        return f"{title} {self.rng.choice([self.last(), self.last(), self.name()])}"

    def drname(self) -> str:
        return self.name() + self.rng.choice(
            ["", ", MD", " MD", ", M.D.", ", RN", ", PhD", ", NP", ", LCSW", " MRCPsych"]
        )

    def initials(self) -> str:
        a, b, c = (self.rng.choice("ABCDEFGHJKLMNPRSTW") for _ in "abc")
        return self.rng.choice(
            [f"{a}{b}", f"{a}.{b}.", f"{a}{b}{c}", f"{a.lower()}{b.lower()}", f"{a}.{b}.{c}."]
        )

    def date(self) -> str:
        day = self.fake.date_between("-90y", "today")
        forms = "%d/%m/%Y|%m/%d/%Y|%m/%d/%y|%Y-%m-%d|%d %B %Y|%B %d, %Y|%d %b %Y|%b %d, %Y|%d-%b-%Y|%d.%m.%Y|%d-%m-%Y|%A, %d %B %Y|%dth of %B %Y|%d%b%y|%Y/%m/%d|%B %d|%m-%d-%y|%Y%m%d|%d.%m.%y|%Y-%m-%d %H:%M:%S"
        form = _any(forms, self.rng)
        text = day.strftime(form)
        return text.replace("/0", "/").lstrip("0") if self.rng.random() < 0.4 else text

    def md(self) -> str:
        day = self.fake.date_between("-2y", "today")
        return day.strftime(
            _any(
                "%m/%d|%d/%m|%B %d|%d %B|%b %d|%d %b|%A|%a|%d. %B|%dth %B|%B %dth|Christmas|New Year's Eve|%B",
                self.rng,
            )
        )

    def monthyear(self) -> str:
        return str(
            self.fake.date_between("-9y", "today").strftime(
                _any("%B %Y|%b %Y|%m/%Y|%B|%b '%y", self.rng)
            )
        )

    def city(self) -> str:
        return str(self.fake.city())

    def streetname(self) -> str:
        return str(self.fake.street_name())

    def street(self) -> str:
        forms = [self.fake.street_address().replace("\n", ", ")] * 3 + [
            f"{self.rng.randint(1, 399)} {self.last()} {_any('Street|St|St.|Road|Rd|Ave|Avenue|Lane|Drive|Close|Blvd|Way|Court|Crescent', self.rng)}",
            f"{self.streetname()} {self.rng.randint(1, 120)}",
            f"Flat {self.rng.randint(1, 40)}, {self.rng.randint(1, 99)} {self.streetname()}",
        ]  # fmt: skip
        return str(self.rng.choice(forms))

    def zip(self) -> str:
        own = str(self.fake.postcode())
        return self.rng.choice(
            [
                own,
                own,
                own,
                self.digits("#####"),
                self.digits("#####-####"),
                self.digits("?## #??"),
                self.digits("####"),
            ]
        )

    def addr(self) -> str:
        made = str(self.fake.address())
        if self.rng.random() < 0.4:
            return made if self.rng.random() < 0.4 else made.replace("\n", ", ")
        state = self.rng.choice(["", "", f", {self.state()}"])
        return f"{self.street()}, {self.city()}{state} {self.zip()}"

    def state(self) -> str:
        return self.rng.choice(
            "CA NY TX MA Ohio Florida WA IL Kent Yorkshire NSW Ontario Bavaria MN Georgia PA".split()
        )

    def country(self) -> str:
        return (
            str(self.fake.country())
            if self.rng.random() < 0.3
            else str(Faker("en_US").country())
            if self.rng.random() < 0.1
            else self.rng.choice(
                ["USA", "UK", "Ireland", "Germany", "Canada", "India", "Poland", "Spain"]
            )
        )

    def org(self) -> str:
        return self._made(ORGS)

    def hospital(self) -> str:
        return self._made(HOSPITALS)

    def _made(self, forms: str) -> str:
        form = _any(forms, self.rng)
        while "{" in form:
            start, end = form.index("{"), form.index("}")
            form = form[:start] + self._piece(form[start + 1 : end]) + form[end + 1 :]
        return form

    def _piece(self, kind: str) -> str:
        if kind in "wW":
            word = _any(
                "alpha|nova|bright|health|data|micro|solar|urban|peak|blue|green|logic|stone|care|med|net|star|river|field|open|quick|sky|link|wave|trade|prime|east|north",
                self.rng,
            )
            return word.title() if kind == "W" else word
        makers: dict[str, Callable[[], str]] = {
            "c": self.city,
            "l": self.last,
            "f": self.first,
            "o": lambda: str(self.fake.company()),
        }
        return makers[kind]()

    def phone(self) -> str:
        own = str(self.fake.phone_number())
        forms = [
            "###-###-####",
            "(###) ###-####",
            "0#### ######",
            "07### ### ###",
            "+44 20 #### ####",
            "+1 ### ### ####",
            "###.###.####",
            "x####",
            "#####",
            "ext. ###",
            "020 #### ####",
            "0## ########",
            "### ####",
            "###-####",
            "## ## ## ##",
            "+49 ### #######",
        ]
        return own if self.rng.random() < 0.4 else self.digits(self.rng.choice(forms))

    def id(self) -> str:
        forms = "######|#######|########|#####|###-##-####|?######|??######|MRN#######|##-######|###-###-###|?##-#####|#########|?#?#?#?#|A-######|####/##|??-####-##|??######?|H#######|#### #### ####|??##########"
        return self.digits(_any(forms, self.rng))

    def nhs(self) -> str:
        return self.digits(self.rng.choice(["### ### ####", "##########", "###-###-####"]))

    def ssn(self) -> str:
        return self.digits(
            self.rng.choice(["###-##-####", "#########", "xxx-xx-####", "### ## ####"])
        )

    def card(self) -> str:
        return str(self.fake.credit_card_number())

    def user(self) -> str:
        first, last = self.first().lower(), self.last().lower()
        return self.rng.choice(
            [
                f"{first}{self.rng.randint(1, 99)}",
                f"{first}.{last}",
                f"{first[0]}{last}",
                f"{first}_{last}",
                f"@{first}{last}",
            ]
        )


@dataclass
class Values:
    """Fills slots; `para`s come from `texts`, which hold no PHI."""

    rng: random.Random
    texts: list[str]

    @cached_property
    def _fakers(self) -> dict[str, Faker]:
        fakers = {locale: Faker(locale) for locale in LOCALES}
        for fake in fakers.values():
            fake.seed_instance(self.rng.random())
        return fakers

    def person(self) -> Person:
        return Person(self.rng, self._fakers[self.rng.choice(LOCALES)])

    def value(self, kind: str, person: Person) -> str:
        own: Callable[[], str] | None = getattr(person, kind, None)
        return own() if own is not None else self._plain(kind, person)

    def _plain(self, kind: str, person: Person) -> str:
        rng, fake = self.rng, person.fake
        makers: dict[str, Callable[[], str]] = {
            "para": lambda: rng.choice(self.texts), "dx": lambda: _any(DX, rng), "drug": lambda: _any(DRUGS, rng),
            "nat": lambda: _any(NATIONS, rng), "idname": lambda: _any(ID_NAMES, rng),
            "rel": lambda: _any("wife|husband|son|daughter|mother|father|brother|sister|mum|partner|aunt|neighbour", rng),
            "title": lambda: _any("Mr.|Mrs.|Ms.|Mr|Mrs|Ms|Miss", rng), "sex": lambda: _any("M|F|male|female|man|woman", rng),
            "sex1": lambda: _any("M|F|yo M|yo F", rng), "poss": lambda: _any("his|her|their", rng), "obj": lambda: _any("him|her", rng),
            "age": lambda: str(rng.randint(1, 89)), "age90": lambda: str(rng.randint(90, 112)),
            "year": lambda: str(rng.randint(1935, 2026)), "dow": lambda: rng.choice("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
            "clock": lambda: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}", "ward": lambda: str(rng.randint(1, 12)),
            "expiry": lambda: f"{rng.randint(1, 12):02}/{rng.randint(24, 32)}", "cvv": lambda: person.digits("###"),
            "job": lambda: str(self._fakers["en_US"].job()) if rng.random() < 0.5 else _any("teacher|nurse|engineer|Consultant Psychiatrist|Registrar|retired electrician|student|psychologist", rng),
            "email": fake.ascii_email, "url": fake.url, "ip": fake.ipv4, "mac": fake.mac_address,
            "iban": fake.iban, "plate": fake.license_plate if hasattr(fake, "license_plate") else lambda: person.digits("???-####"),
            "vin": lambda: person.digits("1?###??##########"[:17]),
        }  # fmt: skip
        return str(makers[kind]()) if kind in makers else f"{{{kind}}}"
