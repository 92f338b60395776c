"""Which requests the sandbox answers: those of programs, and of pages it serves itself.

A page of any site that is open in a developer's browser can send requests to this machine. Two things give it
away. `Host` names the site when its name was made to point here (DNS rebinding), `Origin` and
`Sec-Fetch-Site` name it otherwise. Programs send neither, and name the sandbox by its address.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from wemakeprice_sdk.sandbox.answers import SandboxError

ANY = "*"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound
_SHOWN = 60


class HostRule:
    """The hosts of one server: loopback, the address it is bound to, and what was allowed.

    A server bound to every address also answers to every address literal: a name is what rebinding needs.
    """

    def __init__(self, bound: str, allowed: Iterable[str] = ()) -> None:
        if isinstance(allowed, str):
            raise SandboxError("allowed_hosts is a list of names, not one text")
        self.names = frozenset(map(_plain_name, allowed))
        self._known = self.names.union(LOOPBACK, [_plain_name(bound)] if bound else ())
        self._any_address = bound in _EVERY_ADDRESS

    def refusal(self, headers: Iterable[tuple[str, str]]) -> str | None:
        """Return why a request is refused and what to set, None when it is answered."""
        if ANY in self.names:
            return None
        found: dict[str, list[str]] = {}
        for name, value in headers:
            found.setdefault(name.lower(), []).append(value.strip())
        for value in found.get("host", ()):
            host = _host(f"//{value}")
            if host is None or not self._knows(host):
                return _refused("Host", value, host)
        for value in found.get("origin", ()):
            host = _host(value)
            if host is None or not self._knows(host):
                return _refused("Origin", value, host)
        # A link on another site to the start page is a navigation, and shows nothing to that site.
        navigates = "navigate" in found.get("sec-fetch-mode", ())
        if "cross-site" in found.get("sec-fetch-site", ()) and not navigates:
            return "a page of another site sent this; the sandbox answers programs and its own pages"
        return None

    def _knows(self, host: str) -> bool:
        if host in self._known or host.endswith(".localhost"):
            return True
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or self._any_address


def _plain_name(name: str) -> str:
    """Take a name as it stands in Host or in a URL; raise `SandboxError` when it is none."""
    if name == ANY:
        return name
    host = name.lower().rstrip(".") if name.count(":") > 1 and "[" not in name else _host(f"//{name}")
    if host is None or any(sign in name for sign in "/@*? "):
        raise SandboxError(f"not a host name: {name!r}; write it without scheme and path, or {ANY} for any")
    return host


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.rstrip(".") or None if host else None


def _refused(header: str, value: str, host: str | None) -> str:
    shown = "".join(sign if sign.isprintable() else "?" for sign in value[:_SHOWN])
    name = host if host is not None and len(host) <= _SHOWN else "NAME"
    return (
        f"{header} {shown!r} is not allowed here; if you trust it, start the sandbox with "
        f"--allow-host {name}, or SandboxServer(allowed_hosts=[{name!r}])"
    )
