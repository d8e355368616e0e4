"""Which addresses a webhook may be sent to: public ones, and those of the networks that the administrator names.

A name is looked up once for a try, every address that comes back is looked at, and the connection is made to one of
these: a name that resolves to another address a moment later gains nothing. An IPv6 address that stands for an IPv4 one
(mapped, 6to4, NAT64, Teredo, ISATAP) is as good as that one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC: Final[tuple[Network, ...]] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    )
)  # fmt: skip
"""Named here as well: what the library calls global has changed from version to version."""

_ISATAP: Final = 0x00005EFE
_ISATAP_MASK: Final = 0xFDFFFFFF
"""The middle of an address of ISATAP, but for the bit that says whether its end is one of the public ones."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks as the setting has them. Raises ValueError."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def refusal_of(text: str, networks: tuple[Network, ...]) -> str | None:
    """Why nothing is sent to an address; None where it may be."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"{text[:60]} is no address"
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if any(address in network for network in networks if network.version == address.version):
        return None
    if not _is_public(address) or not all(map(_is_public, _inside(address))):
        return f"{text[:60]} is not a public address"
    return None


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    special = address.is_private or address.is_reserved or address.is_multicast or address.is_unspecified
    return (address.is_global and not special) or _is_nat64(address)


def _is_nat64(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address in _NAT64


def _inside(address: Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if (int(address) >> 32) & _ISATAP_MASK == _ISATAP:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if _is_nat64(address):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
