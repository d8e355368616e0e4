"""One try of a delivery: the target is checked, its address pinned, the request signed and sent, the status looked at.

1. The host must be one that the administrator allows; the setting may have changed since the webhook was made.
2. Its name is looked up once, and every address must be allowed.
3. The request goes to such an address; TLS and the ``Host`` header have the name. Nothing of the environment is used.
4. The status decides: 2xx is delivered. A redirect is not followed. Of the body at most a few kilobytes are read.
5. All of it must be done within the time limit, however slowly bytes come. Nothing is raised: the outcome says it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import httpcore

from strikebook import __version__
from strikebook.webhooks.addresses import Network, refusal_of
from strikebook.webhooks.bounded_network import BoundedNetwork
from strikebook.webhooks.hosts import AllowedHosts, Target, target_of
from strikebook.webhooks.signature import signature_of
from strikebook.webhooks.webhook import Delivery, Webhook

LOG = logging.getLogger("strikebook.webhooks")

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError. It may block."""

_MOST_READ_BYTES: Final = 16 * 1024
_LONGEST_READ_S: Final = 1.0
_LONGEST_CONNECT_S: Final = 5.0
_MOST_ADDRESSES: Final = 4
_LONGEST_DETAIL: Final = 200
_IN_A_PATH: Final = "!$%&'()*+,-./:;=?@_~"
_BROKEN: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a try: the status that was answered (None: none was), and a sentence for the webhook's user.

    ``logged`` is the sentence for the server's log, where it is another one: without paths, which may be secrets.
    """

    status: int | None
    outcome: str
    logged: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the operating system finds them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # an empty label, or one of more than 63 letters
        raise OSError(f"{host[:60]} cannot be a name") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Sender:
    """Sends deliveries where they may go."""

    def __init__(
        self,
        hosts: AllowedHosts,
        networks: tuple[Network, ...],
        timeout_s: float,
        resolve: Resolve = look_up,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hosts = hosts
        self._networks = networks
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._clock = clock
        self._tls = ssl.create_default_context()

    async def send(self, webhook: Webhook, delivery: Delivery) -> Sent:
        """Try a delivery once. Raises nothing but the cancellation of the task."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(webhook, delivery)
        except TimeoutError:
            return Sent(None, f"no answer within {self._timeout_s:g} s")
        except httpcore.RemoteProtocolError as error:
            return Sent(None, f"no HTTP answer: {_shown(error)}")
        except _BROKEN as error:
            return Sent(None, f"not reached: {_shown(error)}")
        except Exception as error:
            LOG.exception("webhook broke", extra={"where": webhook.webhook_id})
            return Sent(None, f"internal error: {type(error).__name__}")

    async def _send(self, webhook: Webhook, delivery: Delivery) -> Sent:
        refused = self._hosts.refusal(webhook.url)
        target = target_of(webhook.url)
        if refused is not None or target is None:
            return Sent(None, f"not sent: {refused}")
        addresses = await _in_thread(lambda: self._resolve(target.host, target.port))
        for address in addresses:
            reason = refusal_of(address, self._networks)
            if reason is not None:
                return Sent(None, f"not sent to {target.host}: {reason}"[: 2 * _LONGEST_DETAIL])
        headers = _headers(target, webhook, delivery, str(int(self._clock())))
        unreached = Sent(None, f"not reached: {target.host} has no address")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._post(target, address, headers, delivery.body)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                unreached = Sent(None, f"not reached: {_shown(error)}")
        return unreached

    async def _post(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> Sent:
        """Send to an address that was checked: the URL has the address, TLS and ``Host`` the name."""
        place = f"[{address}]" if ":" in address else address
        url = f"{target.scheme}://{place}:{target.port}{quote(target.path, safe=_IN_A_PATH)}"
        told = {"sni_hostname": target.host, "timeout": {"connect": min(_LONGEST_CONNECT_S, self._timeout_s)}}
        async with (
            httpcore.AsyncConnectionPool(self._tls, network_backend=BoundedNetwork()) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body, extensions=told) as answer,
        ):
            with suppress(TimeoutError, *_BROKEN):  # it has answered: what else it says changes nothing
                async with asyncio.timeout(_LONGEST_READ_S):
                    await _read_some(answer)
            return _outcome(answer)


async def _read_some(answer: httpcore.Response) -> None:
    read = 0
    async for part in answer.aiter_stream():  # never unpacked
        read += len(part)
        if read > _MOST_READ_BYTES:
            return


def _outcome(answer: httpcore.Response) -> Sent:
    status = answer.status
    if 300 <= status < 400:
        named = {name.lower(): value for name, value in answer.headers}
        place = named.get(b"location", b"nowhere").decode("latin-1")
        told = f"answered {status}: a redirect"
        outcome = f"{told} to {_printable(place)}, which is not followed"
        return Sent(status, outcome, f"{told} to {_printable(_host_of(place))}, which is not followed")
    return Sent(status, f"answered {status}")


def _host_of(place: str) -> str:
    """Where a redirect leads, without its path."""
    try:
        host = urlsplit(place).hostname
    except ValueError:
        host = None
    return host or "another path"


def _headers(target: Target, webhook: Webhook, delivery: Delivery, timestamp: str) -> dict[str, str]:
    return {
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": f"Strikebook/{__version__}",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(delivery.body)),
        "Connection": "close",
        "X-Strikebook-Event": delivery.event,
        "X-Strikebook-Delivery": delivery.delivery_id,
        "X-Strikebook-Timestamp": timestamp,
        "X-Strikebook-Signature": signature_of(webhook.secret, timestamp, delivery.body),
    }


async def _in_thread(question: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Ask in a thread that nobody waits for at the end: a look-up cannot be cut short.

    It is not one of a pool: what hangs there would keep the others from being looked up.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str], error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def ask() -> None:
        found: Sequence[str] = ()
        problem: Exception | None = None
        try:
            found = question()
        except Exception as error:  # noqa: BLE001 — handed on to who asked
            problem = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, found, problem)

    threading.Thread(target=ask, name="webhook-name", daemon=True).start()
    return await answer


def _shown(error: BaseException) -> str:
    """What went wrong, in the operating system's words where it has some: libraries say less with each layer."""
    deepest: BaseException = error
    while (cause := deepest.__cause__ or deepest.__context__) is not None:
        deepest = cause
    if isinstance(deepest, OSError) and not isinstance(deepest, ssl.SSLError) and deepest.strerror:
        return _printable(deepest.strerror.lower())
    return _printable(str(error) or type(error).__name__)


def _printable(text: str) -> str:
    """Somebody else's words, made harmless and short."""
    cut = text[:_LONGEST_DETAIL]
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut)
