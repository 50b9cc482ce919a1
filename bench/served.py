"""Requests per second and CPU per request, served: one core for the server, one for the client.

All servers run at once and idle until it is their turn, so rounds can be interleaved. Every
answer is verified before a server is timed, and every answer of the journey is checked by the
load generator while it runs: a wrong answer is no result.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from bench.apps import FRAMEWORKS, PASSWORD, framework_of
from bench.jobs import ROWS, Row, WrongAnswer, verify
from bench.report import Figure
from bench.server import CLIENT_CORE, Server, pinned
from bench.targets import FLASK_J1_SERVED, FLOOR_COST, MEMORY_MB, SERVED

FLOOR_SECTION = (
    "served, J1: CPU microseconds above a bare callable "
    f"(* where Flask's J1 costs {FLASK_J1_SERVED:g}, which the target bounds)"
)
CLIENTS = 32
HERE = Path(__file__).parent
NO_WRK = (
    "served: wrk is not installed and could not be: install the package `wrk`, then run again. "
    "Nothing was measured."
)


@dataclass(frozen=True)
class Sample:
    """One turn of one server: `failed` counts wrong answers and broken connections."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float
    first: str = ""
    server_cpu: float = 0.0
    client_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cpu_us(self) -> float:
        """The server's CPU microseconds per request."""
        return self.server_cpu / max(self.requests, 1) * 1e6

    @property
    def client_busy(self) -> float:
        """The share of its core that the client used."""
        return self.client_cpu / self.seconds


@dataclass
class Result:
    """Every sample, by job and subject; memory; what was wrong."""

    samples: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The raw figures."""
        return {
            job: {subject: [asdict(one) for one in taken] for subject, taken in by.items()}
            for job, by in self.samples.items()
        }


def have_wrk() -> bool:
    """Whether the load generator is there, or can be installed."""
    if shutil.which("wrk") is None and shutil.which("apt-get") is not None:
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "wrk"]):
            subprocess.run(command, capture_output=True)
    return shutil.which("wrk") is not None


def job_command(row: Row, port: int, seconds: int) -> list[str]:
    """wrk for one job."""
    request = row.request
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", str(HERE / "job.lua")]
    headers = list(request.headers)
    if request.content_type:
        headers.append(("Content-Type", request.content_type))
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    query = f"?{request.query}" if request.query else ""
    url = f"http://127.0.0.1:{port}{request.path}{query}"
    return [*command, url, "--", request.method, request.body.decode()]


def journey_command(port: int, seconds: int) -> list[str]:
    """wrk for the journey: a thread a user."""
    script = str(HERE / "journey.lua")
    command = ["wrk", f"-t{CLIENTS}", f"-c{CLIENTS}", f"-d{seconds}s", "-s", script]
    return [*command, f"http://127.0.0.1:{port}/", "--", PASSWORD]


def client_cpu() -> float:
    """CPU seconds of the children that have ended: the load generator's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sample(server: Server, command: list[str]) -> Sample:
    """Let the load generator run once against a server."""
    server_before, client_before = server.cpu(), client_cpu()
    ended = subprocess.run(pinned(command, CLIENT_CORE), capture_output=True, text=True)
    found = next((line for line in ended.stdout.splitlines() if line.startswith("RESULT ")), None)
    if found is None:
        raise RuntimeError(f"the load generator failed: {ended.stdout}{ended.stderr}")
    told = json.loads(found.removeprefix("RESULT "))
    return Sample(
        **told, server_cpu=server.cpu() - server_before, client_cpu=client_cpu() - client_before
    )


@dataclass
class Stand:
    """A server whose answers were right, with its rows as they are to be sent."""

    server: Server
    rows: dict[str, Row]

    def command(self, job: str, seconds: int) -> list[str] | None:
        """The load for a job; `None` if this framework does not answer it."""
        framework = framework_of(self.server.subject)
        if job == "J6":
            return journey_command(self.server.port, seconds) if framework.journey else None
        return job_command(self.rows[job], self.server.port, seconds) if job in self.rows else None


def stand(subject: str, python: str | None, result: Result) -> Iterator[Stand]:
    """Start and verify a server; a wrong one is stopped and reported."""
    server = Server(subject, python) if python else Server(subject)
    framework = framework_of(subject)
    rows = [ROWS[name] for name in framework.jobs]
    try:
        ready = verify(framework, rows, server.send)
    except WrongAnswer as error:
        result.wrong.append(f"{subject}: {error}")
        server.stop()
        return
    yield Stand(server, {row.name: row for row in ready})


def measure(
    peers: dict[str, str],
    rounds: int,
    seconds: int,
    say: Callable[[str], None] = print,
    jobs: Iterable[str] = SERVED,
    subjects: Iterable[str] = ("flask", "kolba", "bare"),
) -> Result:
    """Run the served part.

    Args:
        peers: the peers to run along, with the Python interpreter that has each.
        rounds: turns of each server at each job.
        seconds: how long a turn is.
        say: told what is going on.
        jobs: which jobs.
        subjects: those that run in our environment.
    """
    result = Result()
    stands: list[Stand] = []
    try:
        for subject in (*subjects, *peers):
            stands += stand(subject, peers.get(subject), result)
        for job in jobs:
            for number in range(1, rounds + 1):
                say(f"served: {job}, round {number} of {rounds}")
                one_round(job, stands, seconds, result)
        result.rss = {one.server.subject: one.server.rss() for one in stands}
    finally:
        for one in stands:
            one.server.stop()
    return result


def one_round(job: str, stands: list[Stand], seconds: int, result: Result) -> None:
    """One job on each server in turn."""
    for one in stands:
        command = one.command(job, seconds)
        if command is None:
            continue
        taken = sample(one.server, command)
        if taken.failed:
            problem = f"{one.server.subject}, {job}: {taken.failed} wrong under load {taken.first}"
            result.wrong.append(problem)
        result.samples.setdefault(job, {}).setdefault(one.server.subject, []).append(taken)


def right(samples: dict[str, dict[str, list[Sample]]]) -> dict[str, dict[str, list[Sample]]]:
    """The samples without those who ever gave a wrong answer to a job: that is no result."""
    return {
        job: {who: taken for who, taken in by.items() if not any(one.failed for one in taken)}
        for job, by in samples.items()
    }


def ratio(flask: list[Sample], other: list[Sample]) -> float:
    """How many times Flask's requests per second, the median over the rounds."""
    return median(b.rate / a.rate for a, b in zip(flask, other, strict=True))


def cpu_ratio(flask: list[Sample], other: list[Sample]) -> float:
    """How many times less CPU per request than Flask, the median over the rounds."""
    return median(a.cpu_us / b.cpu_us for a, b in zip(flask, other, strict=True))


def figures(result: Result) -> Iterator[Figure]:
    """The table's figures."""
    rate, cpu = "served, requests per second", "served, server's CPU microseconds per request"
    busy = "served, how busy the client was, percent of its core"
    samples = right(result.samples)
    for job, by in samples.items():
        for subject, taken in by.items():
            target = SERVED.get(job) if subject == "kolba" else None
            faster = ratio(by["flask"], taken) if "flask" in by else None
            yield Figure(rate, job, subject, median(s.rate for s in taken), "/s", faster, target)
    for job, by in samples.items():
        for subject, taken in by.items():
            less = cpu_ratio(by["flask"], taken) if "flask" in by else None
            yield Figure(cpu, job, subject, median(s.cpu_us for s in taken), "us", less)
    for job, by in samples.items():
        for subject, taken in by.items():
            used = median(s.client_busy for s in taken) * 100
            yield Figure(busy, job, subject, used, "%")
    yield from floor(samples.get("J1", {}))
    yield from memory(result)


def floor(hello: dict[str, list[Sample]]) -> Iterator[Figure]:
    """What a request to J1 costs above a bare callable, the median over the rounds."""
    if "bare" not in hello or "flask" not in hello:
        return
    for subject in ("flask", "kolba"):
        if subject in hello:
            rounds = list(zip(hello[subject], hello["bare"], hello["flask"], strict=True))
            above = [one.cpu_us - bare.cpu_us for one, bare, _ in rounds]
            by_flask = [
                cost / flask.cpu_us for cost, (_, _, flask) in zip(above, rounds, strict=True)
            ]
            yield Figure(
                FLOOR_SECTION,
                f"{len(rounds)} rounds",
                subject,
                median(above),
                "us",
                target=FLOOR_COST if subject == "kolba" else None,
                scaled=median(by_flask) * FLASK_J1_SERVED,
            )


def memory(result: Result) -> Iterator[Figure]:
    """The workers' memory after the load, and what Kolba's is above Flask's."""
    section = "worker's memory after the load, MB"
    for subject, megabytes in result.rss.items():
        if subject in FRAMEWORKS:
            yield Figure(section, "RSS", subject, megabytes, "MB")
    if "flask" in result.rss and "kolba" in result.rss:
        more = result.rss["kolba"] - result.rss["flask"]
        yield Figure(section, "above Flask", "kolba", more, "MB", None, MEMORY_MB)
