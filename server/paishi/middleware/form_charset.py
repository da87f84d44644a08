"""In which charset the texts of a form are."""

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

_KNOWN = {b"utf-8", b"us-ascii", b"iso-8859-1", b"gb2312", b"gbk", b"gb18030", b"big5"}


def keep_known_charset(scope: Scope) -> None:
    """Takes any other out of a form's Content-Type; its texts are read as UTF-8 then.

    Starlette looks up whatever the client names among all codecs of Python, decodes each text with it in the
    event loop, and Python remembers every name that it does not know for ever. punycode takes seconds for as
    much text as a form may have.
    """
    form, options = parse_options_header(Headers(scope=scope).get("content-type", ""))
    charset, boundary = options.get(b"charset"), options.get(b"boundary")
    if form != b"multipart/form-data" or charset is None or charset.lower() in _KNOWN:
        return
    kept = form.decode()
    if boundary is not None:
        quoted = boundary.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
        kept += f'; boundary="{quoted}"'
    MutableHeaders(scope=scope)["Content-Type"] = kept
