"""The manual's page of error codes at `/problems`, to which the `type` of a problem refers."""

import re
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from paishi.system.packaged import packaged

router = APIRouter(include_in_schema=False)

_DOCS = packaged("docs", "docs")
"""In an installed package only this page of the manual is there."""

_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
# Python-Markdown's, with which the manual is built, in terms of CommonMark.
_ANCHOR = re.compile(r"^(#+) `(.+)` \{#([\w-]+)\}$", re.MULTILINE)
_FENCE = re.compile(r"^```\{\.(\w+)[^}]*\}$", re.MULTILINE)
_LINK_TO_PAGE = re.compile(r"\[([^]]+)\]\([\w-]+\.md[^)]*\)")


@router.get("/problems")
def problems(request: Request) -> HTMLResponse:
    """Returns the page in Chinese if the client prefers that to English, otherwise in English."""
    accepted = re.findall(r"\b(zh|en)\b", request.headers.get("accept-language", "").lower())
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(_page(accepted[0] if accepted else "en"), headers=headers)


@cache
def _page(language: str) -> str:
    from markdown_it import MarkdownIt  # takes 20 ms of the start

    text = (_DOCS / language / "problems.md").read_text("utf-8")
    text = _ANCHOR.sub(lambda found: _heading(len(found[1]), found[2], found[3]), text)
    text = _LINK_TO_PAGE.sub(r"\1", _FENCE.sub(r"```\1", text))
    title = text.partition("\n")[0].removeprefix("# ")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title} · 拍识 PaiShi</title>\n"
        '<link rel="icon" href="web/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="web/manual.css">\n</head>\n<body>\n'
        f"{MarkdownIt('commonmark').enable('table').render(text)}</body>\n</html>\n"
    )


def _heading(level: int, code: str, anchor: str) -> str:
    return f'<h{level} id="{anchor}"><code>{code}</code></h{level}>'
