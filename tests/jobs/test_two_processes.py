"""The rules of jobs between real processes, one of which is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from strikebook.errors import BusyError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job import Owner
from strikebook.jobs.job_manager import PROCESS_ENDED, JobManager
from tests.jobs.made_job import NOON
from tests.jobs.test_job_manager import submit

_OTHER = """
import sys, time
from pathlib import Path
from strikebook.jobs.folder_jobs import FolderJobs
from tests.jobs.test_job_manager import manager, submit
jobs = manager(FolderJobs(Path(sys.argv[1])), sys.argv[2])
job = submit(jobs)
jobs.start(job.job_id)
print(job.job_id, flush=True)
time.sleep(60)
"""


def other_process(folder: Path, owner: Owner) -> tuple[subprocess.Popen[str], str]:
    """A process that runs a job of user ``a``, and the job's id."""
    process = subprocess.Popen([sys.executable, "-c", _OTHER, folder, owner], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("owner", ["server", "command line"])
def test_a_living_processes_job_excludes_and_a_killed_ones_does_not(tmp_path: Path, owner: Owner) -> None:
    """While it lives its user is refused; after SIGKILL a server goes on with a server's job, and closes the other."""
    process, job_id = other_process(tmp_path, owner)
    try:
        store = FolderJobs(tmp_path)
        here = JobManager(store, lambda: NOON, 10, "server")
        assert here.recover() == []
        with pytest.raises(BusyError, match=job_id):
            submit(here)
    finally:
        end(process)
    after = JobManager(store, lambda: NOON, 10, "server")
    taken_up = [job.job_id for job in after.recover()]
    found = store.get(job_id)
    assert found is not None
    if owner == "server":
        assert taken_up == [job_id]
        with pytest.raises(BusyError, match=job_id):
            submit(after)
    else:
        assert (taken_up, found.state, found.error) == ([], "failed", PROCESS_ENDED)
        assert submit(after).job_id != job_id
