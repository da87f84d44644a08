import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from paishi.training.doubtful import find_doubtful
from paishi.training.evaluation import Evaluation
from paishi.training.report.build import _shown
from tests.server.training.report_page import HOSTILE, write_page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("report"), HOSTILE, HOSTILE)


def test_the_page_needs_no_other_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href|srcset)=[\"']?(?!data:)[a-z./]", text)
    assert not re.findall(r"https?://", text)
    assert text.count("<script") == text.count("</script>") == 2


def test_charts_are_written_as_files_as_well(page: Path) -> None:
    assert sorted(file.name for file in page.parent.glob("*.png")) == [
        "report-confusion.png",
        "report-curves.png",
        "report-reliability.png",
    ]
    for file in page.parent.glob("*.png"):
        with Image.open(file) as chart:
            assert chart.width > 300
            assert len(np.unique(np.asarray(chart.convert("L")))) > 10


def test_every_photo_of_the_page_has_its_picture(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert len(data["pictures"]) == 18
    assert {photo["picture"] for photo in data["photos"]} == data["pictures"].keys()
    assert data["unreadable"] == [["red/broken.jpg", "It is damaged."]]
    assert [data["photos"][index]["probability"] for index in data["worst"]] == pytest.approx([0.7, 0.6])


def test_of_many_classes_those_that_are_confused_are_shown() -> None:
    labels = np.arange(2000)
    first = labels.copy()
    first[[7, 1500]] = [9, 3]
    found = Evaluation(tuple(map(str, labels)), labels.astype(np.intp), np.eye(2000, dtype=np.float32)[first])
    shown = _shown(found)
    assert len(shown) == 40
    assert {3, 7, 9, 1500} <= set(shown.tolist())


@pytest.mark.parametrize("dimensions", [8, 500])
def test_a_photo_in_the_wrong_folder_is_found(dimensions: int) -> None:
    random = np.random.default_rng(0)
    centres = np.eye(3, dimensions)
    labels = np.repeat(np.arange(3), 12)
    noise = random.normal(0, 0.3 / np.sqrt(dimensions), (36, dimensions))
    vectors = (centres[labels] + noise).astype(np.float32)
    labels[5] = 2
    assert [(one.photo, one.suggested) for one in find_doubtful(vectors, labels, 0)] == [(5, 0)]
