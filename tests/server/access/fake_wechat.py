"""WeChat's `code2Session` on loopback: as documented, or as faulty as a test needs."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

APPID = "wx0123456789abcdef"
SECRET = "0123456789secret0123456789secret"
CODE_LIVES_S = 300


@dataclass
class Fault:
    """What one request gets instead of the documented answer; `drip` is seconds between its bytes."""

    body: bytes = b""
    status: int = 200
    hang: bool = False
    cut: bool = False
    drip: float = 0


@dataclass
class FakeWeChat:
    """`log_in` is wx.login on the phone. `faults` are used up one by one; `asked` collects the queries."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def log_in(self, openid: str = "oUser-1", ago_s: float = 0) -> str:
        code = f"0{len(self._codes):03}{'c' * 28}"
        self._codes[code] = openid, time.time() - ago_s
        return code

    def errcode_of(self, errcode: Any, errmsg: str = "") -> None:
        """The next request gets this."""
        self.faults.append(Fault(json.dumps({"errcode": errcode, "errmsg": f"{errmsg}, rid: 1"}).encode()))

    def answer(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        if asked.get("appid") != [APPID]:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if asked.get("secret") != [SECRET]:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if asked.get("grant_type") != ["authorization_code"]:
            return {"errcode": 40002, "errmsg": "invalid grant_type"}
        [code] = asked.get("js_code", [""])
        if code in self._used:
            return {"errcode": 40163, "errmsg": "code been used"}
        openid, since = self._codes.get(code, ("", 0.0))
        if time.time() - since > CODE_LIVES_S:
            return {"errcode": 40029, "errmsg": "invalid code"}
        self._used.add(code)
        return {"openid": openid, "session_key": "c2Vzc2lvbi1rZXk=", "unionid": "uUnion"}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        wechat = self.server.wechat
        address = urlsplit(self.path)
        if address.path != "/sns/jscode2session":
            self.send_error(404)
            return
        asked = parse_qs(address.query)
        wechat.asked.append(asked)
        reply = wechat.faults.pop(0) if wechat.faults else Fault(json.dumps(wechat.answer(asked)).encode())
        if reply.hang:
            wechat.ended.wait(60)
        if reply.hang or reply.cut:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/plain")  # as the real one does
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        try:
            for byte in reply.body if reply.drip else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(reply.drip)
            self.wfile.write(b"" if reply.drip else reply.body)
        except OSError:
            pass  # the client has disconnected


class _Server(ThreadingHTTPServer):
    wechat: FakeWeChat
    daemon_threads = True


@contextmanager
def serving(wechat: FakeWeChat, port: int = 0) -> Iterator[FakeWeChat]:
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.wechat = wechat
        wechat.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield wechat
        finally:
            wechat.ended.set()
            server.shutdown()
            thread.join(10)
