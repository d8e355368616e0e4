"""``strikebook webhooks``: who is told when a job ends, and how that went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results, read_settings
from strikebook.cli.texts import inert, make_console

if TYPE_CHECKING:
    from strikebook.service.webhooks import Webhooks
    from strikebook.webhooks.webhook import Delivery, Webhook

_HELP = """Webhooks: a URL that is told, signed, when a job completes, fails or is cancelled. docs/webhooks.md.

\b
Say where they may go, to the server and to this command:
  export STRIKEBOOK_WEBHOOK_HOSTS=hooks.example.com

\b
Make one, try it, and see what it was told:
  strikebook webhooks add me https://hooks.example.com/strikebook
  strikebook webhooks test wh_0123456789abcdef
  strikebook webhooks log wh_0123456789abcdef

\b
See which there are, and take one back; one that failed for days is off until it is switched on:
  strikebook webhooks list
  strikebook webhooks on wh_0123456789abcdef
  strikebook webhooks remove wh_0123456789abcdef

They belong to a results folder (--results, STRIKEBOOK_RESULTS); its server tells them, of jobs of `strikebook run` too.
"""

webhooks_app = typer.Typer(no_args_is_help=True, help=_HELP)

_Id = Annotated[str, typer.Argument(help="The webhook's id, as the list has it.", show_default=False)]


@webhooks_app.command("add")
def add(
    user: Annotated[str, typer.Argument(help="Whose jobs to tell of.", show_default=False)],
    url: Annotated[str, typer.Argument(help="Where to: https://host/path.", show_default=False)],
    events: Annotated[str, typer.Option(help="What to tell of; commas between them.")] = "completed,failed,cancelled",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="A file with the secret to sign with; without it one is made.", show_default=False),
    ] = None,
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Make a webhook. Its secret, where one is made, is shown this once: on the standard output, alone.

    \b
    strikebook webhooks add me https://hooks.example.com/strikebook
    strikebook webhooks add me https://hooks.example.com/strikebook --events failed,cancelled
    strikebook webhooks add me https://hooks.example.com/strikebook --secret-file secret.txt
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    chosen = tuple(part.strip() for part in events.split(",") if part.strip())
    secret = None if secret_file is None else _read_secret(secret_file)
    made, shown = _webhooks(results).add(user, url, chosen, secret)
    typer.echo(f"made the webhook {made.webhook_id}: {', '.join(made.events)} of {made.user_id}", err=True)
    if shown is not None:
        typer.echo(shown)
        typer.echo("This is the secret that deliveries are signed with; it cannot be shown again.", err=True)
    typer.echo(f"Try it: strikebook webhooks test {made.webhook_id}", err=True)


@webhooks_app.command("list")
def show(
    user: Annotated[str | None, typer.Option(help="Only this user's.", show_default=False)] = None,
    results: Results = DEFAULT_RESULTS,
) -> None:
    """List the webhooks: whose they are, where they go, of what they tell. Never a secret.

    \b
    strikebook webhooks list
    strikebook webhooks list --user me
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    webhooks = _webhooks(results)
    found = webhooks.of_user(user)
    table = Table("id", "whose", "tells of", "where to", "made", "note")
    for each in found:
        note = _note(each) or webhooks.hosts.refusal(each.url) or ""
        made = each.created_at.replace(microsecond=0).isoformat()
        table.add_row(each.webhook_id, each.user_id, ", ".join(each.events), each.url, made, note)
    make_console().print(table if found else f"no webhooks in {results}")


@webhooks_app.command("remove")
def remove(webhook_id: _Id, results: Results = DEFAULT_RESULTS) -> None:
    """Remove a webhook, with its log and what it has not been told; a running server sees it within a second.

    \b
    strikebook webhooks remove wh_0123456789abcdef
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    removed = _webhooks(results).remove(webhook_id)
    typer.echo(f"removed the webhook {removed.webhook_id} of {removed.user_id}")


@webhooks_app.command("test")
def send_test(webhook_id: _Id, results: Results = DEFAULT_RESULTS) -> None:
    """Send a test to a webhook from here, once, and say what came of it. Exit status 1 where it was not delivered.

    \b
    strikebook webhooks test wh_0123456789abcdef
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    _say_outcome(_webhooks(results).test_here(webhook_id))


@webhooks_app.command("redeliver")
def redeliver(
    webhook_id: _Id,
    delivery_id: Annotated[str, typer.Argument(help="The delivery's id, as the log has it.", show_default=False)],
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Send a delivery that has ended again from here, once, under its own id. Exit status 1 where it was not delivered.

    \b
    strikebook webhooks redeliver wh_0123456789abcdef whd_0123456789abcdef01234567
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    _say_outcome(_webhooks(results).redeliver_here(webhook_id, delivery_id))


@webhooks_app.command("on")
def switch_on(webhook_id: _Id, results: Results = DEFAULT_RESULTS) -> None:
    """Switch a webhook on: it is told of what ends from now on, not of what ended while it was off.

    \b
    strikebook webhooks on wh_0123456789abcdef
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    webhook = _webhooks(results).on(webhook_id)
    typer.echo(f"the webhook {webhook.webhook_id} of {webhook.user_id} is on")


@webhooks_app.command("off")
def switch_off(webhook_id: _Id, results: Results = DEFAULT_RESULTS) -> None:
    """Switch a webhook off: it is told nothing until it is switched on, and what waits for it is given up.

    \b
    strikebook webhooks off wh_0123456789abcdef
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    webhook = _webhooks(results).off(webhook_id)
    typer.echo(f"the webhook {webhook.webhook_id} of {webhook.user_id} is off")


@webhooks_app.command("log")
def log(webhook_id: _Id, results: Results = DEFAULT_RESULTS) -> None:
    """List what a webhook was told or will be, the newest first, with what came of the last try.

    \b
    strikebook webhooks log wh_0123456789abcdef
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    found = _webhooks(results).deliveries(webhook_id)
    table = Table("delivery", "event", "job", "since", "state", "tries", "last outcome", "next try")
    for each in found:
        last = each.tries[-1].outcome if each.tries else "not tried yet"
        since = each.created_at.replace(microsecond=0).isoformat()
        following = "" if each.next_try_at is None else each.next_try_at.replace(microsecond=0).isoformat()
        cells = (each.delivery_id, each.event, each.job_id or "", since, each.state, str(len(each.tries)), last)
        table.add_row(*cells, following)
    make_console().print(table if found else f"{webhook_id} has been told nothing yet")


def _say_outcome(delivery: Delivery) -> None:
    tried = delivery.tries[-1]
    typer.echo(inert(f"{tried.outcome} ({tried.ms} ms)"))
    if delivery.state != "delivered":
        raise typer.Exit(1)


def _note(webhook: Webhook) -> str:
    """What is out of the ordinary with a webhook."""
    if webhook.off_since is not None:
        return f"off since {webhook.off_since.replace(microsecond=0).isoformat()}: {webhook.off_reason}"
    if webhook.failing_since is not None:
        return f"failing since {webhook.failing_since.replace(microsecond=0).isoformat()}"
    return ""


def _read_secret(path: Path) -> str:
    from strikebook.errors import UsageError  # noqa: PLC0415 — only for this option

    try:
        return path.read_text("ascii").strip()
    except ValueError:
        raise UsageError("the secret is not ASCII", where=str(path), right="16 to 200 printable characters") from None


def _webhooks(results: Path) -> Webhooks:
    from strikebook.jobs.folder_jobs import FolderJobs  # noqa: PLC0415 — only for this command
    from strikebook.jobs.job_manager import JobManager  # noqa: PLC0415
    from strikebook.service.assemble import exchange_now  # noqa: PLC0415
    from strikebook.service.webhooks import Webhooks  # noqa: PLC0415

    jobs = JobManager(FolderJobs(results.absolute()), exchange_now, 1, "command line")
    return Webhooks(read_settings({"results": results}), jobs, exchange_now)
