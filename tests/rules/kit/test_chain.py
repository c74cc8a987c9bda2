"""Whatever is changed after its root was stored is found, by anybody who holds the log key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from services.kit.audit.chain import (
    START,
    Fault,
    Link,
    LogRow,
    Root,
    canonical,
    hash_of_link,
    hash_of_rows,
    mac_of,
    verify,
)

KEY = b"k" * 32
ALLIANCE = uuid4()


@dataclass
class Log:
    """A sealed log of three links with two rows each, and roots of the second and third."""

    rows: dict[UUID, LogRow]
    links: list[Link]
    roots: list[Root]

    def faults(self) -> list[str]:
        return [fault.what for fault in verify(self.links, self.rows, self.roots, key=KEY)]

    def seal_again(self) -> None:
        """What the database's superuser can do: every hash anew."""
        previous = START
        for place, link in enumerate(self.links):
            rows_hash = hash_of_rows([self.rows[row_id] for row_id in link.row_ids])
            fresh = hash_of_link(previous, link.number, rows_hash)
            self.links[place] = msgspec.structs.replace(link, previous=previous, rows_hash=rows_hash, hash=fresh)
            previous = fresh


def a_row(**fields: object) -> LogRow:
    row = LogRow(
        id=uuid4(),
        alliance_id=ALLIANCE,
        organisation_id=uuid4(),
        user_id=uuid4(),
        at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        purpose="service_delivery",
        surface="people.page",
        result="shown",
        data_class="plan",
        person_ids=[uuid4()],
        record_ids=[uuid4()],
        basis_ids=[],
    )
    row = msgspec.structs.replace(row, **fields)
    return msgspec.structs.replace(row, mac=mac_of(KEY, row))


@pytest.fixture
def log() -> Log:
    rows = [a_row() for _ in range(6)]
    links = [
        Link(number=n + 1, row_ids=[row.id for row in rows[2 * n : 2 * n + 2]], rows_hash=b"", previous=b"", hash=b"")
        for n in range(3)
    ]
    log = Log({row.id: row for row in rows}, links, [])
    log.seal_again()
    log.roots = [Root(number=link.number, hash=link.hash) for link in log.links[1:]]
    return log


def test_an_untouched_log_holds(log: Log) -> None:
    assert log.faults() == []


def test_rows_not_yet_sealed_are_not_judged(log: Log) -> None:
    row = a_row()
    log.rows[row.id] = row
    assert log.faults() == []


@pytest.mark.parametrize("field", [field for field in LogRow.__struct_fields__ if field not in ("id", "mac")])
def test_a_changed_field_is_found(log: Log, field: str) -> None:
    row = next(iter(log.rows.values()))
    other = {
        "at": row.at + timedelta(microseconds=1),
        "person_ids": [*row.person_ids, uuid4()],
        "record_ids": [],
        "basis_ids": [uuid4()],
    }.get(field, uuid4() if field.endswith("_id") else "other")
    log.rows[row.id] = msgspec.structs.replace(row, **{field: other})
    assert log.faults() == ["row changed", "rows differ from their seal"]
    assert verify(log.links, log.rows, log.roots, key=KEY)[0] == Fault(1, "row changed", str(row.id))


def test_a_forged_mac_is_found_though_every_hash_was_made_anew(log: Log) -> None:
    row = a_row(purpose="statistics")
    first = log.links[0].row_ids[0]
    log.rows[first] = msgspec.structs.replace(row, id=first, mac=b"0" * 32)
    log.seal_again()
    assert "row changed" in log.faults()
    assert log.faults().count("link differs from its stored root") == 2


def test_a_removed_row_is_found(log: Log) -> None:
    del log.rows[log.links[1].row_ids[1]]
    assert log.faults() == ["row missing"]


def test_a_row_removed_with_every_hash_made_anew_is_found_by_the_root(log: Log) -> None:
    log.links[0] = msgspec.structs.replace(log.links[0], row_ids=log.links[0].row_ids[:1])
    log.seal_again()
    assert log.faults() == ["link differs from its stored root"] * 2


def test_a_removed_link_is_found(log: Log) -> None:
    del log.links[0]
    assert "link missing" in log.faults()


def test_a_cut_off_end_is_found_by_the_root(log: Log) -> None:
    del log.links[2]
    assert log.faults() == ["link differs from its stored root"]


@pytest.mark.parametrize("field", ["rows_hash", "previous", "hash"])
def test_a_changed_link_is_found(log: Log, field: str) -> None:
    log.links[1] = msgspec.structs.replace(log.links[1], **{field: b"1" * 32})
    assert "link changed" in log.faults()


def test_swapped_rows_and_a_row_sealed_twice_are_found(log: Log) -> None:
    first, second, *_ = log.links
    log.links[0] = msgspec.structs.replace(first, row_ids=list(reversed(first.row_ids)))
    assert log.faults() == ["rows differ from their seal"]
    log.links[0] = first
    log.links[1] = msgspec.structs.replace(second, row_ids=[*second.row_ids, first.row_ids[0]])
    assert "row sealed twice" in log.faults()


def test_no_two_rows_read_the_same() -> None:
    one = a_row(surface="a", result="b,c", person_ids=[], record_ids=[ALLIANCE])
    other = msgspec.structs.replace(one, surface='a","b', result="c", person_ids=[ALLIANCE], record_ids=[])
    assert canonical(one) != canonical(other)
    east = one.at.astimezone(datetime.now().astimezone().tzinfo)
    assert canonical(one) == canonical(msgspec.structs.replace(one, at=east))
