"""The official client, pointed at a running station: nothing else is set up for it."""

import itertools
import os

import pytest
from tofupilot.v2 import TofuPilot

URL = os.environ["LOTKEEPER_URL"]
_count = itertools.count()


@pytest.fixture(params=["/v2 mount", "/api/v2 mount"], scope="session")
def url(request):
    return URL if request.param == "/v2 mount" else f"{URL}/api"


@pytest.fixture(scope="session")
def user(url):
    with TofuPilot(api_key=os.environ["LOTKEEPER_USER_KEY"], server_url=url) as client:
        yield client


@pytest.fixture(scope="session")
def station(url):
    with TofuPilot(api_key=os.environ["LOTKEEPER_STATION_KEY"], server_url=url) as client:
        yield client


@pytest.fixture
def name():
    """A number nobody else uses."""
    return f"PY-{os.getpid()}-{next(_count)}"


@pytest.fixture
def part(user, name):
    """Number of a part whose revision is A."""
    user.parts.create(number=f"P-{name}", name="Main board", revision_number="A")
    return f"P-{name}"
