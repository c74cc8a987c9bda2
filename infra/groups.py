"""Runs the tests and says for each group how many ran. Standard library only."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from infra.environment import HOME, PYTHON, REPOSITORY

GROUPS = ("rules", "walls", "api", "faults", "browser", "architecture")
"""The folders below tests/."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
EVERY_GROUP = "--every-group"
REPORT = HOME / "tests.xml"
NO_BROWSER = "not run (no Chromium found; set CHROMIUM or install it)"


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest with these arguments and return its exit code; with --every-group, 1 when a group has no passed test."""
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    passed_on = [argument for argument in arguments if argument != EVERY_GROUP]
    options = ["-p", "xdist", "-n", "2", "--dist", "loadgroup"] if not passed_on else []
    if chromium is None:
        options.append("--ignore=tests/browser")
    REPORT.unlink(missing_ok=True)
    # What a person has set for an installation of their own must not reach the tests.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NIVEL_", "PYTEST_"))}
    env |= {"CHROMIUM": chromium} if chromium else {}
    command = [str(PYTHON), "-m", "pytest", *options, f"--junitxml={REPORT}", *passed_on]
    code = subprocess.run(command, cwd=REPOSITORY, env=env, check=False).returncode
    counts = count_groups(REPORT)
    print()
    for group in GROUPS:
        print(f"{group}: {NO_BROWSER if group == 'browser' and chromium is None else describe(counts[group])}")
    missing = [group for group in GROUPS if not counts[group]["passed"]]
    if EVERY_GROUP in arguments and missing:
        print(f"No test passed in: {', '.join(missing)}")
        return code or 1
    return code


def count_groups(report: Path) -> dict[str, Counter[str]]:
    """How many tests of each group passed, failed or were skipped, by pytest's report."""
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    if not report.exists():
        return counts
    for case in ElementTree.parse(report).iter("testcase"):
        group = (case.get("classname") or "").split(".")[1:2]
        outcomes = {child.tag for child in case}
        outcome = "failed" if outcomes & {"failure", "error"} else "skipped" if "skipped" in outcomes else "passed"
        if group and group[0] in counts:
            counts[group[0]][outcome] += 1
    return counts


def describe(count: Counter[str]) -> str:
    """`12 passed, 1 failed`, or that nothing ran."""
    return (
        ", ".join(f"{count[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped") if count[outcome])
        or "no test ran"
    )
