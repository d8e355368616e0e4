"""Requests that mean harm, byte for byte as they go over the wire: what each tries, and which answers are right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import orjson

from tests.server.running import API, DAY, RUN, STRATEGY, USER

REFUSED = frozenset(range(400, 500))
FINE = frozenset({200})
EITHER = REFUSED | FINE
NO_ANSWER = REFUSED | {None}
"""Bytes that are no HTTP need no answer: the connection may be closed."""
SHELF = "/api/v1/strategies"


@dataclass(frozen=True)
class Hostile:
    """One request and the statuses that are right for it; ``name`` says what it tries."""

    name: str
    sent: bytes
    right: frozenset[int | None] = REFUSED


def ask(method: str, target: str | bytes, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of a request; the target goes out as it is."""
    plain = target if isinstance(target, bytes) else target.encode()
    lines = ["Host: localhost", "Connection: close", *headers]
    if body and not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    if body and not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/json")
    return b"%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (method.encode(), plain, "\r\n".join(lines).encode("latin-1"), body)


def run(body: bytes, *headers: str) -> bytes:
    return ask("POST", f"{API}/run", body, *headers)


def run_with(**change: object) -> bytes:
    return run(orjson.dumps({**RUN, "user_id": "mallory", **change}))


# Names that would be paths.

WAYS_OUT = [
    "..", "../..", "../../sentinel", "%2e%2e", "%2E%2e/%2e%2e", "..%2f..%2fsentinel", "%2e%2e%2f%2e%2e%2fsentinel",
    "%252e%252e%252fsentinel", "..%5c..%5csentinel", "..\\..\\sentinel", "%c0%ae%c0%ae%c0%afsentinel",
    "%e0%80%ae%e0%80%ae",
    "..%00", "%00", "sentinel%00.json", "..;/sentinel", ".%2e/sentinel", "....//sentinel", "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:%2f%2f/etc/passwd", "~root", ".", "%2e", ".locks", ".jobs", ".keys.json", ".logs", "%ef%bc%8e%ef%bc%8e",
    "%u002e%u002e", "a%0d%0aSet-Cookie:%20a=b", "a%0a", "a%20b", "a%09", "%ff%fe", "a" * 129, "a" * 5_000,
    "link", "linkdir",
    "*", "a:b", "$HOME", "`id`", "a;b", "a|b", "a%7fb", "%e2%80%ae", "%F0%9F%92%A9", "-%2f..", "{{7*7}}", "a'--",
]  # fmt: skip
PLACES = [
    ("GET", f"{API}/metadata/{{}}/{STRATEGY}"),
    ("GET", f"{API}/metadata/{USER}/{{}}"),
    ("GET", f"{API}/day/{USER}/{{}}/{DAY}"),
    ("GET", f"{API}/day/{USER}/{STRATEGY}/{{}}"),
    ("GET", f"{API}/day/{USER}/{STRATEGY}/{{}}/download"),
    ("GET", f"{API}/status/{{}}"),
    ("POST", f"{API}/jobs/{{}}/cancel"),
    ("GET", f"{SHELF}/{{}}"),
    ("GET", f"{SHELF}/{STRATEGY}?user_id=mallory/{{}}"),
    ("DELETE", f"{SHELF}/{{}}?user_id={USER}"),
    ("GET", "/docs/{}"),
]
EMPTY_PLACES = [
    ("DELETE", f"{API}/clear/{USER}/{{}}"),
    ("DELETE", f"{API}/clear/{{}}/none"),
    ("GET", f"{API}/results/{{}}"),
]
"""What is not there is nothing to clear and has no results: 200 is right for a name that is only strange."""


def paths() -> list[Hostile]:
    """Every way out at every place where a name is taken."""
    found = [
        Hostile(f"{method} {place.format(way)[:90]}", ask(method, place.format(way)))
        for (method, place), way in product(PLACES, WAYS_OUT)
    ]
    found += [
        Hostile(f"{method} {place.format(way)[:90]}", ask(method, place.format(way)), EITHER)
        for (method, place), way in product(EMPTY_PLACES, WAYS_OUT)
    ]
    good = orjson.dumps({"strategy_id": "x", "nodes": []})
    found += [Hostile(f"PUT {way[:60]}", ask("PUT", f"{SHELF}/{way}?user_id={USER}", good)) for way in WAYS_OUT]
    found += [Hostile(f"PUT of {way[:60]}", ask("PUT", f"{SHELF}/x?user_id={way}", good)) for way in WAYS_OUT]
    return found


def targets() -> list[Hostile]:
    """Targets that are none, or are another's."""
    return [
        Hostile("raw bytes in the path", ask("GET", b"/api/v1/backtest/metadata/\xff\xfe/x"), NO_ANSWER),
        Hostile("NUL in the path", ask("GET", b"/api/v1/backtest/metadata/\x00/x"), NO_ANSWER),
        Hostile("a path of 70 KB", ask("GET", f"{API}/metadata/{'a' * 70_000}/x"), NO_ANSWER),
        Hostile("a query of 70 KB", ask("GET", f"{API}/jobs?user_id={'a' * 70_000}"), NO_ANSWER),
        Hostile("ten thousand parts", ask("GET", "/a" * 10_000)),
        Hostile("many slashes", ask("GET", "/" * 5_000)),
        Hostile("a double slash", ask("GET", f"/{API}/jobs")),
        Hostile("a path that leaves the API", ask("GET", f"{API}/../../../../etc/passwd")),
        Hostile("docs that are not docs", ask("GET", "/docs/../openapi.json/..%2f..%2fstrikebook/settings.py")),
        Hostile("an absolute target of another host", ask("GET", "http://evil.example/health"), EITHER),
        Hostile("an asterisk", ask("OPTIONS", "*"), NO_ANSWER),
        Hostile("a proxy's target", ask("CONNECT", "evil.example:443"), NO_ANSWER),
        Hostile("a space in the target", ask("GET", "/health /x"), NO_ANSWER),
        Hostile("a fragment", ask("GET", "/health#../../etc/passwd"), EITHER),
        Hostile("a file that links out", ask("GET", f"{API}/day/{USER}/{STRATEGY}/05-10-2024")),
        Hostile("a file that links out, downloaded", ask("GET", f"{API}/day/{USER}/{STRATEGY}/05-10-2024/download")),
        Hostile("a file that links out, asked why", ask("GET", f"{API}/day/{USER}/{STRATEGY}/05-10-2024/why?node=a")),
        Hostile("a strategy's results that link out", ask("GET", f"{API}/metadata/{USER}/linked")),
        Hostile("a day in results that link out", ask("GET", f"{API}/day/{USER}/linked/{DAY}")),
        Hostile("a user that links out", ask("GET", f"{API}/metadata/linkuser/{STRATEGY}")),
        Hostile("metadata that links out", ask("GET", f"{API}/metadata/{USER}/linkedfile")),
        Hostile("the results of a user that links out", ask("GET", f"{API}/results/linkuser"), EITHER),
        Hostile("clearing a user that links out", ask("DELETE", f"{API}/clear/linkuser/{STRATEGY}"), EITHER),
        Hostile("a cleanup of all there is", ask("POST", f"{API}/cleanup/run?ttl_hours=87600"), FINE),
        Hostile("a shared strategy that links out", ask("GET", f"{SHELF}/linked")),
        Hostile("running a strategy that links out", run_with(strategy_id="linked")),
        Hostile("a user's strategies that link out", ask("GET", f"{SHELF}/secret?user_id=linkuser")),
        Hostile("storing through a link", ask("PUT", f"{SHELF}/secret?user_id=linkuser", b"{}")),
        Hostile("deleting through a link", ask("DELETE", f"{SHELF}/secret?user_id=linkuser")),
        Hostile("listing through a link", ask("GET", f"{SHELF}?user_id=linkuser"), EITHER),
    ]


# Bodies.


def bodies() -> list[Hostile]:
    """Bodies of a run that are wrong, far too deep, or say two things at once."""
    text = orjson.dumps({**RUN, "user_id": "mallory"}).decode()
    numbers = [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1e400",
        "9" * 5_000,
        "1" + "0" * 400,
        "0x10",
        "1_0",
        "-0",
        "1e-400",
    ]
    found = [Hostile(f"scale {n[:12]}", run(f'{text[:-1]},"options":{{"scale":{n}}}}}'.encode())) for n in numbers]
    found += [Hostile(f"seconds {n[:12]}", run(f'{text[:-1]},"options":{{"max_price_age_s":{n}}}}}'.encode()))
              for n in numbers if n != "-0"]  # fmt: skip
    texts = ["NaN", "inf", "-1", "0", "1e9", "9" * 60, "9" * 5_000, "1e999999999", "sNaN", "", " ", "\x00"]
    found += [Hostile(f"scale as text {n[:12]}", run_with(options={"scale": n})) for n in texts]
    for name in ("user_id", "strategy_id", "start_date", "end_date"):
        found += [Hostile(f"{name} {str(value)[:20]!r}", run_with(**{name: value}))
                  for value in (None, 0, True, [], {}, [STRATEGY], {"$ne": ""}, "", "..", "../x", "a/b", "a\n", "a\x00",
                                "\u202e", "a" * 129, "a" * 100_000)]  # fmt: skip
    for first, last in (("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0000-01-01", "2024-01-01"),
                        ("2024-10-04", "2024-10-01"), ("2024-10-01T00:00:00", "2024-10-04"),
                        ("2024-10-01\n", "2024-10-04"),
                        ("２０２４-10-01", "2024-10-04"), ("2024-1-1", "2024-10-04"), ("-2024-10-01", "2024-10-04"),
                        ("2024-10-01; rm -rf /", "2024-10-04"), ("1727740800", "1727740801")):  # fmt: skip
        found.append(Hostile(f"{first!r} to {last!r}", run_with(start_date=first, end_date=last)))
    deep = 100_000
    return [
        *found,
        Hostile("a deep list", run(b"[" * deep + b"]" * deep)),
        Hostile("a deep object", run(b'{"a":' * deep + b"1" + b"}" * deep)),
        Hostile("a deep list that does not end", run(b"[" * deep)),
        Hostile("a deep member", run(f'{text[:-1]},"options":{"[" * deep}{"]" * deep}}}'.encode())),
        Hostile("a member twice", run(f'{text[:-1]},"user_id":"ann"}}'.encode())),
        Hostile("an option twice", run(f'{text[:-1]},"options":{{"scale":1,"scale":2}}}}'.encode())),
        Hostile("options twice", run(f'{text[:-1]},"options":{{}},"options":{{"scale":2}}}}'.encode())),
        Hostile("a prototype", run(f'{text[:-1]},"__proto__":{{"admin":true}}}}'.encode())),
        Hostile("100,000 members", run(orjson.dumps({f"m{n}": n for n in range(100_000)}))),
        Hostile("half a surrogate", run(text.replace("mallory", "\\ud800").encode())),
        Hostile("bytes that are not UTF-8", run(text.replace("mallory", "ma\xffory").encode("latin-1"))),
        Hostile("UTF-16", run(text.encode("utf-16"))),
        Hostile("a mark before the text", run(b"\xef\xbb\xbf" + text.encode())),
        Hostile("two documents", run((text + text).encode())),
        Hostile("half a document", run(text[:-10].encode())),
        Hostile("no document", run(b"null")),
        Hostile("a list of runs", run(f"[{text}]".encode())),
        Hostile("a text", run(orjson.dumps(text))),
        Hostile("a number of 4 million digits", run(b"1" * 4_000_000)),
        Hostile("a form", run(b"user_id=a&strategy_id=b", "Content-Type: application/x-www-form-urlencoded")),
        Hostile("a multipart form", run(b"--x\r\n\r\n--x--", "Content-Type: multipart/form-data; boundary=x")),
        Hostile("JSON that says it is text", run(text.encode(), "Content-Type: text/plain")),
        Hostile("XML", run(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><a>&b;</a>', "Content-Type: text/xml")),
        Hostile("a body packed by gzip", run(b"\x1f\x8b\x08\x00garbage", "Content-Encoding: gzip")),
        Hostile("a content type of 10 KB", run(text.encode(), "Content-Type: " + "a" * 10_000)),
    ]  # fmt: skip


def documents() -> list[Hostile]:
    """Strategies that mean harm: stored never, and checked without harm."""
    deep = 50_000
    wrong = {
        "a deep list": b"[" * deep + b"]" * deep,
        "a deep object": b'{"a":' * deep + b"1" + b"}" * deep,
        "a deep strategy": b'{"strategy":' * deep + b"1" + b"}" * deep,
        "a strategy in text in text": orjson.dumps(orjson.dumps(orjson.dumps("{}").decode()).decode()),
        "NaN": b'{"nodes":[NaN]}',
        "a huge number": b'{"nodes":' + b"9" * 5_000 + b"}",
        "half a surrogate": b'{"strategy_id":"\\ud800","nodes":[]}',
        "not UTF-8": b'{"strategy_id":"\xff"}',
        "a way out as its id": b'{"strategy_id":"../../sentinel/new","strategy_name":"a","nodes":[]}',
        "100,000 nodes": orjson.dumps({"strategy_id": "x", "nodes": [{}] * 100_000}),
        "nodes that are numbers": b'{"strategy_id":"x","nodes":[1,2,3],"edges":7}',
        "nothing": b"",
        "a NUL": b"\x00",
        "megabytes of blanks": b" " * 3_000_000,
        "more than the largest body": b" " * 5_000_000,
    }
    found = [
        Hostile(f"checking {name}", ask("POST", f"{SHELF}/validate", body), EITHER) for name, body in wrong.items()
    ]
    return found + [
        Hostile(f"storing {name}", ask("PUT", f"{SHELF}/x?user_id=mallory", body)) for name, body in wrong.items()
    ]


# Queries and headers.


def queries() -> list[Hostile]:
    """Parameters out of their range, given twice, or of another kind."""
    day = f"{API}/day/{USER}/{STRATEGY}/{DAY}"
    ages = [
        "-1",
        "-1e-9",
        "nan",
        "inf",
        "-inf",
        "1e309",
        "1e9",
        "",
        "0x1",
        "1;2",
        "%00",
        "1%00",
        "９".encode().hex(),
        "9" * 5_000,
    ]
    found = [Hostile(f"a cleanup of {age[:12]!r}", ask("POST", f"{API}/cleanup/run?ttl_hours={age}")) for age in ages]
    nodes = ["%00", "../../x", "a" * 201, "", "%ff", "{{7*7}}", "start%00", "a%0d%0ab"]
    found += [Hostile(f"why {node[:12]!r}", ask("GET", f"{day}/why?node={node}")) for node in nodes]
    charts = ["timeframe=99999m", "timeframe=1m;x", "timeframe=-1m", "timeframe=%00", "timeframe=1m%0a"]
    charts += ["symbol=../../x", "symbol=" + "A" * 81, "symbol=%00"]
    found += [Hostile(f"a chart with {each[:20]}", ask("GET", f"{day}/chart?{each}")) for each in charts]
    users = ["..", "../x", "%00", "", "a" * 129, "a%2fb", "%2e%2e", "a&user_id=../x", ".jobs"]
    found += [Hostile(f"jobs of {user[:12]!r}", ask("GET", f"{API}/jobs?user_id={user}")) for user in users]
    found.append(Hostile("an age twice", ask("POST", f"{API}/cleanup/run?ttl_hours=87600&ttl_hours=-1")))
    many = "&".join(f"a{n}=1" for n in range(1_000))
    found.append(Hostile("a thousand parameters", ask("GET", f"{API}/jobs?{many}"), EITHER))
    return found


def headers() -> list[Hostile]:
    """Headers that say two things, hide a second request, or would change what is asked."""
    body = orjson.dumps({**RUN, "user_id": "mallory"})
    second = b"DELETE /api/v1/backtest/clear/user_123/" + STRATEGY.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    get = ("GET", "/health", b"")
    chunked = "Transfer-Encoding: chunked"
    clear = f"{API}/clear/{USER}/{STRATEGY}"
    return [
        Hostile("two hosts", ask(*get, "Host: evil.example"), NO_ANSWER),
        Hostile("two lengths", run(body, "Content-Length: 5", f"Content-Length: {len(body)}"), NO_ANSWER),
        Hostile("two lengths in one", run(body, f"Content-Length: {len(body)}, 5"), NO_ANSWER),
        Hostile("a negative length", run(body, "Content-Length: -1"), NO_ANSWER),
        Hostile("a length with a sign", run(body, f"Content-Length: +{len(body)}"), NO_ANSWER),
        Hostile("a huge length", run(b"{}", "Content-Length: 99999999999999999999999999"), NO_ANSWER),
        Hostile("a length beyond the limit", run(b"{}", "Content-Length: 4294967296"), NO_ANSWER),
        Hostile("a length and chunks", run(b"0\r\n\r\n" + second, "Content-Length: 5", chunked), NO_ANSWER),
        Hostile("chunks and a second request", run(b"0\r\n\r\n" + second, chunked), NO_ANSWER),
        Hostile("chunks of no number", run(b"zz\r\n{}\r\n0\r\n\r\n", chunked), NO_ANSWER),
        Hostile("chunks of a huge size", run(b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", chunked), NO_ANSWER),
        Hostile("chunks spelled oddly", run(second, "Transfer-Encoding: xchunked"), NO_ANSWER),
        Hostile("a blank before the colon", run(second, "Transfer-Encoding : chunked"), NO_ANSWER),
        Hostile("a folded header", ask(*get, "X-A: b\r\n c"), EITHER | {None}),
        Hostile("a NUL in a header", ask(*get, "X-A: \x00"), EITHER | {None}),
        Hostile("a bare return in a header", ask(*get, "X-A: b\rHost: evil"), EITHER | {None}),
        Hostile("a header without a colon", ask(*get, "nothing"), NO_ANSWER),
        Hostile("a header of 200 KB", ask(*get, "X-A: " + "a" * 200_000), EITHER | {None}),
        Hostile("five thousand headers", ask(*get, *(f"X-{n}: a" for n in range(5_000))), EITHER | {None}),
        Hostile("a request id with a line break", ask(*get, "X-Request-ID: a%0d%0aX-B: c"), FINE),
        Hostile("another host behind a proxy", ask(*get, "X-Forwarded-Host: evil.example"), FINE),
        Hostile("another method by header", ask("POST", clear, b"", "X-HTTP-Method-Override: DELETE")),
        Hostile("another method by query", ask("GET", f"{clear}?_method=DELETE")),
        Hostile("another path by header", ask(*get, f"X-Original-URL: {clear}", f"X-Rewrite-URL: {clear}"), FINE),
        Hostile("many ranges", ask(*get, "Range: bytes=" + ",".join("0-" for _ in range(2_000))), FINE),
        Hostile("a continuation that is not meant", run(b"", "Expect: 100-continue"), frozenset({100})),
        Hostile("a web socket", ask(*get, "Upgrade: websocket", "Sec-WebSocket-Key: YQ=="), EITHER),
        Hostile("HTTP/2 by upgrade", ask(*get, "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), EITHER),
        Hostile("ten thousand codings", ask("GET", f"{API}/metadata/{USER}/{STRATEGY}", b"",
                                            "Accept-Encoding: " + ",".join(f"a{n};q=0" for n in range(5_000))), EITHER),
        Hostile("strange weights", ask("GET", f"{API}/metadata/{USER}/{STRATEGY}", b"",
                                       "Accept-Encoding: gzip;q=nan, identity;q=-1, *;q=1e999"), EITHER),
        Hostile("tags that are none", ask("GET", f"{API}/metadata/{USER}/{STRATEGY}", b"",
                                          "If-None-Match: \xff" + ",W/" * 2_000), FINE),
        Hostile("a user by header", ask("GET", f"{API}/jobs", b"", "X-User: admin", "Remote-User: admin"), FINE),
    ]  # fmt: skip


def noise() -> list[Hostile]:
    """What is no HTTP, or a version of it that is not spoken."""
    return [
        Hostile("HTTP/0.9", b"GET /health\r\n\r\n", EITHER | {None}),
        Hostile("HTTP/1.0 without a host", b"GET /health HTTP/1.0\r\n\r\n"),
        Hostile("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NO_ANSWER),
        Hostile("HTTP/9.9", b"GET /health HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n", EITHER | {None}),
        Hostile("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100, NO_ANSWER),
        Hostile("zeros", b"\x00" * 1_000, NO_ANSWER),
        Hostile("every byte", bytes(range(256)) * 10, NO_ANSWER),
        Hostile("a method of 10 KB", ask("A" * 10_000, "/health"), NO_ANSWER),
        Hostile("a method in lower case", ask("get", "/health"), NO_ANSWER),
        Hostile("a method that is none", ask("G\x00T", "/health"), NO_ANSWER),
        Hostile("a method that traces", ask("TRACE", "/health"), NO_ANSWER),
        Hostile("line feeds alone", b"GET /health HTTP/1.1\nHost: localhost\nConnection: close\n\n", EITHER | {None}),
        Hostile("a mail", b"HELO localhost\r\nMAIL FROM:<a@b>\r\n", NO_ANSWER),
    ]


def other_sites() -> list[Hostile]:
    """What a page of another site can send without asking."""
    text = orjson.dumps({**RUN, "user_id": "mallory"})
    clear = f"{API}/clear/{USER}/{STRATEGY}"
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json")
    found = [
        Hostile(f"a form of another site, {kind}", run(text, f"Content-Type: {kind}", "Origin: https://evil.example"))
        for kind in kinds
    ]
    for name, marks in {
        "an origin": ("Origin: https://evil.example",),
        "no origin": ("Origin: null",),
        "a site": ("Sec-Fetch-Site: cross-site",),
        "a sibling": ("Sec-Fetch-Site: same-site",),
        "two origins": ("Origin: http://localhost:3000", "Origin: https://evil.example"),
        "two origins in one": ("Origin: http://localhost:3000 https://evil.example",),
        "an origin like ours": ("Origin: http://localhost.evil.example",),
    }.items():
        found += [
            Hostile(f"clearing with {name}", ask("DELETE", clear, b"", *marks)),
            Hostile(f"cleaning up with {name}", ask("POST", f"{API}/cleanup/run?ttl_hours=0", b"", *marks)),
            Hostile(f"a run with {name}", run(text, *marks)),
            Hostile(f"deleting with {name}", ask("DELETE", f"{SHELF}/mine?user_id={USER}", b"", *marks)),
        ]
    return found


TABLE = [*paths(), *targets(), *bodies(), *documents(), *queries(), *headers(), *noise(), *other_sites()]
