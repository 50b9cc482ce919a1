"""Where requests come from, as throttles count them."""

from __future__ import annotations

import pytest
from flask import Flask, request

from kolba.http.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.2", "192.0.2.2"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_customer_of_ipv6_is_one(address: str, network: str) -> None:
    """An IPv4 address is itself, also as an IPv6 socket tells it; of IPv6 the /64 counts."""
    with Flask("x").test_request_context("/", environ_overrides={"REMOTE_ADDR": address}):
        assert network_of(request) == network
