"""Which addresses of the network a picture may come from: public ones, and those that are allowed by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

IpAddress: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
IpNetwork: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

# The prefix under which IPv6 networks reach IPv4 addresses (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: IpAddress) -> bool:
    """Return whether an address is of the open internet; an IPv6 one that holds IPv4 is taken as that."""
    inner = _embedded(address) if isinstance(address, ipaddress.IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def may_connect(host: str, allowed: Iterable[IpNetwork]) -> bool:
    """Return whether the address `host` (numbers, not a name) is public or in an allowed network."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return is_public(address) or any(address.version == one.version and address in one for one in allowed)


def is_number(host: str) -> bool:
    """Return whether a host is written as an address and not as a name."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True
