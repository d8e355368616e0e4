"""One open server for all tests that leave it as it is: it has a finished run of ``USER``."""

from collections.abc import Iterator

import pytest

from tests.server.running import RUN, Running, ended, running, submitted


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("served")) as server:
        status = ended(server.client, submitted(server.client, RUN))
        assert status["status"] == "completed", status
        yield server
