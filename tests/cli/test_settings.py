"""Settings as a user meets them: from the environment, for every command, and what is said where they make no sense."""

import inspect
import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest
import typer

from strikebook.cli.serve_command import serve
from strikebook.cli.settings_reader import _PREFIX, DEFAULT_RESULTS, read_settings
from strikebook.errors import UsageError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.server.keys import FILE_NAME, Keys
from strikebook.settings import PREFIX, Settings
from tests.cli.program import Place, make_place
from tests.jobs.made_job import make_job


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_keys_and_jobs_take_the_results_of_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """STRIKEBOOK_RESULTS names the folder of ``keys``, ``jobs`` and ``jobs cancel``; --results goes before it."""
    job = make_job()
    FolderJobs(place.folder / "other").add(job, b"{}")
    monkeypatch.setenv("STRIKEBOOK_RESULTS", "other")
    assert place.strikebook("keys", "add", "--user", "me").returncode == 0
    assert [key.user_id for key in Keys(place.folder / "other" / FILE_NAME).known()] == ["me"]
    assert "me" in place.strikebook("keys", "list").stdout
    assert "no keys" in place.strikebook("keys", "list", "--results", "third").stdout
    assert job.job_id in place.strikebook("jobs").stdout
    assert "no jobs in third" in place.strikebook("jobs", "--results", "third").stdout
    assert place.strikebook("jobs", "cancel", job.job_id).returncode == 0
    assert not (place.folder / "backtest_data").exists()


def test_cancel_takes_the_results_named_before_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """``jobs --results R cancel`` looks in R, also where the environment says something else."""
    job = make_job()
    FolderJobs(place.folder / "mine").add(job, b"{}")
    monkeypatch.setenv("STRIKEBOOK_RESULTS", "other")
    missed = place.strikebook("jobs", "cancel", job.job_id)
    assert (missed.returncode, missed.stderr.splitlines()[0][:18]) == (1, "strikebook: other:")
    assert place.strikebook("jobs", "--results", "mine", "cancel", job.job_id).returncode == 0
    assert place.strikebook("jobs", "cancel", job.job_id, "--results", "mine").returncode == 0


def test_run_and_show_take_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Market, results, hours to live and free space of a run of the command line come from the environment."""
    place = make_place(tmp_path)
    for name, value in {"MARKET": "market", "RESULTS": "other", "WORKERS": "1", "TTL_HOURS": "36"}.items():
        monkeypatch.setenv(f"STRIKEBOOK_{name}", value)
    call = ("run", "strategy.json", "--from", "2024-09-30", "--to", "2024-10-07", "--user", "me")
    assert place.here(*call).returncode == 0
    document = read_json(place.here("show", "me", "worked-day", "--json").stdout)
    lived = datetime.fromisoformat(document["expires_at"]) - datetime.fromisoformat(document["created_at"])
    assert lived.total_seconds() == 36 * 3600
    monkeypatch.setenv("STRIKEBOOK_MINIMUM_FREE_MB", str(10**12))
    assert place.here(*call).returncode == 1


def read_json(text: str) -> dict[str, str]:
    import orjson

    document: dict[str, str] = orjson.loads(text)
    return document


@pytest.mark.parametrize(
    ("variable", "value", "names"),
    [
        ("STRIKEBOOK_PORT", "ninety", "port"),
        ("STRIKEBOOK_PORT", "70000", "65535"),
        ("STRIKEBOOK_TTL_HOURS", "0", "greater than 0"),
        ("STRIKEBOOK_OPEN_TO_NETWORK", "perhaps", "boolean"),
        ("STRIKEBOOK_ALLOWED_HOSTS", "http://example.org", "without http://"),
        ("STRIKEBOOK_ALLOWED_ORIGINS", "example.org", "like https://example.org"),
    ],
)
def test_a_setting_that_makes_no_sense_is_a_usage_error(
    place: Place, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, names: str
) -> None:
    """``serve`` ends with status 2 and one message: the variable, what it holds, what would be right."""
    monkeypatch.setenv(variable, value)
    done = place.strikebook("serve", "--results", "other")
    assert done.returncode == 2
    for text in (f"strikebook: {variable}: ", value, names, "docs/settings.md"):
        assert text in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(place.folder.iterdir()) == []


def test_an_option_that_makes_no_sense_is_named() -> None:
    """What was given on the command line is named as its option, not as a variable."""
    with pytest.raises(UsageError) as caught:
        read_settings({"ttl_hours": -1.0})
    assert caught.value.where == "--ttl-hours"


def test_lists_are_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts and origins are given with commas between them, blanks do not matter, empty is not set."""
    monkeypatch.setenv("STRIKEBOOK_ALLOWED_HOSTS", "example.org, fe80::1 ,192.168.1.20,")
    monkeypatch.setenv("STRIKEBOOK_ALLOWED_ORIGINS", "https://example.org")
    monkeypatch.setenv("STRIKEBOOK_PORT", "")
    settings = read_settings({})
    assert settings.allowed_hosts == ("example.org", "fe80::1", "192.168.1.20")
    assert settings.allowed_origins == ("https://example.org",)
    assert settings.port == 8000


def test_an_unknown_variable_is_warned_of(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is nearly a setting is named with the one that was meant; the command goes on."""
    monkeypatch.setenv("STRIKEBOOK_RESULT", "other")
    monkeypatch.setenv("STRIKEBOOK_ZZZ", "1")
    monkeypatch.setenv("STRIKEBOOK_URL", "http://127.0.0.1:1")
    done = place.strikebook("jobs")
    assert done.returncode == 0
    assert "warning: STRIKEBOOK_RESULT is no setting and is ignored (did you mean STRIKEBOOK_RESULTS?)" in done.stderr
    assert "warning: STRIKEBOOK_ZZZ is no setting and is ignored (docs/settings.md has every setting)" in done.stderr
    assert done.stderr.count("\n") == 2


def test_the_commands_agree_with_the_settings() -> None:
    """``serve`` describes each option as the setting does, with the same default; so do the others."""
    assert (Settings.model_fields["results"].default, PREFIX) == (DEFAULT_RESULTS, _PREFIX)
    options = {name: given.annotation for name, given in inspect.signature(serve, eval_str=True).parameters.items()}
    settings = Settings.model_fields.keys() & options.keys()
    assert set(options) - settings == {"first_backtest"}
    for name in settings:
        (option,) = [each for each in options[name].__metadata__ if isinstance(each, typer.models.OptionInfo)]
        field = Settings.model_fields[name]
        assert option.help == field.description
        if isinstance(option.show_default, str):
            assert option.show_default == f"{field.default:g}" if name == "ttl_hours" else str(field.default)


@pytest.mark.parametrize("command", ["serve", "keys", "keys add", "keys list", "keys remove", "jobs", "jobs cancel"])
def test_help_has_an_example(place: Place, command: str) -> None:
    """Each of the server's commands shows in its help how it is called."""
    done = place.strikebook(*shlex.split(command), "--help")
    assert done.returncode == 0
    assert f"strikebook {command}" in done.stdout.partition("Usage:")[2].split("\n", 1)[-1].partition("Options")[0]


def test_the_page_has_every_setting() -> None:
    """docs/settings.md has a row for each setting, with its default and its description, and no other row."""
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    rows = {
        name: (default, told) for name, default, told in re.findall(r"^\| `(\w+)` \| (.*?) ?\| (.*) \|$", page, re.M)
    }
    assert rows.keys() == Settings.model_fields.keys()
    for name, field in Settings.model_fields.items():
        default = f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
        default = default.lower() if isinstance(field.default, bool) else default
        none = field.default in (None, "", ())
        assert rows[name] == ("" if none else f"`{default}`", field.description)
