"""People whom the tour invents: new ones at every run, none of whom can exist."""

import secrets
from datetime import date, timedelta

import msgspec

GIVEN_NAMES = ("Aada", "Onni", "Venla", "Eino", "Helmi", "Väinö", "Lumi", "Oiva")
FAMILY_NAMES = ("Lakeala", "Jokivarsi", "Kytöniemi", "Peltolehto", "Nevaranta", "Latomaa", "Harjuaho", "Korpisuo")
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
EARLIEST = date(1962, 1, 1)
BIRTH_DAYS = 16_000


class Invented(msgspec.Struct, frozen=True):
    """Somebody with an artificial identity number (individual number 900-999, which no human is given)."""

    given_name: str
    family_name: str
    birth_date: date
    number: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def somebody() -> Invented:
    """A person whom no earlier tour has met: of 1.6 million numbers one."""
    born = EARLIEST + timedelta(days=secrets.randbelow(BIRTH_DAYS))
    individual = 900 + secrets.randbelow(100)
    check = CHECK_CHARACTERS[int(f"{born:%d%m%y}{individual}") % 31]
    number = f"{born:%d%m%y}{'-' if born.year < 2000 else 'A'}{individual}{check}"
    return Invented(secrets.choice(GIVEN_NAMES), secrets.choice(FAMILY_NAMES), born, number)
