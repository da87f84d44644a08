"""What `GET /models` says of a network of the operator's own."""

from typing import Any

from paishi.models.custom.folder import CustomModel


def custom_fields(custom: CustomModel) -> dict[str, Any]:
    """The fields of the contract's Backbone, but for those that every serving network has."""
    said = {"description": custom.card.description, "version": custom.card.version}
    return {
        "name": custom.name,
        "input_size": custom.input_size,
        "parameters": None,
        "top1": None,
        "top5": None,
        "download_mb": custom.megabytes,
        "cached": True,
        **{field: text for field, text in said.items() if text},
    }
