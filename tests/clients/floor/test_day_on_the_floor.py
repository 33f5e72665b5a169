"""A day on the floor: one station, four test benches that use the official client, and no headquarters all day.

The station dies twice without warning. A bench does what any test script does: it sends a report again until it has an answer.
In the evening headquarters is back, and there must be every run, once.
"""

import datetime
import json
import os
import pathlib
import signal
import subprocess
import threading

import httpx
import pytest
from tofupilot.v2 import TofuPilot
from tofupilot.v2.errors import ErrorFORBIDDEN

ROOT = pathlib.Path(__file__).parents[3]
NODE = os.environ["LOTKEEPER_NODE"]
BENCHES = 4
RUNS_EACH = 500
UNITS_IN_BATCH = 100
MORNING = datetime.datetime(2026, 1, 5, 6, tzinfo=datetime.timezone.utc)
OUTCOMES = {0: "FAIL", 7: "ERROR"}


class Process:
    """A program of ours on a port that it keeps over its restarts."""

    def __init__(self, program: str, folder: pathlib.Path, *args: str):
        self.command = [NODE, str(ROOT / program), "--data-dir", str(folder), *args]
        self.folder = folder
        self.port = "0"
        self.start()

    def start(self):
        self.child = subprocess.Popen(
            [*self.command, "--port", self.port], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        self.url = json.loads(self.child.stdout.readline())["url"]
        self.port = self.url.rsplit(":", 1)[1]

    def end(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        self.child.wait()
        self.child.stdout.close()

    def key(self, kind: str) -> str:
        return json.loads((self.folder / "keys.json").read_text())[kind]

    def lotkeeper(self, *words: str) -> subprocess.CompletedProcess:
        command = [NODE, str(ROOT / "src/cli/index.ts"), *words, "--data-dir", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


class Day:
    """How far the benches are, and whether the station stands."""

    def __init__(self):
        self.reported: dict[str, str] = {}
        self.progress = threading.Condition()
        self.up = threading.Event()
        self.up.set()
        self.repeated = 0

    def done(self, serial: str, run_id: str):
        with self.progress:
            self.reported[serial] = run_id
            self.progress.notify_all()

    def wait_for(self, count: int):
        with self.progress:
            assert self.progress.wait_for(lambda: len(self.reported) >= count, timeout=300), "the benches stand still"


def report(bench: int, n: int, procedure_id: str) -> dict:
    started = MORNING + datetime.timedelta(seconds=60 * n + bench)
    place = n * BENCHES + bench
    return {
        "serial_number": f"FLOOR-{bench}-{n:04}",
        "procedure_id": procedure_id,
        "procedure_version": "1.0",
        "part_number": "PCB-7",
        "batch_number": f"LOT-{place // UNITS_IN_BATCH:03}",
        "outcome": OUTCOMES.get(n % 20, "PASS"),
        "started_at": started,
        "ended_at": started + datetime.timedelta(seconds=42),
        "phases": [
            {
                "name": "power",
                "outcome": "PASS",
                "started_at": started,
                "ended_at": started + datetime.timedelta(seconds=42),
                "measurements": [
                    {"name": f"rail {k}", "outcome": "PASS", "measured_value": 3.3 + n / 1e4, "units": "V", "lower_limit": 3.2}
                    for k in range(5)
                ],
            }
        ],
    }


def work(bench: int, station: Process, key: str, procedure_id: str, day: Day):
    with TofuPilot(api_key=key, server_url=station.url) as client:
        for n in range(RUNS_EACH):
            wanted = report(bench, n, procedure_id)
            while True:
                day.up.wait()
                try:
                    day.done(wanted["serial_number"], client.runs.create(**wanted).id)
                    break
                except httpx.TransportError:
                    day.repeated += 1


def every_run(client: TofuPilot) -> list:
    runs, cursor = [], 0
    while cursor is not None:
        page = client.runs.list(limit=100, cursor=cursor, sort_by="created_at", sort_order="asc")
        runs += page.data
        cursor = page.meta.next_cursor
    return runs


def same_day(client: TofuPilot, day: Day):
    """Every run once, under the id that its bench was told, and the batches as they filled."""
    runs = every_run(client)
    assert len(runs) == BENCHES * RUNS_EACH
    assert {run.unit.serial_number: run.id for run in runs} == day.reported
    assert {run.outcome for run in runs} == {"PASS", "FAIL", "ERROR"}
    batches = client.batches.list(limit=100, search_query="LOT-").data
    assert {batch.number: batch.unit_count for batch in batches} == {
        f"LOT-{i:03}": UNITS_IN_BATCH for i in range(BENCHES * RUNS_EACH // UNITS_IN_BATCH)
    }
    assert [part.number for part in client.parts.list().data] == ["PCB-7"]
    unit = client.units.get(serial_number="floor-0-0000")
    assert unit.created_during.outcome == "FAIL" and unit.batch.number == "LOT-000"


@pytest.fixture
def processes():
    started: list[Process] = []
    yield started
    for process in started:
        if process.child.poll() is None:
            process.end(signal.SIGKILL)


def test_a_day_without_headquarters_and_with_two_kills_loses_and_doubles_nothing(tmp_path, processes):
    office = Process("src/central/index.ts", tmp_path / "office")
    processes.append(office)
    added = json.loads(office.lotkeeper("stations", "add", "--name", "Floor").stdout)
    station = Process(
        "src/main/headless.ts", tmp_path / "station", "--central", office.url, "--enroll", added["code"], "--log-level", "silent"
    )
    processes.append(station)
    key = station.key("station")

    with TofuPilot(api_key=station.key("user"), server_url=station.url) as user:
        procedure_id = user.procedures.create(name="End of line").id
    with TofuPilot(api_key=key, server_url=station.url) as bench:
        with pytest.raises(ErrorFORBIDDEN) as refused:
            bench.runs.create(**report(9, 0, procedure_id))
        assert "not authorized" in str(refused.value) and "Link the procedure" in str(refused.value)
    assert station.lotkeeper("procedures", "link", procedure_id).returncode == 0
    office.end()

    day = Day()
    benches = [threading.Thread(target=work, args=(i, station, key, procedure_id, day), daemon=True) for i in range(BENCHES)]
    for bench in benches:
        bench.start()
    for share in (1 / 3, 2 / 3):
        day.wait_for(int(BENCHES * RUNS_EACH * share))
        day.up.clear()
        station.end(signal.SIGKILL)
        station.start()
        day.up.set()
    day.wait_for(BENCHES * RUNS_EACH)
    for bench in benches:
        bench.join()
    assert day.repeated > 0, "no bench noticed the kills"

    with TofuPilot(api_key=station.key("user"), server_url=station.url) as user:
        same_day(user, day)
        measured = user.runs.get(id=day.reported["FLOOR-3-0499"])
        assert len(measured.phases[0].measurements) == 5

    office.start()
    # A round sends a part of the day at a time; it says by its exit code whether anything is left.
    for _ in range(100):
        if station.lotkeeper("sync").returncode == 0:
            break
    with TofuPilot(api_key=office.key("user"), server_url=office.url) as user:
        same_day(user, day)
        assert [linked.name for linked in user.procedures.get(id=procedure_id).stations] == ["Floor"]
