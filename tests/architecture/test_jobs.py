"""Every job that an act leaves for later is done by exactly one actor, and every actor has something that asks for it."""

import ast
from pathlib import Path

import pytest
from dramatiq.brokers.stub import StubBroker

from services.kit.clock import system_clock
from services.worker.app import declare_actors
from services.worker.job import JOBS, job

SERVICES = Path(__file__).resolve().parents[2] / "services"
PRODUCT = {name: kind for name, kind in JOBS.items() if kind.effect.__module__.startswith("services.")}


def asked_for(source: str) -> set[str]:
    """The names with which `enqueue` is called; a name that is not written out is refused, for nobody could find it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "enqueue":
            name = node.args[1]
            assert isinstance(name, ast.Constant), ast.unparse(node)
            names.add(str(name.value))
    return names


def test_what_is_asked_for_is_found_in_the_source() -> None:
    assert asked_for("await enqueue(actor, 'outcomes.react', {})\nbroker.enqueue(x)") == {"outcomes.react"}
    with pytest.raises(AssertionError):
        asked_for("enqueue(actor, name, {})")


def test_every_job_asked_for_has_its_actor_and_every_actor_is_asked_for() -> None:
    asked = set().union(*(asked_for(path.read_text()) for path in (SERVICES / "domain").rglob("*.py")))
    assert asked == {name for name, kind in PRODUCT.items() if not kind.installation}


def test_every_job_is_named_after_its_slice() -> None:
    slices = {path.name for part in ("domain", "kit") for path in (SERVICES / part).iterdir() if path.is_dir()}
    assert PRODUCT
    assert {name.partition(".")[0] for name in PRODUCT} <= slices


def test_a_job_of_the_installation_has_exactly_one_timetable() -> None:
    for kind in PRODUCT.values():
        assert kind.installation == ((kind.every_seconds is None) != (kind.cron is None)), kind.name


def test_each_job_becomes_one_actor_and_no_name_is_taken_twice() -> None:
    broker = StubBroker(middleware=[])
    declare_actors(broker, system_clock)
    assert set(broker.actors) == set(JOBS)
    taken = next(iter(PRODUCT))

    async def again() -> None:
        """Never runs."""

    with pytest.raises(ValueError, match="declared twice"):
        job(taken)(again)
