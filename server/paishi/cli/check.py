from pathlib import Path
from typing import Annotated

import typer

from paishi.cli.errors import fail, read_settings, say
from paishi.models.custom.folder import find_custom, path_of
from paishi.models.errors import ModelError
from paishi.recognition.custom_labels import labels_of


def check(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Folder of a custom model, as in PAISHI_MODEL.")
    ],
    photos: Annotated[
        list[Path] | None, typer.Argument(metavar="[PHOTO-OR-FOLDER...]", help="Photos to compare on.")
    ] = None,
) -> None:
    """Check a custom model; with photos, show their names under each preprocessing side by side.

    This loads the model; one of Keras can run code of its author: check only models that you trust.
    """
    settings = read_settings(model=str(path_of(folder)))
    try:
        custom = find_custom(settings.model)
        labels = labels_of(custom)
    except ModelError as error:
        fail(str(error))
    count = len(labels.classes)
    say(f"{custom.name}: {custom.pixels}, {count} labels, preprocessing {custom.preprocessing}.")
    # Imported here, so that a mistake in the folder shows without NumPy and the runtimes.
    from paishi.cli.compare_preprocessing import compare, self_test

    if not photos:
        self_test(settings)
    elif not compare(settings, custom, labels, photos):
        raise typer.Exit(1)
