import pytest
from tofupilot.v2.errors import APIError, ErrorBADREQUEST, ErrorCONFLICT, ErrorFORBIDDEN, ErrorNOTFOUND


def test_parts_and_their_revisions(user, name):
    made = user.parts.create(number=name, name="Pump")
    with pytest.raises(ErrorCONFLICT) as refused:
        user.parts.create(number=name.lower())
    assert "already exists" in str(refused.value)

    got = user.parts.get(number=name.lower())
    assert (got.id, got.name, [revision.number for revision in got.revisions]) == (made.id, "Pump", ["A"])
    user.parts.revisions.create(part_number=name, number="B")
    with pytest.raises(ErrorCONFLICT):
        user.parts.revisions.create(part_number=name, number="b")
    assert user.parts.revisions.get(part_number=name, revision_number="b").number == "B"
    user.parts.revisions.update(part_number=name, revision_number="B", number="C")
    assert sorted(item.number for item in user.parts.get(number=name).revisions) == ["A", "C"]

    updated = user.parts.update(number=name, new_number=name, name="Pump 2")
    assert (updated.id, updated.name) == (made.id, "Pump 2")
    assert [item.id for item in user.parts.list(search_query=name.lower()).data] == [made.id]
    gone = user.parts.delete(number=name)
    assert gone.id == made.id and len(gone.deleted_revision_ids) == 2
    with pytest.raises(ErrorNOTFOUND):
        user.parts.get(number=name)


@pytest.mark.parametrize("number,word", [("x" * 61, "60"), ("", "empty")])
def test_a_bad_part_number_is_refused_in_words(user, number, word):
    with pytest.raises(APIError) as refused:
        user.parts.create(number=number)
    assert refused.value.status_code == 400 and word in str(refused.value)


def test_units(user, name, part):
    made = user.units.create(serial_number=name, part_number=part, revision_number="A")
    with pytest.raises(ErrorCONFLICT) as refused:
        user.units.create(serial_number=name.lower(), part_number=part, revision_number="A")
    assert "already exists" in str(refused.value)
    with pytest.raises(ErrorNOTFOUND) as missing:
        user.units.create(serial_number=f"{name}-2", part_number=part, revision_number="Z")
    assert "revision" in str(missing.value).lower()

    got = user.units.get(serial_number=name.lower())
    assert (got.id, got.parent, got.children) == (made.id, None, [])
    user.units.update(serial_number=name, new_serial_number=f"{name}-X")
    assert user.units.get(serial_number=f"{name}-X").id == made.id

    assert [item.id for item in user.units.list(part_numbers=[part]).data] == [made.id]
    assert [item.id for item in user.units.list(search_query=f"{name}-x".lower()).data] == [made.id]
    assert user.units.delete(serial_numbers=[f"{name}-X"]).id == [made.id]
    with pytest.raises(ErrorNOTFOUND):
        user.units.delete(serial_numbers=[f"{name}-X"])


def test_children(user, name, part):
    ids = {
        serial: user.units.create(serial_number=f"{name}-{serial}", part_number=part, revision_number="A").id for serial in "abc"
    }
    assert user.units.add_child(serial_number=f"{name}-a", child_serial_number=f"{name}-b").id == ids["b"]
    assert user.units.add_child(serial_number=f"{name}-b", child_serial_number=f"{name}-c").id == ids["c"]
    assert user.units.get(serial_number=f"{name}-c").parent.id == ids["b"]
    assert [child.id for child in user.units.get(serial_number=f"{name}-a").children] == [ids["b"]]
    with pytest.raises(ErrorBADREQUEST):
        user.units.add_child(serial_number=f"{name}-c", child_serial_number=f"{name}-a")
    with pytest.raises(ErrorBADREQUEST) as refused:
        user.units.remove_child(serial_number=f"{name}-a", child_serial_number=f"{name}-c")
    assert "is not a child of" in str(refused.value)
    assert user.units.remove_child(serial_number=f"{name}-a", child_serial_number=f"{name}-b").id == ids["b"]
    assert user.units.get(serial_number=f"{name}-b").parent is None


def test_stations(user, station, name):
    made = user.stations.create(name=name)
    assert user.stations.create(name=name).id != made.id
    got = user.stations.get(id=made.id)
    assert (got.name, got.api_key, got.procedures) == (name, None, [])
    assert user.stations.update(id=made.id, name=f"{name}-2").name == f"{name}-2"
    assert made.id in [item.id for item in user.stations.list(search_query=name).data]
    assert user.stations.remove(id=made.id).id == made.id
    with pytest.raises(ErrorNOTFOUND):
        user.stations.get(id=made.id)

    assert station.stations.get_current().name
    with pytest.raises(ErrorFORBIDDEN):
        user.stations.get_current()
    with pytest.raises(ErrorFORBIDDEN):
        station.stations.create(name=name)
