"""Network addresses, as far as they tell one household or machine from another."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """What an address is counted as: IPv4 whole, of IPv6 the first 64 bits, which are one household or machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
