"""The network that a request comes from, as limits count it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address

from flask import Request


def network_of(request: Request) -> str:
    """What throttles count by: the client's address; of IPv6 the /64 that one customer has."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address):
        return str(address)
    # What an IPv6 socket says of IPv4: all of that has one /64.
    mapped = address.ipv4_mapped
    return str(mapped or IPv6Network((int(address), 64), strict=False))
