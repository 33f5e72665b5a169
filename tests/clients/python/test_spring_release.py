"""What the releases of spring 2026 have and those of autumn have not."""


def test_users(user, station):
    assert len(user.user.list(current=True)) == 1
    assert station.user.list(current=True) == []
    assert "@" in station.user.list()[0].email
