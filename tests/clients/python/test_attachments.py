import pytest


@pytest.fixture
def unit(user, name, part):
    """Serial number of a unit."""
    user.units.create(serial_number=name, part_number=part, revision_number="A")
    return name


def test_a_file_of_a_unit_is_uploaded_shown_downloaded_and_deleted(user, unit, tmp_path):
    file = tmp_path / "scope 1.csv"
    file.write_bytes(b"a;b\n" * 300_000)
    id = user.units.attachments.upload(serial_number=unit, file=file)
    assert len(id) == 36

    [shown] = user.units.get(serial_number=unit).attachments
    assert (shown.id, shown.name, shown.size) == (id, "scope 1.csv", file.stat().st_size)
    copy = user.units.attachments.download(shown, tmp_path / "copy.csv")
    assert copy.read_bytes() == file.read_bytes()

    assert user.units.attachments.delete(serial_number=unit, ids=[id]).ids == [id]
    assert user.units.get(serial_number=unit).attachments == []


def test_an_upload_of_its_own_is_given_to_a_unit_by_an_update(user, unit):
    import httpx

    begun = user.attachments.initialize(name="report.pdf")
    assert httpx.put(begun.upload_url, content=b"%PDF").status_code == 200
    url = user.attachments.finalize(id=begun.id).url
    assert httpx.get(url).content == b"%PDF"
    user.units.update(serial_number=unit, attachments=[begun.id])
    [shown] = user.units.get(serial_number=unit).attachments
    assert (shown.id, shown.name) == (begun.id, "report.pdf")
