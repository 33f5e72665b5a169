import datetime

import pytest
from tofupilot.v2.errors import APIError, ErrorBADREQUEST, ErrorFORBIDDEN, ErrorNOTFOUND

NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.timezone.utc)


@pytest.fixture
def procedure(user, name):
    """Id of a procedure."""
    return user.procedures.create(name=f"Procedure {name}").id


@pytest.fixture
def reported(name, procedure):
    """What a bench reports of a unit nobody knows."""
    return {
        "serial_number": name,
        "procedure_id": procedure,
        "part_number": f"P-{name}",
        "started_at": NOON,
        "ended_at": NOON + datetime.timedelta(minutes=4),
        "outcome": "PASS",
    }


def test_a_run_brings_everything_it_names(user, name, reported):
    made = user.runs.create(**reported, batch_number=f"L-{name}", revision_number="B", procedure_version="1.0")
    run = user.runs.get(id=made.id)
    assert (run.outcome, run.duration, run.procedure.version.tag) == ("PASS", "PT4M", "1.0")
    assert (run.unit.serial_number, run.unit.part.revision.number, run.unit.batch.number) == (name, "B", f"L-{name}")
    assert (run.phases, run.attachments, run.sub_units) == ([], [], [])
    assert [unit.serial_number for unit in user.batches.get(number=f"l-{name}").units] == [name]
    assert user.units.get(serial_number=name).created_during.id == made.id
    assert [item.last_run.id for item in user.units.list(serial_numbers=[name]).data] == [made.id]
    assert user.procedures.get(id=reported["procedure_id"]).runs_count == 1


def test_what_was_measured_comes_back(user, reported):
    times = {"started_at": NOON, "ended_at": NOON + datetime.timedelta(seconds=30)}
    limited = {"name": "voltage", "outcome": "PASS", "measured_value": 3.3, "units": "V", "lower_limit": 3.0, "upper_limit": 3.6}
    swept = {
        "name": "sweep",
        "outcome": "PASS",
        "x_axis": {"data": [1, 2], "units": "s"},
        "y_axis": [{"data": [3, 4], "units": "V"}],
    }
    made = user.runs.create(
        **reported,
        phases=[{"name": "power", "outcome": "PASS", **times, "measurements": [limited, swept]}],
        logs=[{"level": "INFO", "timestamp": NOON, "message": "on", "source_file": "bench.py", "line_number": 3}],
    )
    run = user.runs.get(id=made.id)
    voltage, sweep = run.phases[0].measurements
    assert [(one.operator, one.expected_value, one.outcome) for one in voltage.validators] == [(">=", 3.0, "PASS"), ("<=", 3.6, "PASS")]
    assert [(series.data, series.units) for series in sweep.data_series] == [([1, 2], "s"), ([3, 4], "V")]
    assert [(log.level, log.message, log.line_number) for log in run.logs] == [("INFO", "on", 3)]


def test_a_known_unit_is_moved_to_the_run_s_revision(user, name, reported):
    user.runs.create(**reported, revision_number="A")
    user.runs.create(**{**reported, "serial_number": name.lower()}, revision_number="B", batch_number=f"L-{name}")
    unit = user.units.get(serial_number=name)
    assert (unit.part.revision.number, unit.batch.number) == ("B", f"L-{name}")


def test_runs_are_listed_and_deleted(user, name, reported):
    first = user.runs.create(**reported)
    second = user.runs.create(**{**reported, "outcome": "FAIL", "started_at": NOON + datetime.timedelta(minutes=1)})
    listed = user.runs.list(procedure_ids=[reported["procedure_id"]]).data
    assert [run.id for run in listed] == [second.id, first.id]
    assert [run.id for run in user.runs.list(serial_numbers=[name.lower()], outcomes=["FAIL"]).data] == [second.id]
    assert [run.id for run in user.runs.list(search_query=first.id).data] == [first.id]
    assert user.runs.delete(ids=[first.id]).id == [first.id]
    with pytest.raises(ErrorNOTFOUND):
        user.runs.get(id=first.id)


def test_a_station_reports_only_what_it_is_linked_to(station, reported):
    with pytest.raises(ErrorFORBIDDEN) as refused:
        station.runs.create(**reported)
    assert "not authorized" in str(refused.value) and "Link the procedure" in str(refused.value)
    with pytest.raises(APIError) as forbidden:
        station.procedures.create(name="x")
    assert forbidden.value.status_code == 403 and "FORBIDDEN" in str(forbidden.value)


@pytest.mark.parametrize(
    "change,word",
    [
        ({"serial_number": ""}, "serial number"),
        ({"serial_number": "s" * 61}, "serial number"),
        ({"procedure_id": "x"}, "uuid"),
        ({"batch_number": ""}, "batch"),
        ({"part_number": ""}, "part"),
        ({"operated_by": "nobody"}, "email"),
        ({"ended_at": NOON - datetime.timedelta(seconds=1)}, "ended at"),
    ],
)
def test_a_bad_run_is_refused_in_words(user, reported, change, word):
    with pytest.raises(ErrorBADREQUEST) as refused:
        user.runs.create(**{**reported, **change})
    assert word in str(refused.value).lower()


def test_procedures_and_versions(user, name, procedure):
    assert user.procedures.get(id=procedure).recent_runs == []
    assert procedure in [item.id for item in user.procedures.list(search_query=name).data]
    user.procedures.update(id=procedure, name=f"  Renamed {name} ")
    assert user.procedures.get(id=procedure).name == f"Renamed {name}"
    made = user.procedures.versions.create(procedure_id=procedure, tag="V1")
    got = user.procedures.versions.get(procedure_id=procedure, tag="v1")
    assert (got.id, got.tag, got.run_count) == (made.id, "V1", 0)
    assert user.procedures.versions.delete(procedure_id=procedure, tag="V1").id == made.id
    assert user.procedures.delete(id=procedure).id == procedure
    with pytest.raises(ErrorNOTFOUND):
        user.procedures.get(id=procedure)
