"""Stored documents over HTTP: the bytes of the files, their codings, their entity tags, copies that are still good."""

from __future__ import annotations

import gzip
import socket

import httpx
import pytest

from strikebook.server.encodings import Coding, has_copy, wanted_coding
from tests.server.running import API, DAY, RUN, STRATEGY, USER, Running, ended, problem, submitted

DAY_PATH = f"{API}/day/{USER}/{STRATEGY}/{DAY}"
METADATA_PATH = f"{API}/metadata/{USER}/{STRATEGY}"
PATHS = pytest.mark.parametrize("path", [DAY_PATH, METADATA_PATH], ids=["day", "metadata"])


def raw(server: Running, path: str, accept: str | None = "gzip", method: str = "GET", **headers: str) -> httpx.Response:
    """An answer whose ``content`` is what came over the wire, whatever its coding."""
    accepted = {} if accept is None else {"accept-encoding": accept}
    request = httpx.Request(method, server.url + path, headers={**accepted, **headers})
    with httpx.Client(trust_env=False) as client:
        answer = client.send(request, stream=True)
        content = b"".join(answer.iter_raw())
        answer.close()
    assert method == "HEAD" or answer.status_code == 304 or int(answer.headers["content-length"]) == len(content)
    return httpx.Response(answer.status_code, headers=uncoded(answer), content=content)


def uncoded(answer: httpx.Response) -> list[tuple[str, str]]:
    """Its headers, with the coding under a name that httpx does not act on."""
    renamed = {"content-encoding": "x-coding", "content-length": "x-length"}
    return [(renamed.get(name, name), value) for name, value in answer.headers.items()]


def stored(server: Running, name: str) -> bytes:
    return (server.results / USER / STRATEGY / name).read_bytes()


GLADLY_GZIP = ["gzip", "GZIP", "x-gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*", "gzip;q=0.001"]
GLADLY_GZIP += ["identity;q=0.5, gzip", "identity;q=0, gzip", "gzip ; q=1", "*;q=0.3"]
PLAIN = [None, "", "identity", "br", "deflate", "gzip;q=0", "gzip;q=0.0", "gzip; q=0.000", "*;q=0, identity"]
PLAIN += ["gzip;q=0.5, identity", "gzip;q=none", "gzip;q=2", "identity;q=0.1, gzip;q=0", "gzip;q=0, *"]
NEITHER = ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0", "br, identity;q=0", "gzip;q=0, *;q=0"]


@pytest.mark.parametrize("accept", GLADLY_GZIP)
def test_a_day_goes_out_as_it_is_stored(served: Running, accept: str) -> None:
    """A client that takes gzip gets the file's own bytes."""
    answer = raw(served, DAY_PATH, accept)
    assert answer.headers["x-coding"] == "gzip"
    assert answer.content == stored(served, f"{DAY}.json.gz")


@pytest.mark.parametrize("accept", PLAIN, ids=str)
def test_a_day_is_unpacked_for_who_takes_no_gzip(served: Running, accept: str | None) -> None:
    """A client that does not ask for gzip, refuses it, or takes plain bytes more gladly, gets JSON without a coding."""
    answer = raw(served, DAY_PATH, accept)
    assert "x-coding" not in answer.headers
    assert answer.content == gzip.decompress(stored(served, f"{DAY}.json.gz"))


@pytest.mark.parametrize("accept", NEITHER)
@PATHS
def test_nothing_is_sent_in_a_coding_that_is_refused(served: Running, path: str, accept: str) -> None:
    """A client that takes neither gzip nor plain bytes is told so."""
    problem(served.client.get(path, headers={"accept-encoding": accept}), 406)


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        *((each.encode(), "gzip") for each in GLADLY_GZIP),
        *((None if each is None else each.encode(), "identity") for each in PLAIN),
        *((each.encode(), None) for each in NEITHER),
    ],
    ids=str,
)
def test_the_wanted_coding(accept: bytes | None, wanted: Coding | None) -> None:
    """The choice is the same without a server: gzip, plain bytes, or neither."""
    assert wanted_coding(accept) == wanted


def test_metadata_is_stored_plain_and_packed_for_who_takes_gzip(served: Running) -> None:
    """Plain it is the file's own bytes; gzip unpacks to them, and is smaller."""
    plain, packed = raw(served, METADATA_PATH, None), raw(served, METADATA_PATH, "gzip")
    assert plain.content == stored(served, "metadata.json")
    assert packed.headers["x-coding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert raw(served, METADATA_PATH, "gzip").content == packed.content


@PATHS
def test_the_headers_of_a_stored_document(served: Running, path: str) -> None:
    """Each coding has a tag of its own; both say that it depends on the coding and is not to be used unasked."""
    answers = [raw(served, path, accept) for accept in ("gzip", "identity")]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-length"] == str(len(answer.content))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["etag"].startswith('"')
    assert answers[0].headers["etag"] != answers[1].headers["etag"]


@PATHS
@pytest.mark.parametrize("accept", ["gzip", "identity"])
def test_a_copy_that_is_still_good(served: Running, path: str, accept: str) -> None:
    """A client that has it gets 304 without a body, whichever way it says so; one with another copy gets it whole."""
    fresh = raw(served, path, accept)
    tag = fresh.headers["etag"]
    for copies in (tag, f"W/{tag}", f'"other", {tag}', "*", f'{tag},"x"'):
        for method in ("GET", "HEAD"):
            answer = raw(served, path, accept, method, **{"if-none-match": copies})
            assert (answer.status_code, answer.content) == (304, b"")
            kept = ("etag", "vary", "cache-control")
            assert [answer.headers[name] for name in kept] == [fresh.headers[name] for name in kept]
            assert not {"content-type", "x-length", "x-coding"} & answer.headers.keys()
    for copies in ('"other"', tag.strip('"'), "", f'"{tag}"'):
        assert raw(served, path, accept, **{"if-none-match": copies}).content == fresh.content


@PATHS
def test_a_copy_in_the_other_coding_is_another(served: Running, path: str) -> None:
    """The tag of the plain form is no copy of the gzip form."""
    plain = raw(served, path, "identity").headers["etag"]
    assert raw(served, path, "gzip", **{"if-none-match": plain}).status_code == 200


def test_tags_are_compared_one_by_one() -> None:
    """A list of tags has a copy where one of them is the tag; a tag within another is none."""
    assert has_copy(b'"a", W/"b"', b'"b"')
    assert not has_copy(b'"ab"', b'"b"')


@PATHS
@pytest.mark.parametrize("accept", ["gzip", "identity"])
def test_head(served: Running, path: str, accept: str) -> None:
    """HEAD has the headers of GET, the length among them, and no body."""
    got, head = raw(served, path, accept), raw(served, path, accept, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    ignored = {"date", "x-request-id", "content-length"}  # the last is of what httpx was given here
    assert {name: value for name, value in head.headers.items() if name not in ignored} == {
        name: value for name, value in got.headers.items() if name not in ignored
    }


def test_head_of_what_is_not_there(served: Running) -> None:
    """HEAD of a missing day is 404 without a body."""
    answer = served.client.head(DAY_PATH.replace(DAY, "02-10-2024"))
    assert (answer.status_code, answer.content) == (404, b"")


def test_two_requests_over_one_connection(served: Running) -> None:
    """After HEAD and 304 the connection is in step: the next answer on it is whole."""
    tag = raw(served, DAY_PATH).headers["etag"]
    lines = f"HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAccept-Encoding: gzip\r\n"
    asks = [f"HEAD {DAY_PATH} {lines}\r\n", f"GET {DAY_PATH} {lines}If-None-Match: {tag}\r\n\r\n"]
    asks += [f"GET /health {lines}Connection: close\r\n\r\n"]
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall("".join(asks).encode())
        received = b"".join(iter(lambda: line.recv(65_536), b""))
    heads = [part.split(b"\r\n", 1)[0] for part in received.split(b"\r\n\r\n")[:3]]
    assert heads == [b"HTTP/1.1 200 OK", b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 200 OK"]
    assert received.endswith(b"}")


def test_a_new_run_is_seen_at_once(served: Running) -> None:
    """What a client had copied is no longer good once another run has replaced it."""
    body = {**RUN, "user_id": "again"}
    ended(served.client, submitted(served.client, body))
    paths = [path.replace(USER, "again") for path in (DAY_PATH, METADATA_PATH)]
    before = [raw(served, path) for path in paths]
    ended(served.client, submitted(served.client, {**body, "options": {"scale": 2}}))
    for path, old in zip(paths, before, strict=True):
        answer = raw(served, path, **{"if-none-match": old.headers["etag"]})
        assert answer.status_code == 200
        assert answer.headers["etag"] != old.headers["etag"]
        assert gzip.decompress(answer.content) != gzip.decompress(old.content)


def test_a_day_that_is_gone_is_not_served_from_memory(served: Running) -> None:
    """A file that was removed, or came back, is seen by the next request."""
    ended(served.client, submitted(served.client, {**RUN, "user_id": "gone"}))
    path = DAY_PATH.replace(USER, "gone")
    file = served.results / "gone" / STRATEGY / f"{DAY}.json.gz"
    content = raw(served, path).content
    aside = file.rename(file.with_name(".aside"))
    problem(served.client.get(path), 404)
    aside.rename(file)
    assert raw(served, path).content == content


def test_a_damaged_day_is_said_to_be_damaged(served: Running) -> None:
    """A file that is no gzip is an error for who needs it unpacked, and the answer says what to do."""
    ended(served.client, submitted(served.client, {**RUN, "user_id": "damaged"}))
    (served.results / "damaged" / STRATEGY / f"{DAY}.json.gz").write_bytes(b"\x1f\x8bnothing")
    answer = served.client.get(DAY_PATH.replace(USER, "damaged"), headers={"accept-encoding": "identity"})
    assert problem(answer, 500)["right"] == "run it again"
