"""A server with a finished run, and a client of it."""

from collections.abc import Iterator

import pytest

from strikebook.client import Client, Result
from tests.server.conftest import served
from tests.server.running import STRATEGY, USER, Running

__all__ = ["served"]


@pytest.fixture(scope="session")
def client(served: Running) -> Iterator[Client]:
    with Client(served.url) as made:
        yield made


@pytest.fixture(scope="session")
def result(client: Client) -> Result:
    return client.result(USER, STRATEGY)
