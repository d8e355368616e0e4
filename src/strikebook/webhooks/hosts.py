"""Where the administrator lets webhooks go: hosts by name, with scheme and port; nowhere unless one is named.

* ``hooks.example.com``: https, port 443.
* ``*.example.com``: every host below example.com, not example.com itself.
* ``hooks.example.com:8443``: https, that port.
* ``http://intranet:8080``: plain http, which is refused unless it is named so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_URL: Final = 2_048
URL_PATTERN: Final = r"^https?://([A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?([/?][!-\"$-\[\]-~]*)?$"
"""No user, no fragment, no space, no backslash, nothing but ASCII: nothing that two programs could read differently."""

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][!-\"$-\[\]-~]*)?",
    re.ASCII,
)
_ALLOWED: Final = re.compile(
    r"((?P<scheme>https?)://)?(?P<host>(\*\.)?[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its parts. ``host`` is in lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the ``Host`` header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def target_of(url: str) -> Target | None:
    """The parts of a URL; None for one that is not of the form a webhook's has."""
    found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if found is None:
        return None
    scheme, rest = found["scheme"], found["rest"] or "/"
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    path = rest if rest.startswith("/") else f"/{rest}"
    return Target(scheme, _plain(found["host"]), port, path) if 0 < port < 65_536 else None


class AllowedHosts:
    """The hosts that the administrator allows."""

    def __init__(self, named: Iterable[str]) -> None:
        self._named = tuple(_rule(each) for each in named)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._named)

    def refusal(self, url: str) -> str | None:
        """Why a webhook may not go to a URL; None where it may."""
        if not self:
            return "webhooks are off: the administrator has allowed no host"
        target = target_of(url)
        if target is None:
            return "this is not a URL that a webhook can have"
        if any(_fits(target, rule) for rule in self._named):
            return None
        return f"the administrator has not allowed {target.scheme}://{target.authority}"


def _rule(named: str) -> Target:
    found = _ALLOWED.fullmatch(named)
    if found is None:
        raise ValueError(f"{named!r} names no host")
    scheme = found["scheme"] or "https"
    return Target(scheme, _plain(found["host"]), int(found["port"]) if found["port"] else _PORTS[scheme], "")


def _plain(host: str) -> str:
    return host.lower().strip("[]")


def _fits(target: Target, rule: Target) -> bool:
    if (target.scheme, target.port) != (rule.scheme, rule.port):
        return False
    if rule.host.startswith("*."):
        return target.host.endswith(rule.host[1:]) and len(target.host) >= len(rule.host)
    return target.host == rule.host
