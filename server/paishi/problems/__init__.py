"""Responses with 4xx and 5xx: RFC 9457 problem details."""
