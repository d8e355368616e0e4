"""A request that succeeds for every endpoint of the API."""

from __future__ import annotations

import httpx

from tests.server.running import API, DAY, LONG_RUN, RUN, STRATEGY, WEBHOOK_HOST, Running, ended

USER = "everyone"
SHELF = "/api/v1/strategies"
WEBHOOKS = "/api/v1/webhooks"
RUN_FOLDER = "{user_id}/{strategy_id}"

Answers = dict[tuple[str, str], httpx.Response]


def ask_everything(server: Running) -> Answers:
    """Ask every endpoint for something that is there: (method, path as the OpenAPI document has it) -> the answer."""
    client = server.client
    document = client.get(f"{SHELF}/{STRATEGY}").content
    queued = client.post(f"{API}/run", json={**RUN, "user_id": USER})
    job_id = queued.json()["job_id"]
    ended(client, job_id)
    other = _run_of_another_threshold(client, document)
    values = {"job_id": job_id, "user_id": USER, "strategy_id": STRATEGY, "date": DAY}
    answers = {("POST", f"{API}/run"): queued}
    for method, path, query in (
        ("GET", "/health", ""),
        ("GET", "/metrics", ""),
        ("GET", "/api/v1/me", ""),
        ("GET", "/api/v1/market", ""),
        ("GET", SHELF, ""),
        ("POST", f"{SHELF}/validate", ""),
        ("PUT", f"{SHELF}/{{strategy_id}}", "?user_id=me"),
        ("GET", f"{SHELF}/{{strategy_id}}", "?user_id=me"),
        ("GET", f"{SHELF}/{{strategy_id}}/graph", "?user_id=me"),
        ("DELETE", f"{SHELF}/{{strategy_id}}", "?user_id=me"),
        ("GET", f"{API}/status/{{job_id}}", ""),
        ("GET", f"{API}/status/{{job_id}}/events", ""),
        ("GET", f"{API}/jobs", ""),
        ("POST", f"{API}/jobs/{{job_id}}/cancel", ""),
        ("GET", f"{API}/results/{{user_id}}", ""),
        ("GET", f"{API}/results/{RUN_FOLDER}/graph", ""),
        ("GET", f"{API}/reprice/{RUN_FOLDER}", "?terms=today"),
        ("GET", f"{API}/verify/{RUN_FOLDER}", ""),
        ("GET", f"{API}/statistics/{RUN_FOLDER}", "?capital=150000"),
        ("GET", f"{API}/compare", f"?result={USER}/{STRATEGY}&result={USER}/{other}"),
        ("GET", f"{API}/export/{RUN_FOLDER}", "?format=xlsx"),
        ("GET", f"{API}/metadata/{RUN_FOLDER}", ""),
        ("GET", f"{API}/day/{RUN_FOLDER}/{{date}}", ""),
        ("GET", f"{API}/day/{RUN_FOLDER}/{{date}}/download", ""),
        ("GET", f"{API}/day/{RUN_FOLDER}/{{date}}/why", "?node=bullish-signal"),
        ("GET", f"{API}/day/{RUN_FOLDER}/{{date}}/chart", ""),
        ("GET", f"{API}/usage/{{user_id}}", ""),
        ("PUT", f"{API}/pin/{RUN_FOLDER}", ""),
        ("DELETE", f"{API}/pin/{RUN_FOLDER}", ""),
        ("GET", f"{API}/limits/{{user_id}}", ""),
        ("GET", f"{API}/limits", ""),
        ("DELETE", f"{API}/limits/{{user_id}}", ""),
        ("GET", f"{API}/notes/{RUN_FOLDER}", ""),
        ("GET", f"{API}/history/{RUN_FOLDER}", "?limit=1"),
        ("GET", f"{API}/history/{{user_id}}", ""),
        ("GET", f"{API}/cleanup/status", ""),
        ("POST", f"{API}/cleanup/run", ""),
        ("DELETE", f"{API}/clear/{RUN_FOLDER}", ""),
    ):
        content = document if method in ("PUT", "POST") else None
        answers[method, path] = client.request(method, path.format(**values) + query, content=content)
    lives = client.put(f"{API}/ttl/{USER}/rsi-28", json={"ttl_hours": 48})
    answers["PUT", f"{API}/ttl/{RUN_FOLDER}"] = lives
    said = client.put(f"{API}/limits/limited", json={"ttl_hours": 24, "quota_mb": 500})
    answers["PUT", f"{API}/limits/{{user_id}}"] = said
    answers |= _remembered(client)
    answers["POST", f"{API}/jobs/{{job_id}}/resume"] = _resumed(client)
    return answers | _swept(client) | _webhooks(client)


def _remembered(client: httpx.Client) -> Answers:
    """The answers of notes that are written and deleted, and of a history that is deleted; the results are gone."""
    notes, history = (f"{API}/{kind}/{USER}/{STRATEGY}" for kind in ("notes", "history"))
    said = client.put(notes, json={"name": "RSI 30, first try", "note": "Loses on expiry days.", "tags": ["rsi"]})
    return {
        ("PUT", f"{API}/notes/{RUN_FOLDER}"): said,
        ("DELETE", f"{API}/notes/{RUN_FOLDER}"): client.delete(notes),
        ("DELETE", f"{API}/history/{RUN_FOLDER}"): client.delete(history),
    }


def _webhooks(client: httpx.Client) -> Answers:
    """The answers of a webhook that is made, listed, tried, looked at and removed."""
    made = client.post(WEBHOOKS, json={"user_id": USER, "url": f"{WEBHOOK_HOST}/in"})
    one = "{webhook_id}"
    own = f"{WEBHOOKS}/{made.json()['webhook_id']}"
    return {
        ("POST", WEBHOOKS): made,
        ("GET", WEBHOOKS): client.get(WEBHOOKS),
        ("POST", f"{WEBHOOKS}/{one}/test"): (tested := client.post(f"{own}/test")),
        ("POST", f"{WEBHOOKS}/{one}/deliveries/{{delivery_id}}/redeliver"): client.post(
            f"{own}/deliveries/{tested.json()['delivery_id']}/redeliver"
        ),
        ("POST", f"{WEBHOOKS}/{one}/off"): client.post(f"{own}/off"),
        ("POST", f"{WEBHOOKS}/{one}/on"): client.post(f"{own}/on"),
        ("GET", f"{WEBHOOKS}/{one}/deliveries"): client.get(f"{own}/deliveries"),
        ("DELETE", f"{WEBHOOKS}/{one}"): client.delete(own),
    }


def _run_of_another_threshold(client: httpx.Client, document: bytes) -> str:
    """The same strategy with RSI below 28 in place of 30 under an id of its own, and a finished run of it."""
    other = document.replace(STRATEGY.encode(), b"rsi-28").replace(b'"value": 30', b'"value": 28', 1)
    client.put(f"{SHELF}/rsi-28?user_id={USER}", content=other).raise_for_status()
    ended(client, client.post(f"{API}/run", json={**RUN, "user_id": USER, "strategy_id": "rsi-28"}).json()["job_id"])
    return "rsi-28"


def _resumed(client: httpx.Client) -> httpx.Response:
    """The answer of a job that was cancelled and goes on."""
    job_id = client.post(f"{API}/run", json={**LONG_RUN, "user_id": "halted"}).json()["job_id"]
    client.post(f"{API}/jobs/{job_id}/cancel")
    assert ended(client, job_id)["status"] == "cancelled"
    resumed = client.post(f"{API}/jobs/{job_id}/resume")
    client.post(f"{API}/jobs/{job_id}/cancel")
    ended(client, job_id)
    return resumed


def _swept(client: httpx.Client) -> Answers:
    """The answers about a sweep, from its submission to its end."""
    place = f"{API}/sweep/{{user_id}}/{{sweep_id}}"
    parameter = {"name": "most", "path": "$.nodes[bullish-entry].data.positions[0].maxEntries", "values": [1, 10]}
    windows = {"train_days": 1, "test_days": 1}
    body = {**RUN, "user_id": USER, "parameters": [parameter], "walk_forward": windows}
    queued = client.post(f"{API}/sweep", json=body)
    job_id = queued.json()["job_id"]
    ended(client, job_id)
    path = place.format(user_id=USER, sweep_id=job_id)
    kept = client.post(f"{path}/keep", json={"point": 1})
    client.delete(f"{SHELF}/{kept.json()['strategy_id']}?user_id={USER}")
    return {
        ("POST", f"{API}/sweep"): queued,
        ("GET", f"{API}/sweeps/{{user_id}}"): client.get(f"{API}/sweeps/{USER}"),
        ("GET", place): client.get(path),
        ("GET", f"{place}/walk-forward"): client.get(f"{path}/walk-forward"),
        ("POST", f"{place}/keep"): kept,
        ("DELETE", place): client.delete(path),
    }
