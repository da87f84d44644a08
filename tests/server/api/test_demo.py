"""A page written for the demo works unchanged."""

import json
import subprocess
from pathlib import Path

import httpx

from tests.server.conftest import RunningServer


def assert_understood_by_the_demo_page(body: bytes) -> None:
    answer = json.loads(body)
    assert answer["success"] is True
    assert len(answer["predictions"]) == 5
    for prediction in answer["predictions"]:
        assert isinstance(prediction["label"], str)
        assert 0 <= prediction["probability"] <= 1


def test_the_demo_pages_own_request(client: httpx.Client, photos: list[Path]) -> None:
    """Byte by byte what `wx.uploadFile({name: 'image', ...})` puts on the wire, form data included."""
    boundary = "WebKitFormBoundaryXYZ0123456789abc"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="user"\r\n\r\ntest\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="tmp_a1b2c3.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body += photos[0].read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Referer": "https://servicewechat.com/touristappid/devtools/page-frame.html",
        "User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50 Language/zh_CN",
    }
    answer = client.post("/predict", content=body, headers=headers)
    assert answer.status_code == 200
    assert_understood_by_the_demo_page(answer.content)


def test_curl(server: RunningServer, photos: list[Path]) -> None:
    command = ["curl", "--silent", "--noproxy", "*", "-F", f"image=@{photos[0]}", f"{server.url}/predict"]
    assert_understood_by_the_demo_page(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def test_an_error_has_the_demos_success_field(client: httpx.Client) -> None:
    answer = client.post("/predict", files={"image": ("x.jpg", b"no picture")})
    assert answer.json()["success"] is False
