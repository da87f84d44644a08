"""Names in the environment that look like settings and are none."""

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from paishi.settings import PREFIX, Settings, environment_name, secret_file_name

OF_OTHER_PROGRAMS = {
    *(
        "PAISHI_CPUS",
        "PAISHI_DOMAIN",
        "PAISHI_MEMORY",
        "PAISHI_NETWORK",
        "PAISHI_REQUIREMENTS",
        "PAISHI_SERVERS",
        "PAISHI_STOP_GRACE",
        "PAISHI_UPSTREAM",
    ),  # compose
    *("PAISHI_PYTHON", "PAISHI_KEEP_SCREENSHOTS", "PAISHI_ALL_MODELS", "PAISHI_REQUIRE_SHARED"),  # the tests
}

_SIMILAR = 0.75
"""A name with this share of equal letters (`difflib`) is a misspelt setting: in a word of four, two letters
changed places."""

_PROTECTION = {
    *("AUTH", "AUTHENTICATION", "KEY", "KEYS", "LOGIN", "LOGINS", "PASSWORD", "SECRET", "SECRETS"),
    *("TOKEN", "TOKENS", "WECHAT", "LIMIT", "LIMITS", "MAX", "RATE", "RATES", "MINUTE"),
    *("CORS", "ORIGIN", "ORIGINS", "PROXY", "PROXIES"),
}
"""Words in names of settings that protect."""


class UnknownName(NamedTuple):
    """A variable; `nearest` is the setting that it resembles, "" for none.

    `is_refused` if somebody relies on it: it is a misspelt setting, or one that would protect.
    """

    name: str
    nearest: str
    is_refused: bool


def unknown_names(environment: Iterable[str]) -> list[UnknownName]:
    """Returns the names in `environment` that begin with PAISHI_ and are no settings.

    Those of the compose file and of the tests are left out. Others may be an orchestrator's, such as the
    PAISHI_SERVICE_HOST that Kubernetes sets for a service `paishi`.
    """
    settings = [environment_name(field) for field in Settings.model_fields]
    files = [name for field in Settings.model_fields if (name := secret_file_name(field))]
    known = {name.removeprefix(PREFIX): name for name in (*settings, *files)}
    given = sorted(name for name in environment if name.upper().startswith(PREFIX))
    return [
        _unknown(name, known)
        for name in given
        if name.upper().removeprefix(PREFIX) not in known and name not in OF_OTHER_PROGRAMS
    ]


def _unknown(name: str, known: Mapping[str, str]) -> UnknownName:
    wanted = name.upper().removeprefix(PREFIX)
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=_SIMILAR)
    means_protection = not _PROTECTION.isdisjoint(wanted.split("_"))
    return UnknownName(name, known[near[0]] if near else "", bool(near) or means_protection)
