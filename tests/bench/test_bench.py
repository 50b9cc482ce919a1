"""Nothing here is timed: the apps answer their jobs, and reports hold the figures given."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import chain, repeat
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench.apps import FRAMEWORKS, Framework
from bench.call import Caller
from bench.child import undisturbed, unheard
from bench.inprocess import Child, Result
from bench.jobs import BASES, JOBS, ROWS, Answer, Expect, Request, WrongAnswer, comparable, verify
from bench.picture import draw
from bench.report import Figure, Report, table
from bench.targets import Target
from flask import Flask, request_started

from bench import growing, inprocess, served, state

SUBJECTS = [
    (subject, rows)
    for subject, rows in inprocess.plan(peers=(), only_jobs=False).items()
    if subject.partition(":")[0] != "kolba"
]


def report(*figures: Figure) -> Report:
    """A report of these figures."""
    return Report("a machine", "python -m bench", "2026-01-01", {"flask": "3.1.3"}, list(figures))


@pytest.mark.parametrize(("subject", "rows"), SUBJECTS)
def test_subject_answers_its_rows(subject: str, rows: list[str]) -> None:
    """Every subject that runs in our environment answers every row as the row expects."""
    child = Child(sys.executable, subject, rows)
    child.close()
    assert set(child.answers) == set(rows)


@pytest.mark.parametrize(
    ("subject", "rows", "engine"),
    [
        *((subject, rows, True) for subject, rows in state.SUBJECTS.items()),
        *(("guards", tuple(state.GUARDED), engine) for engine in (True, False)),
        ("bare-file", ("asset",), True),
    ],
)
def test_subjects_of_state_answer_their_rows(
    subject: str, rows: tuple[str, ...], engine: bool
) -> None:
    """The apps of the class `Kolba`, and those that they are held against, answer rightly."""
    child = Child(sys.executable, subject, rows, engine=engine)
    child.close()
    assert set(child.answers) == set(rows)


def test_costs_answer_as_flask_does() -> None:
    """What is held against each other in one process answers as Flask does."""
    costs = Child(sys.executable, "costs", BASES)
    flask = [
        Child(
            sys.executable,
            f"flask:{variant}",
            [row for row in BASES if ROWS[row].variant == variant],
        )
        for variant in ("plain", "hooks", "environ", "signals")
    ]
    answers = {row: text for child in flask for row, text in child.answers.items()}
    for child in (costs, *flask):
        child.close()
    assert costs.answers == answers and set(answers) == set(BASES)


def test_a_row_is_held_against_the_same_request() -> None:
    """What a row costs is a difference between answers to one request."""
    pairs = [(ROWS[row], ROWS[base]) for row, base in BASES.items()]
    assert all(more.request == less.request for more, less in pairs)
    assert all((more.variant, more.session) != (less.variant, less.session) for more, less in pairs)


def test_receivers_of_one_app_are_unheard_in_turns_of_another() -> None:
    """Signals are of the whole process: a turn without receivers is taken as if none were there."""
    app = Flask(__name__)
    heard: list[Flask] = []

    def seen(sender: Flask) -> None:
        heard.append(sender)

    with request_started.connected_to(seen, app):
        with unheard():
            assert not request_started.receivers
            request_started.send(app)
        assert heard == []
        request_started.send(app)
    assert heard == [app]


def test_undisturbed_turns_are_what_counts() -> None:
    """A difference is one of undisturbed turns: however long some take, it is the same."""
    disturbed = chain.from_iterable(repeat((7.0, 7.0, 400.0, 7.0)))
    sides = [lambda count: next(disturbed), lambda count: 5.0]
    assert undisturbed(sides) == [7.0, 5.0]


def test_state_figures_hold_their_targets() -> None:
    """A session is held against the cookie's cost, the guards against Flask's J1."""
    taken = {job: {"flask": [120.0, 60.0], "state": [10.0, 6.0]} for job in state.STATE_IN_PROCESS}
    taken["J3"]["state:memory"] = [8.0, 4.0]
    taken |= {
        "text": {"flask:state": [50.0], "state:state": [6.0]},
        "read": {"flask:state": [70.0], "state:state": [16.0]},
        "write": {"flask:state": [80.0], "state:state": [46.0]},
    }
    cost = {"text": [(4.0, 102.0)], "post": [(10.0, 102.0)], "leave": [(4.0, 102.0)]}
    guarded = {f"guards{end}": cost for end in ("", inprocess.NO_ENGINE)}
    by = {(figure.row, figure.subject): figure for figure in state.figures(taken, guarded)}
    assert by["J4", "kolba"].reached and by["J4", "kolba"].ratio == 10  # of the best turns
    assert by["J3, state in memory", "kolba"].ratio == 15
    assert by["a session, read", "kolba"].ratio == 2 and by["a session, read", "kolba"].reached
    assert by["a session, write", "kolba"].reached is False
    for engine in ("kolba", "kolba, no engine"):
        page, form = by["the guards of a page", engine], by["the guards of a form", engine]
        assert page.value == 4 and page.scaled == 2 and page.reached
        assert form.value == 10 and form.scaled == 5 and form.reached is False


def test_engine_answers_as_flask_does() -> None:
    """The answers of the app on the engine are those of the app on Flask."""
    subjects = inprocess.plan(peers=(), only_jobs=False)
    children = [
        Child(sys.executable, f"{name}:{variant}", subjects[f"flask:{variant}"])
        for name in ("flask", "kolba")
        for variant in ("plain", "answers")
    ]
    for child in children:
        child.close()
    assert inprocess.differences(children) == {}


def test_wrong_answers_are_refused() -> None:
    """An app that answers something else is not timed."""

    def wrong(request: Request) -> Answer:
        return Answer(200, (), b"Goodbye")

    framework = Framework("", "wsgi", ("J1",), journey=False)
    with pytest.raises(WrongAnswer, match="Goodbye"):
        verify(framework, JOBS[:1], wrong)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        (Expect(status=302), "status 200, not 302"),
        (Expect(contains=(b"Hi",)), "no b'Hi' in the body"),
        (Expect(lacks=(b"Hello",)), "b'Hello' in the body"),
        (Expect(location="/page"), "location None, not '/page'"),
        (Expect(cookie="session"), "no cookie 'session'"),
        (Expect(length=(10, 20)), "5 bytes, not 10 to 20"),
        (Expect(headers=(("x", "y"),)), "x: None, not 'y'"),
    ],
)
def test_expectations_name_what_is_wrong(expect: Expect, problem: str) -> None:
    """Each thing that an answer can lack is found and named."""
    assert list(expect.problems(Answer(200, (), b"Hello"))) == [problem]


def test_time_does_not_make_answers_different() -> None:
    """Stamps and dates are left out of what is compared; the session's content is not."""
    early = Answer(200, (("set-cookie", "session=abc.x1.y1; Path=/"), ("date", "Mon")), b"")
    late = Answer(200, (("set-cookie", "session=abc.x2.y2; Path=/"), ("date", "Tue")), b"")
    other = Answer(200, (("set-cookie", "session=abd.x1.y1; Path=/"), ("date", "Mon")), b"")
    assert comparable(early) == comparable(late) != comparable(other)


def test_flask_leaves_garbage_and_the_bare_app_none() -> None:
    """The count of objects left in cycles sees Flask's eight and the bare app's none."""
    code = (
        "from bench.apps import load; from bench.call import Caller; from bench.jobs import ROWS;"
        "print([Caller(load(n), 'wsgi').garbage(ROWS['J1'].request) for n in ('flask', 'bare')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == [8.0, 0.0]


def test_ratios_are_medians_of_rounds() -> None:
    """A ratio compares within each round: a slow round for both does not count."""
    times = {"flask": [50.0, 500.0, 60.0], "kolba": [5.0, 50.0, 10.0]}
    assert inprocess.ratio(times, "kolba") == 10.0


def test_in_process_figures_hold_targets_and_costs() -> None:
    """Kolba's figures carry the targets, and what variants cost is judged by Flask's J1."""
    times = {"J1": {"flask": [60.0], "kolba": [3.0], "bare": [0.2]}}
    costs = {
        "J1 hooks": [(8.0, 102.0), (12.0, 204.0), (90.0, 102.0)],
        "J1 cookie": [(3.0, 102.0)],
    }
    garbage = {"J1": {"flask": 8.0, "kolba": 0.0}}
    found = list(inprocess.figures(Result(times=times, costs=costs, garbage=garbage)))
    by = {(figure.row, figure.subject): figure for figure in found}
    assert by["J1 hello", "kolba"].reached and by["J1 hello", "kolba"].ratio == 20
    hooks, cookie = by["J1 hooks above J1", "kolba"], by["J1 cookie above J1", "kolba"]
    assert hooks.value == 12 and hooks.scaled == 4 and hooks.reached
    assert cookie.value == 3 and cookie.scaled == 1.5 and cookie.reached is False
    assert by["J1 itself", "flask"].value == 102 and by["J1 itself", "flask"].reached is None
    assert by["J1", "kolba"].reached and by["J1", "flask"].target is None


def test_served_figures_hold_the_floor() -> None:
    """Kolba above the bare callable: the server's CPU times, judged by Flask's of the same run."""

    def taken(cpu: float) -> list[served.Sample]:
        return [served.Sample(1000, 1.0, 0, 1, 2, server_cpu=cpu, client_cpu=0.5)]

    samples = {"J1": {"flask": taken(0.158), "kolba": taken(0.014), "bare": taken(0.01)}}
    rss = {"flask": 50.0, "kolba": 55.0}
    found = list(served.figures(served.Result(samples=samples, rss=rss)))
    floor = next(f for f in found if "above a bare" in f.section and f.subject == "kolba")
    assert floor.reached and round(floor.value, 6) == 4 and round(floor.scaled or 0, 6) == 2
    assert [f.value for f in found if f.row == "above Flask"] == [5.0]


def test_state_figures_say_where_the_state_is() -> None:
    """Each place has a row: Redis against Flask-Session, the others against Flask."""

    def taken(requests: int) -> list[served.Sample]:
        return [served.Sample(requests, 1.0, 0, 1, 2, server_cpu=1.0, client_cpu=0.5)]

    rates = {"flask": 1, "flask-session": 2, "state": 4, "state:memory": 5, "state:redis": 6}
    rates["state:postgres"] = 3
    samples = {"J6": {name: taken(rate) for name, rate in rates.items()}}
    found = list(state.served_figures(served.Result(samples=samples)))
    by = {(figure.row, figure.subject): figure for figure in found}
    assert by["J6", "kolba"].ratio == 4 and by["J6", "kolba"].reached
    memory = by["J6, state in memory", "kolba"]
    assert memory.ratio == 5 and memory.target is None
    assert by["J6 on PostgreSQL", "kolba"].ratio == 3
    assert by["J6 on Redis", "kolba"].ratio == 3 and by["J6 on Redis", "kolba"].reached
    assert by["J6 on Redis", "flask-session"].value == 2


@pytest.mark.parametrize("name", growing.SHAPES)
def test_shapes_reach_their_own_routes(name: str) -> None:
    """In each shape the path of a number is answered by the route of that number."""
    app, shape = growing.build(growing.SHAPES[name], 12), growing.SHAPES[name]
    answers = [Caller(app, "wsgi").send(growing.request_to(shape, i)).body for i in (0, 11)]
    assert answers == [b"0", b"11"]


def test_report_is_written_from_given_figures(tmp_path: Path) -> None:
    """The table, the JSON file and the picture show the figures, with targets and verdicts."""
    section = "served, requests per second"
    given = report(
        Figure(section, "J1", "flask", 12000.0, "/s", 1.0),
        Figure(section, "J1", "kolba", 72000.0, "/s", 6.0, Target(at_least=5.5)),
        Figure(section, "J4", "kolba", 10000.0, "/s", 2.0, Target(at_least=3, templates=4.5)),
        Figure("cost", "more", "kolba", 9.0, "us", target=Target(at_most=5), scaled=4.5),
    )
    given.write(tmp_path / "results" / "latest.json")
    draw(given, tmp_path / "results" / "latest.svg")
    text = table(given)
    assert ">= 5.5  ok" in text and ">= 3 (4.5)  MISSED" in text
    assert "9.00   4.50*" in text and "<= 5  ok" in text
    assert "2 of 3 targets reached" in text
    kept = json.loads((tmp_path / "results" / "latest.json").read_text())
    assert [figure["reached"] for figure in kept["figures"]] == [None, True, False, True]
    picture = ElementTree.parse(tmp_path / "results" / "latest.svg").getroot()
    assert "6.0x kolba" in [element.text for element in picture]


def test_every_job_has_a_framework_that_answers_it() -> None:
    """The frameworks name only jobs that there are, and Flask answers all of them."""
    assert all(job in ROWS for framework in FRAMEWORKS.values() for job in framework.jobs)
    assert set(FRAMEWORKS["flask"].jobs) == {job.name for job in JOBS}
