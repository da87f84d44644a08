"""Only an unexpired token of this server identifies a WeChat user."""

import asyncio
import base64
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paishi.access.client import Client
from paishi.access.tokens import Tokens
from paishi.problems.kinds import NotAuthorised
from paishi.teaching.files import is_owner
from tests.server.access.sending import bearing

KEY = b"k" * 32
TOKENS = Tokens(KEY, 100)


def client_of(token: str, tokens: Tokens = TOKENS) -> Client:
    headers = {name.lower(): value for name, value in bearing(token).items()}
    return asyncio.run(tokens.client(headers))


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"sub": "s", "aud": "paishi", "iat": now, "exp": now + 100, **changed}
    return {name: value for name, value in whole.items() if value is not None}


def part_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(value: object) -> str:
    return part_of(json.dumps(value).encode())


def test_a_user_has_the_same_subject_each_time() -> None:
    one, again, other = (client_of(TOKENS.issue(openid)) for openid in ("oA", "oA", "oB"))
    assert one == again != other


def test_the_openid_is_nowhere_in_it() -> None:
    token = TOKENS.issue("oOpenid-of-somebody")
    payload = jwt.decode(token, options={"verify_signature": False})
    assert set(payload) == {"sub", "aud", "iat", "exp"}
    assert payload["exp"] - payload["iat"] == 100
    assert "oOpenid" not in str(payload)
    assert (
        payload["sub"]
        != jwt.decode(
            Tokens(b"o" * 32, 100).issue("oOpenid-of-somebody"), options={"verify_signature": False}
        )["sub"]
    )  # nobody can find the openid by trying


def test_servers_that_share_a_key_share_sessions() -> None:
    assert client_of(TOKENS.issue("oA"), Tokens(KEY, 5)) == client_of(TOKENS.issue("oA"))


def test_the_owner_of_taught_things_outlives_the_key_of_tokens() -> None:
    secret = b"s" * 32
    before, after = (Tokens(key, 100, secret) for key in (KEY, b"o" * 32))
    one, again, other = (
        client_of(tokens.issue(openid), tokens)
        for tokens, openid in ((before, "oA"), (after, "oA"), (after, "oB"))
    )
    assert one.owner == again.owner != other.owner
    assert one.name != again.name
    assert is_owner(one.owner or "")
    another = Tokens(KEY, 100, b"z" * 32)
    assert client_of(another.issue("oA"), another).owner != one.owner


def test_a_token_from_before_things_were_taught_is_valid_but_owns_nothing() -> None:
    old = TOKENS.issue("oA")
    found = client_of(old, Tokens(KEY, 100, b"s" * 32))
    assert (found.name, found.owner) == (client_of(old).name, None)
    assert client_of(Tokens(KEY, 100, b"s" * 32).issue("oA")).owner is None  # nobody can be taught here


NOW = int(time.time())
FORGED = {
    "ended": jwt.encode(claims(iat=NOW - 200, exp=NOW - 100), KEY, "HS256"),
    "another key": jwt.encode(claims(), b"o" * 32, "HS256"),
    "HS512": jwt.encode(claims(), KEY * 2, "HS512"),
    "HS384 with the key": jwt.encode(claims(), KEY + b"k" * 16, "HS384"),
    "alg none": jwt.encode(claims(), None, "none"),
    "alg none, signed": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}.c2ln",
    "alg nOnE": f"{part({'alg': 'nOnE'})}.{part(claims())}.",
    "alg is a list": f"{part({'alg': ['HS256']})}.{part(claims())}.c2ln",
    "no alg": f"{part({})}.{part(claims())}.c2ln",
    "header is a list": f"{part([])}.{part(claims())}.c2ln",
    "payload is a list": jwt.api_jws.encode(b"[]", KEY, "HS256"),
    "payload is no JSON": jwt.api_jws.encode(b"\xff", KEY, "HS256"),
    "no exp": jwt.encode(claims(exp=None), KEY, "HS256"),
    "no iat": jwt.encode(claims(iat=None), KEY, "HS256"),
    "no aud": jwt.encode(claims(aud=None), KEY, "HS256"),
    "no sub": jwt.encode(claims(sub=None), KEY, "HS256"),
    "other aud": jwt.encode(claims(aud="other"), KEY, "HS256"),
    "from the future": jwt.encode(claims(iat=NOW + 1000, exp=NOW + 2000), KEY, "HS256"),
    "exp is a word": jwt.encode(claims(exp="soon"), KEY, "HS256"),
    "sub is a number": jwt.api_jws.encode(json.dumps(claims(sub=1)).encode(), KEY, "HS256"),
    "dots": "..",
    "garbage": "garbage",
    "deep": f"{part_of(b'[' * 700)}.e30.c2ln",
    "deeper": f"{part_of(b'[' * 40_000)}.e30.c2ln",
    "no ASCII": "\xff.\xfe.\xfd",
    "another's signature": ".".join([*TOKENS.issue("oA").split(".")[:2], TOKENS.issue("oB").split(".")[2]]),
}


@pytest.mark.parametrize("forged", FORGED)
def test_forged_tokens(forged: str) -> None:
    with pytest.raises(NotAuthorised):
        client_of(FORGED[forged])


@settings(deadline=None)
@given(
    st.text(st.characters(max_codepoint=255), max_size=200) | st.from_regex(r"\A[\w=-]*\.[\w=-]*\.[\w=-]*\Z")
)
def test_garbage(text: str) -> None:
    with pytest.raises(NotAuthorised):
        client_of(text)


@settings(deadline=None)
@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_token_with_any_byte_changed(where: int, change: int) -> None:
    token = TOKENS.issue("oA").encode()
    where %= len(token) - 1  # the last character has bits that mean nothing
    changed = bytes([*token[:where], token[where] ^ change, *token[where + 1 :]])
    with pytest.raises(NotAuthorised):
        client_of(changed.decode("latin-1"))
