"""Everything that is answered with 4xx or 5xx: RFC 9457 problem details."""
