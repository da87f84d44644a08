"""The manual: complete, the same in both languages, and its examples run."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
import typer

from paishi.cli import app
from paishi.models.catalogue import CATALOGUE
from paishi.problems.kinds import Problem
from paishi.settings import Settings, environment_name, range_of, unit_of
from tests.server.conftest import ROOT, RunningServer, run_server
from tests.server.pictures import file_of, noise

LANGUAGES = ("zh", "en")
ADDRESS = "http://127.0.0.1:5000"
_FENCE = re.compile(r"^( *)```\{\.(\w+) \.test( \.refused)?\}\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_MARKED = re.compile(r"^<!-- test -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""In a README, where GitHub shows a class in the fence."""

_HTTP_ERROR = 22
"""curl's exit code for a status from 400 on."""


class Example(NamedTuple):
    """A block of the manual that is run; `is_refused` if it shows an error of the server."""

    page: str
    language: str
    is_refused: bool
    text: str


def page(language: str, name: str) -> str:
    return (ROOT / "docs" / language / name).read_text("utf-8")


def examples_of_readme(name: str) -> list[Example]:
    found = _MARKED.findall((ROOT / name).read_text("utf-8"))
    return [Example(name, language, False, text) for language, text in found]


def names(language: str) -> list[str]:
    return sorted(path.name for path in (ROOT / "docs" / language).glob("*.md"))


def examples_of(language: str, name: str) -> list[Example]:
    return [
        Example(name, fence[2], bool(fence[3]), re.sub(f"^{fence[1]}", "", fence[4], flags=re.MULTILINE))
        for fence in _FENCE.finditer(page(language, name))
    ]


EXAMPLES = list(
    {
        example.text: example  # most are the same in both languages
        for language in LANGUAGES
        for name in names(language)
        for example in examples_of(language, name)
    }.values()
)
READMES = ("README.md", "README.zh.md")


def test_both_languages_have_the_same_pages() -> None:
    assert names("zh") == names("en")


@pytest.mark.parametrize("name", names("zh"))
def test_a_page_has_the_same_anchors_and_examples_in_both_languages(name: str) -> None:
    anchor = re.compile(r"^#+ .*\{#([\w-]+)\}$", re.MULTILINE)
    anchors = [anchor.findall(page(language, name)) for language in LANGUAGES]
    assert anchors[0] == anchors[1]
    kinds = [[one.language for one in examples_of(language, name)] for language in LANGUAGES]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_its_example_is_one_of_the_manual(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= 120
    marked = examples_of_readme(name)
    assert marked
    assert {example.text for example in marked} <= {example.text for example in EXAMPLES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_there_with_its_default_and_range(language: str) -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| `?([^|`]*)`? \| ([^|]*) \|", page(language, "settings.md"), re.MULTILINE
    )
    shown = {name: (default.strip(), limits.strip()) for name, default, limits in rows}
    assert len(shown) == len(rows)
    assert shown.keys() == {environment_name(field) for field in Settings.model_fields}
    for field, described in Settings.model_fields.items():
        default, limits = shown[environment_name(field)]
        value = described.get_default(call_default_factory=True, validated_data={})
        if field != "keras_home":  # its default is below the user's home
            text = ",".join(value) if isinstance(value, list) else "" if value is None else str(value)
            assert default == text, field
        bounds = range_of(field)
        numbers = " – ".join(f"{bound:f}".rstrip("0").rstrip(".") for bound in bounds) if bounds else ""
        assert limits == f"{numbers} {unit_of(field)}".strip(), field


def _kinds(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    yield kind
    for special in kind.__subclasses__():
        yield from _kinds(special)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_code_is_there_with_its_statuses(language: str) -> None:
    heading = re.compile(r"^### `([\w-]+)` \{#\1\}\n\n\*\*([\d /]+)\*\*", re.MULTILINE)
    shown = dict(heading.findall(page(language, "problems.md")))
    statuses: dict[str, set[str]] = {}
    for kind in _kinds():
        statuses.setdefault(kind.code, set()).add(str(kind.status))
    assert {code: set(text.split(" / ")) for code, text in shown.items()} == statuses


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_is_there_with_its_accuracy(language: str) -> None:
    row = re.compile(r"^\| `(\w+)` \| (\d+) \| [\d.]+ \| ([\d.]+) \| ", re.MULTILINE)
    rows = row.findall(page(language, "models.md"))
    assert {name: (int(side), float(top1)) for name, side, top1 in rows} == {
        one.name: (one.input_size, round(one.top1, 1)) for one in CATALOGUE.values() if one.top1
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_one_that_there_is(language: str) -> None:
    known = typer.main.get_command(app).commands.keys()  # type: ignore[attr-defined]
    used = {
        command
        for name in names(language)
        for command in re.findall(r"(?:^|`|/|paishi )paishi ([a-z]+)\b", page(language, name), re.MULTILINE)
    }
    assert used <= known


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The built-in model; clients may teach."""
    output = tmp_path_factory.mktemp("manual") / "output"
    (output.parent / "photo.jpg").write_bytes(file_of(noise()))
    (output.parent / "photo.txt").write_text("no photo")
    (output.parent / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    with run_server(output, PAISHI_MODEL="EfficientNetLite0", PAISHI_TEACHERS="everybody") as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.page}-{one.language}")
def test_an_example_runs(server: RunningServer, example: Example) -> None:
    folder = server.output.parent
    text = example.text.replace(ADDRESS, server.url)
    program = {
        "bash": ["bash", "-ec", f'paishi() {{ "{sys.executable}" -m paishi "$@"; }}\n{text}'],
        "python": [sys.executable, "-c", text],
        "js": ["node", "--input-type=module", "--eval", text],
    }[example.language]
    done = subprocess.run(
        program,
        cwd=folder,
        env={**os.environ, "CURL_HOME": str(folder), "no_proxy": "*"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == (_HTTP_ERROR if example.is_refused else 0), done.stdout + done.stderr
    assert done.stdout or list(folder.glob("*.npy")) or "-o" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_is_there(server: RunningServer, language: str) -> None:
    with server.client() as client:
        ours = set(re.findall(r"^# TYPE (paishi_\w+)", client.get("/metrics").text, re.MULTILINE))
    assert ours
    assert set(re.findall(r"`(paishi_\w+)`", page(language, "operate.md"))) == ours


@pytest.mark.skipif(not importlib.util.find_spec("mkdocs"), reason="needs the dependency group docs")
def test_it_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) >= len(names("zh")) + len(names("en"))
    from_elsewhere = re.compile(
        r"<(?:script|img|iframe|source)[^>]+src=\"?(?:https?:)?//"
        r"|<link[^>]+rel=\"?(?:stylesheet|preconnect)[^>]+href=\"?(?:https?:)?//"
        r"|class=\"?mermaid"  # the theme would fetch its library
    )
    for built in pages:
        assert not from_elsewhere.search(built.read_text("utf-8")), built
    for style in tmp_path.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import )[\"']?(?:https?:)?//", style.read_text("utf-8")), style


class Links(HTMLParser):
    """The targets of a page's links, and the anchors that others may name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name == ("href" if tag in ("a", "link") else "src") and value:
                self.targets.append(value)


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
)
def test_links_lead_somewhere(name: str) -> None:
    """Those to other sites are https; whether they answer is not asked."""
    markdown = pytest.importorskip("markdown", reason="needs the dependency group docs")
    pymdownx = pytest.importorskip("pymdownx.slugs", reason="needs the dependency group docs")

    def read(file: Path) -> Links:
        toc = {"toc": {"slugify": pymdownx.slugify(case="lower")}}
        extensions = ["toc", "tables", "fenced_code", "attr_list"]
        text = file.read_text("utf-8")
        return Links(markdown.markdown(text, extensions=extensions, extension_configs=toc))

    page = read(ROOT / name)
    assert page.anchors
    for target in page.targets:
        place, _, anchor = unquote(target).partition("#")
        if "://" in place:
            assert place.startswith(("https://", ADDRESS)), target
            continue
        file = ROOT / place if place else ROOT / name
        assert file.exists(), target
        if anchor:
            assert file.suffix == ".md", target
            assert anchor in (page if file == ROOT / name else read(file)).anchors, target
