import pytest

from paishi.client_address import rate_limit_key


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "elsewhere"),
        ("x" * 60_000, "elsewhere"),
        ("203.0.113.9:80", "elsewhere"),
        ("", "elsewhere"),
        (None, "elsewhere"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_the_rate_limit_key_of_an_address(host: str | None, key: str) -> None:
    client = None if host is None else (host, 1)
    assert rate_limit_key({"type": "http", "client": client}) == f"at:{key}"
