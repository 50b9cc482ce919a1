"""The guarantees hold under Flask's own dispatch: with `KOLBA_ENGINE=off` the same tests pass."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GUARANTEES = {
    "redirects": "guards/test_redirects.py::test_bad_targets_are_refused",
    "redirects after forms": "guards/test_redirects.py::test_303_after_a_form",
    "cross-origin": "guards/test_origin.py::test_foreign_posts_reach_no_view",
    "marked views": "guards/test_origin.py::test_marked_views_take_them",
    "hosts": "guards/test_hosts.py::test_unknown_hosts_are_refused",
    "external URLs": "guards/test_hosts.py::test_external_urls_name_the_configured_origin",
    "proxies": "guards/test_proxies.py::test_what_cannot_be_right_is_refused",
    "headers": "guards/test_headers.py::test_every_answer_has_them",
    "cookies": "guards/test_cookies.py::test_defaults_of_set_cookie",
    "declared cookies": "guards/test_cookies.py::test_signed_values_are_bound",
    "the login gate": "guards/test_login.py::test_strangers_are_sent_to_the_login_and_back",
    "kept forms": "guards/test_login.py::test_a_form_is_kept_over_an_expired_login",
    "log-out": "guards/test_login.py::test_log_out_is_final",
    "bodies": "guards/test_report_mode.py::test_a_form_that_broke_off_is_refused_in_each_mode",
    "missing fields": "forms/test_request_errors.py::test_a_missing_key_is_named",
    "typed forms": "forms/test_registration.py::test_a_refused_form_comes_back_filled",
    "routes": "urls/test_rules.py::test_all_mistakes_are_raised_once_with_their_places",
    "signed URLs": "urls/test_signed.py::test_a_changed_url_is_refused",
    "static files": "urls/test_static.py::test_the_named_content_is_immutable",
    "escaping": "escaping/test_autoescape.py::test_every_template_is_escaped",
    "links": "escaping/test_addresses.py::test_a_link_that_runs_code_is_neutralised",
    "flash messages": "flashes/test_flashes.py::test_a_message_is_shown_once",
    "sessions": "sessions/test_reading.py::test_idle_sessions_end_and_used_ones_do_not",
}


@cache
def outcomes() -> dict[str, list[str]]:
    """What became of each test, by its name: one run of all, in a process without the engine."""
    report = ROOT / ".cache" / f"without-engine-{os.getpid()}.xml"
    report.parent.mkdir(exist_ok=True)
    tests = [f"tests/{place}" for place in GUARANTEES.values()]
    options = ["-q", "-p", "tests.guards.flasks_own", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *tests],
        cwd=ROOT,
        env=os.environ | {"KOLBA_ENGINE": "off"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    found: dict[str, list[str]] = {}
    for case in ET.parse(report).iter("testcase"):
        name = str(case.get("name")).partition("[")[0]
        found.setdefault(name, []).append(next((child.tag for child in case), "passed"))
    report.unlink()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_it_holds_under_flasks_dispatch(guarantee: str) -> None:
    """Each row of the guarantee's test passes where the engine is off."""
    found = outcomes()[GUARANTEES[guarantee].rpartition("::")[2]]
    assert found and set(found) == {"passed"}
