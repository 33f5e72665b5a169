from datetime import datetime, timedelta, timezone

import pytest
from tofupilot.v2 import TofuPilot
from tofupilot.v2.errors import APIError, ErrorBADREQUEST, ErrorCONFLICT, ErrorNOTFOUND, ErrorUNAUTHORIZED


def test_create_get_rename_delete(user, name):
    made = user.batches.create(number=name)
    assert len(made.id) == 36

    got = user.batches.get(number=name.lower())
    assert (got.id, got.number, got.units) == (made.id, name, [])
    assert got.created_by_user.id and got.created_by_station is None
    assert abs(got.created_at - datetime.now(timezone.utc)) < timedelta(minutes=1)

    assert user.batches.update(number=name, new_number=f"{name}.b:1+x").id == made.id
    with pytest.raises(ErrorNOTFOUND):
        user.batches.get(number=name)
    assert user.batches.get(number=f"{name}.b:1+x").id == made.id

    assert user.batches.delete(number=f"{name}.b:1+x").id == [made.id]
    with pytest.raises(ErrorNOTFOUND):
        user.batches.delete(number=f"{name}.b:1+x")


def test_a_number_exists_once_in_any_case(user, name):
    made = user.batches.create(number=name)
    with pytest.raises(ErrorCONFLICT) as refused:
        user.batches.create(number=name.lower())
    assert made.id in str(refused.value)


@pytest.mark.parametrize("number", ["", "x" * 61, "a b", "a/b", "a(b", "a#b", "a&b", "a,b", ".", "..", "ü"])
def test_what_is_no_number_is_refused_in_words(user, number):
    with pytest.raises(ErrorBADREQUEST) as refused:
        user.batches.create(number=number)
    assert "Input validation failed" in str(refused.value)
    assert "atch number" in str(refused.value)


def test_numbers_that_cannot_be_addressed_do_no_harm(user, name):
    user.batches.create(number=name)
    for number in ["", ".", ".."]:
        with pytest.raises((ErrorNOTFOUND, APIError)):
            user.batches.delete(number=number)
    with pytest.raises((ErrorNOTFOUND, ErrorBADREQUEST, APIError)):
        user.batches.get(number="100%")
    assert user.batches.get(number=name).number == name


def test_list_pages_filters_and_sorts(user, name):
    start = datetime.now(timezone.utc) - timedelta(seconds=2)
    ids = [user.batches.create(number=f"{name}-{i}").id for i in range(3)]

    first = user.batches.list(search_query=name.lower(), limit=2)
    assert [item.id for item in first.data] == [ids[2], ids[1]]
    assert (first.meta.has_more, first.meta.next_cursor) == (True, 2)
    last = user.batches.list(search_query=name.lower(), limit=2, cursor=2)
    assert [item.id for item in last.data] == [ids[0]]
    assert (last.meta.has_more, last.meta.next_cursor) == (False, None)
    assert first.data[0].unit_count == 0

    assert [item.id for item in user.batches.list(ids=ids, sort_by="number", sort_order="asc").data] == ids
    assert [item.id for item in user.batches.list(numbers=[f"{name}-1".lower(), f"{name}-0"]).data] == [ids[1], ids[0]]
    window = user.batches.list(search_query=name, created_after=start, created_before=datetime.now(timezone.utc))
    assert len(window.data) == 3
    east = timezone(timedelta(hours=2))
    assert len(user.batches.list(search_query=name, created_after=start.astimezone(east)).data) == 3
    assert user.batches.list(search_query=name, created_after=datetime.now(timezone.utc) + timedelta(hours=1)).data == []
    assert user.batches.list(search_query="100%_").data == []


def test_a_time_without_offset_is_refused(user):
    with pytest.raises(ErrorBADREQUEST):
        user.batches.list(created_after=datetime.now())


def test_units_fill_a_batch(user, name, part):
    user.batches.create(number=name)
    user.units.create(serial_number=f"SN-{name}", part_number=part, revision_number="a")
    user.units.update(serial_number=f"sn-{name}", batch_number=name.lower())

    unit = user.batches.get(number=name).units[0]
    assert (unit.serial_number, unit.part.number, unit.part.revision.number) == (f"SN-{name}", part, "A")
    for query in [{"part_numbers": [part]}, {"search_query": f"sn-{name}"}, {"part_numbers": [part], "revision_numbers": ["A"]}]:
        assert [(item.number, item.unit_count) for item in user.batches.list(**query).data] == [(name, 1)]

    user.units.update(serial_number=f"SN-{name}", batch_number=None)
    assert user.batches.get(number=name).units == []
    user.units.update(serial_number=f"SN-{name}", batch_number=name)
    user.batches.delete(number=name)
    assert user.units.get(serial_number=f"SN-{name}").batch is None


def test_a_station_creates_and_reads_but_neither_renames_nor_deletes(station, name):
    made = station.batches.create(number=name)
    got = station.batches.get(number=name)
    assert got.id == made.id and got.created_by_user is None and got.created_by_station.name
    for call in (
        lambda: station.batches.update(number=name, new_number=f"{name}-2"),
        lambda: station.batches.update(number=name, new_number=""),
        lambda: station.batches.delete(number=name),
        lambda: station.batches.delete(number="NEVER-MADE"),
    ):
        with pytest.raises(APIError) as refused:
            call()
        assert refused.value.status_code == 403 and "forbidden" in str(refused.value).lower()
    assert station.batches.get(number=name).number == name


def test_without_a_key_or_with_a_wrong_one(url):
    for key in (None, "lk_wrong"):
        with TofuPilot(api_key=key, server_url=url) as client, pytest.raises(ErrorUNAUTHORIZED):
            client.batches.list()
