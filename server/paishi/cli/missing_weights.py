"""What a terminal says about weights that cannot be had, in the language of its reader."""

import locale
import os
from pathlib import PurePath

from rich.cells import cell_len

from paishi.contract import MissingWeights

_LANGUAGE = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def card(name: str, reason: str, missing: MissingWeights) -> str:
    """Lines with the `reason` why weights of `name` are missing, the file, and how to fetch it by hand."""
    why, size = _why(reason), f"{missing.size:,}" if missing.size else ""
    suffix = PurePath(missing.file or "").suffix
    if _reads_chinese():
        title = f"无法取得 {name} 的权重。"
        rows = {
            "原因": why,
            "文件": "，".join(
                filter(None, [missing.file, size and f"{size} 字节", missing.hash or "官方未公布校验值"])
            ),
            "放到": missing.folder,
            "手动下载": missing.command,
            "或者设置": "PAISHI_WEIGHTS_MIRRORS=存有该文件的地址，或 PAISHI_WEIGHTS=/文件路径/文件" + suffix,
        }
    else:
        title = reason
        rows = {
            "file": ", ".join(
                filter(None, [missing.file, size and f"{size} bytes", missing.hash or "no published hash"])
            ),
            "into": missing.folder,
            "by hand": missing.command,
            "or set": "PAISHI_WEIGHTS_MIRRORS=an-address-that-has-it, or PAISHI_WEIGHTS=/path/to/it" + suffix,
        }
    width = max(map(cell_len, rows))
    return "\n".join(
        [title, *(f"  {label}{' ' * (width - cell_len(label))}  {text}" for label, text in rows.items())]
    )


def line(name: str, reason: str, missing: MissingWeights) -> str:
    """The same on one line, for a server that goes on without `name`."""
    if _reads_chinese():
        return f"{name} 尚未就绪（{_why(reason)}），会继续下载；手动下载：{missing.command}"
    return f"{name} is not there yet ({_why(reason)}); fetching goes on; by hand: {missing.command}"


def _why(reason: str) -> str:
    """The places and their failures alone, without the sentence around them."""
    return reason.rpartition("could not be obtained: ")[2].rstrip(".")


def _reads_chinese() -> bool:
    """Whether the language of the terminal is Chinese, by gettext's variables, or by Windows' settings."""
    named = next(filter(None, map(os.environ.get, _LANGUAGE)), None) or locale.getlocale()[0] or ""
    return named.lower().startswith(("zh", "chinese"))
