"""What `GET /models` says of a network of the operator's own."""

from typing import Any

from paishi.models.custom.folder import OwnNetwork


def own_fields(own: OwnNetwork) -> dict[str, Any]:
    """The fields of the contract's Backbone, but for those that every serving network has."""
    said = {"description": own.card.description, "version": own.card.version}
    return {
        "name": own.name,
        "input_size": own.input_size,
        "parameters": None,
        "top1": None,
        "top5": None,
        "download_mb": own.megabytes,
        "cached": True,
        **{field: text for field, text in said.items() if text},
    }
