"""What the releases of autumn 2026 have and those of spring have not."""

import datetime

import pytest
from tofupilot.v2.errors import ErrorFORBIDDEN


def test_unit_metadata_and_samples(user, name, part):
    made = user.units.create(serial_number=name, part_number=part, revision_number="A", metadata={"line": "3", "hot": True})
    assert user.units.get(serial_number=name).sample is None
    assert user.units.get(serial_number=name).metadata == {"line": "3", "hot": True}
    user.units.update(serial_number=name, metadata={"hot": None}, sample="golden")
    listed = user.units.list(part_numbers=[part], samples=["golden"], include_metadata=True)
    assert [(item.id, item.metadata) for item in listed.data] == [(made.id, {"line": "3"})]
    assert user.units.list(part_numbers=[part], metadata={"line": {"in": ["4"]}}).data == []


def test_run_metadata(user, name):
    noon = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.timezone.utc)
    procedure_id = user.procedures.create(name=name).id
    made = user.runs.create(
        serial_number=name,
        procedure_id=procedure_id,
        part_number=name,
        started_at=noon,
        ended_at=noon,
        outcome="PASS",
        metadata={"bench": "7", "retry": 1, "hot": True},
        unit_metadata={"line": "3"},
    )
    assert user.runs.get(id=made.id).metadata == {"bench": "7", "retry": 1, "hot": True}
    user.runs.update_metadata(id=made.id, metadata={"retry": None, "bench": "8"})
    listed = user.runs.list(procedure_ids=[procedure_id], metadata={"bench": {"in": ["8"]}}, include_metadata=True)
    assert [item.metadata for item in listed.data] == [{"bench": "8", "hot": True}]
    assert user.units.get(serial_number=name).metadata == {"line": "3"}


def test_users(user, station):
    for client in (user, station):
        everybody = client.users.list()
        assert len(everybody) >= 1 and "@" in everybody[0].email
    assert "@" in user.users.get_current().email
    with pytest.raises(ErrorFORBIDDEN):
        station.users.get_current()
