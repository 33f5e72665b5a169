"""What the releases of autumn 2026 have and those of spring have not."""

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


def test_users(user, station):
    for client in (user, station):
        everybody = client.users.list()
        assert len(everybody) >= 1 and "@" in everybody[0].email
    assert "@" in user.users.get_current().email
    with pytest.raises(ErrorFORBIDDEN):
        station.users.get_current()
