"""Where webhooks may go: hosts by name, URLs that have one meaning, addresses that are public."""

from __future__ import annotations

import pytest

from strikebook.settings import Settings
from strikebook.webhooks.addresses import parse_networks, refusal_of
from strikebook.webhooks.hosts import AllowedHosts, target_of

ALLOWED = ("hooks.example.com", "*.example.org", "http://intranet:8080", "https://[2606:4700::1]:8443", "api.io:8443")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:443/a?b=c",
        "https://HOOKS.example.com/A",
        "https://a.example.org/",
        "https://a.b.example.org/x",
        "http://intranet:8080/in",
        "https://[2606:4700::1]:8443/",
        "https://api.io:8443?x=1",
    ],
)
def test_what_is_allowed_is_let_through(url: str) -> None:
    """A URL fits the host, the scheme and the port that are named."""
    assert AllowedHosts(ALLOWED).refusal(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://hooks.example.com.evil.io/",
        "https://evil.io/hooks.example.com",
        "https://example.org/",
        "https://evilexample.org/",
        "https://.example.org/",
        "https://hooks.example.com@evil.io/",
        "https://evil.io#@hooks.example.com/",
        "https://evil.io\\@hooks.example.com/",
        "https://hooks.example.com\n.evil.io/",
        "https://hooks.example.com /",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com./",
        "https://hooks%2eexample.com/",
        "https://hooks。example.com/",
        "https://intranet:8080/",
        "http://intranet/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "//hooks.example.com/",
        "",
        "https://hooks.example.com/" + "a" * 3_000,
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    """Another host, scheme or port, and what two programs could read differently."""
    assert AllowedHosts(ALLOWED).refusal(url) is not None


def test_nothing_is_allowed_by_default() -> None:
    """Without the setting webhooks are off, and the refusal says who can change that."""
    assert Settings().webhook_hosts == ()
    refusal = AllowedHosts(()).refusal("https://hooks.example.com/")
    assert refusal == "webhooks are off: the administrator has allowed no host"


@pytest.mark.parametrize(
    "hosts", ["*", "*.", "https://", "a b", "hooks.example.com/path", "a:0", "a:65536", "a..b", "user@a", "*.*.a"]
)
def test_a_host_that_is_none_is_refused_as_a_setting(hosts: str) -> None:
    """A setting that would allow everything, or cannot be meant, ends the start with a message."""
    with pytest.raises(ValueError, match="names no host"):
        Settings(webhook_hosts=hosts)


@pytest.mark.parametrize("hosts", ALLOWED)
def test_every_allowed_host_is_a_setting_too(hosts: str) -> None:
    """What the rules know, the setting takes."""
    assert AllowedHosts(Settings(webhook_hosts=hosts).webhook_hosts)


def test_a_target_in_its_parts() -> None:
    """The port follows the scheme, the ``Host`` header has it only where it is another one."""
    target = target_of("https://Hooks.example.com?a=b")
    assert target is not None
    assert (target.host, target.port, target.path, target.authority) == (
        "hooks.example.com",
        443,
        "/?a=b",
        "hooks.example.com",
    )
    other = target_of("http://[::1]:81/x")
    assert other is not None
    assert (other.host, other.authority) == ("::1", "[::1]:81")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2606:4700::5efe:808:808"],
)
def test_public_addresses(address: str) -> None:
    """They are sent to."""
    assert refusal_of(address, ()) is None


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3",  # noqa: S104
        "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a9fe:a9fe",
        "::ffff:0:7f00:1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::",
        "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    """The machine itself, its networks, those of the cloud it stands in, and every way to write them as IPv6."""
    assert refusal_of(address, ()) is not None


def test_networks_that_the_administrator_names() -> None:
    """They are sent to, and no others."""
    networks = parse_networks(("10.1.0.0/16", "fd00::/8"))
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1"):
        assert refusal_of(address, networks) is None
    for address in ("10.2.0.1", "127.0.0.1", "fe80::1", "64:ff9b::a01:203"):
        assert refusal_of(address, networks) is not None
    with pytest.raises(ValueError, match="is no network"):
        Settings(webhook_networks="10.0.0.1/8")
