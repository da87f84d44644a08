from typing import Annotated

from fastapi import APIRouter, Path, Response

from paishi.contract import About, ClassCard, KindName, Name
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.cards import load_cards

router = APIRouter(tags=["recognition"])

_A_DAY_S = 86_400


@router.get(
    "/classes/{id}",
    operation_id="get_class",
    summary="Read about a class",
    responses=documented(problems.NotFound),
)
def about_class(
    id: Annotated[str, Path(description="As in predictions: the WordNet id.")],
    response: Response,
) -> ClassCard:
    """Returns how the Chinese name of a class of ImageNet is read, a sentence about it, and its kind."""
    card = load_cards("imagenet").get(id)
    if card is None:
        raise problems.NotFound("There is no card of a class with this id. Ids are as in POST /predict.")
    response.headers["Cache-Control"] = f"public, max-age={_A_DAY_S}"
    return ClassCard(
        id=card.label.id,
        label=card.label.label,
        name=Name(en=card.label.en, zh=card.label.zh),
        pinyin=card.pinyin,
        about=About(en=card.en, zh=card.zh),
        kind=KindName(id=card.kind.id, name=Name(en=card.kind.en, zh=card.kind.zh)),
    )
