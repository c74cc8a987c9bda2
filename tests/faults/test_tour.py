"""The tour is proved by sabotage: with one thing broken in a running installation it fails, and names the step."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT, STOP_LIMIT, TOUR_LIMIT = 120, 30, 60
"""Seconds."""

# One installation serves all tests of this file, in their order.
pytestmark = pytest.mark.xdist_group("tour")

OPEN_PLANS = "DROP POLICY see ON plan; CREATE POLICY see ON plan FOR SELECT TO nivel_api USING (true)"
# What the firm gets the workshop gets as well, on the city's contract with the workshop.
STRAY_SHARE = """
CREATE FUNCTION stray() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO share
        SELECT (jsonb_populate_record(NEW, jsonb_build_object('id', gen_random_uuid(), 'recipient_id', its.id,
                                                              'basis_id', b.id))).*
        FROM organisation mine, organisation its, basis b
        WHERE mine.slug = 'voima' AND its.slug = 'paja' AND NEW.recipient_id = mine.id
          AND b.source_id = NEW.source_id AND its.id = ANY (b.recipient_ids) AND b.person_id IS NULL;
    RETURN NULL;
END $$;
ALTER FUNCTION stray() OWNER TO nivel_system;
CREATE TRIGGER stray AFTER INSERT ON share FOR EACH ROW EXECUTE FUNCTION stray()"""
# The source of the view without the conditions on the state of basis and share.
BLIND_VIEW = """
DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW share_now WITH (security_invoker = true) AS '
    || replace(replace(pg_get_viewdef('share_now'::regclass),
        '(b.state = ANY (ARRAY[''given''::text, ''active''::text]))', 'true'),
        '((s.ended_at IS NULL) OR (( SELECT ctx_now() AS ctx_now) < s.ended_at))', 'true'); END $$;
DROP TRIGGER basis_machine ON basis"""
DEAF_BASIS = """
CREATE FUNCTION deaf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
ALTER FUNCTION deaf() OWNER TO nivel_system;
CREATE TRIGGER deaf BEFORE UPDATE ON basis FOR EACH ROW EXECUTE FUNCTION deaf()"""
SWAPPED_ISSUER = """
UPDATE connection c SET issuer = other.issuer
FROM connection other, organisation mine, organisation its
WHERE mine.slug = 'voima' AND c.organisation_id = mine.id AND its.slug = 'paja' AND other.organisation_id = its.id"""

SABOTAGES = {
    "a policy was dropped": ("DROP POLICY see ON plan", "register a person"),
    "a policy lets everything through": (OPEN_PLANS, "a refused permission still sends the minimum"),
    "the workshop gets a share of what the firm gets": (STRAY_SHARE, "the workshop sees nothing"),
    "the firm has another member's issuer": (SWAPPED_ISSUER, "sign in, each through its own issuer"),
    "a withdrawal ends no share": (BLIND_VIEW, "a withdrawn permission closes plan and ability"),
    "a withdrawal is not written": (DEAF_BASIS, "a withdrawn permission closes plan and ability"),
}
"""What is broken, how, and the step that must find it."""


class Installation:
    """A running installation on data of its own."""

    def __init__(self, data: Path) -> None:
        self.data, self.output = data, data.parent / "output"
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = int(server.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [REPOSITORY / "infra" / "run", "--data", data, "--port", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + START_LIMIT
        while "Nivel runs" not in self.output.read_text():
            assert self.process.poll() is None and time.monotonic() < until, self.output.read_text()
            time.sleep(0.1)

    def nivel(self, *command: str) -> tuple[int, str]:
        """Run a command of the product there; its exit code and what it said."""
        done = subprocess.run(
            [REPOSITORY / "infra" / "nivel", "--data", self.data, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TOUR_LIMIT,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def tour(self) -> tuple[int, str]:
        """Play the tour."""
        return self.nivel("tour", "--url", self.url)

    def sql(self, script: str) -> None:
        """Run a script as the database's superuser."""
        owner = json.loads((self.data / "env.json").read_text())["OWNER_DATABASE_URL"]
        sockets = parse_qs(urlsplit(owner).query)["host"][0]
        password = (self.data / "secrets" / "postgres").read_text().strip()

        async def run() -> None:
            connection = await asyncpg.connect(host=sockets, user="postgres", password=password, database="nivel")
            try:
                await connection.execute(script)
            finally:
                await connection.close()

        asyncio.run(run())

    @contextlib.contextmanager
    def stopped_worker(self) -> Iterator[None]:
        """The worker stands still, as one that hangs; it goes on afterwards."""
        group = json.loads((self.data / "pids.json").read_text())["children"]["worker"]
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextlib.contextmanager
    def broken(self, script: str) -> Iterator[None]:
        """Break something, and mend it: policies and functions, or the alliance's data, are written anew."""
        self.sql(script)
        try:
            yield
        finally:
            self.sql("""UPDATE share SET ended_at = now() WHERE ended_at IS NULL
                AND recipient_id = (SELECT id FROM organisation WHERE slug = 'paja')""")
            again = ("tenants", "apply", str(REPOSITORY / "tenants" / "lakeus"))
            code, said = self.nivel(*(again if script == SWAPPED_ISSUER else ("migrate",)))
            assert code == 0, said


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="nivel-tour-", dir="/tmp"))
    folder.chmod(0o711)  # as root the database runs as another user, who must reach it
    running = Installation(folder / "data")
    yield running
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(STOP_LIMIT)
    shutil.rmtree(folder)


def assert_passes(installation: Installation) -> None:
    code, said = installation.tour()
    assert code == 0, said
    assert "✗" not in said


def test_tour_passes_twice_on_the_same_data(installation: Installation) -> None:
    assert_passes(installation)
    assert_passes(installation)


@pytest.mark.parametrize("what", SABOTAGES)
def test_tour_finds_what_was_broken(installation: Installation, what: str) -> None:
    script, step = SABOTAGES[what]
    with installation.broken(script):
        code, said = installation.tour()
    assert code == 1, f"the tour did not notice that {what}:\n{said}"
    assert said.rstrip().endswith(f": {step}"), said
    assert said.count("✗") == 1


def test_tour_finds_a_worker_that_stands_still(installation: Installation) -> None:
    with installation.stopped_worker():
        code, said = installation.tour()
    assert code == 1, said
    assert said.rstrip().endswith(": the log of reads is sealed"), said


def test_tour_passes_when_all_is_mended(installation: Installation) -> None:
    assert_passes(installation)


def test_tour_of_nothing_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = subprocess.run(
        [REPOSITORY / ".nivel" / "venv" / "bin" / "nivel", "tour", "--url", f"http://127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        timeout=TOUR_LIMIT,
        check=False,
    )
    assert done.returncode == 1
    assert "The tour failed at step 1: sign in" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
