from typing import Annotated

import typer

from paishi.cli.errors import backbone, check_model, fail, read_settings, say
from paishi.models.custom.folder import names_folder
from paishi.settings import Settings


def convert(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME...]", help="Models, as in PAISHI_MODEL; by default that and PAISHI_STAND_IN."
        ),
    ] = None,
) -> None:
    """Convert models for OpenVINO into PAISHI_CACHE, so that servers start from there at once."""
    settings = read_settings()
    check_model(settings)
    if settings.runtime == "tensorflow":
        fail("PAISHI_RUNTIME=tensorflow runs models as they are. Set PAISHI_RUNTIME=auto to convert them.")
    if not names:
        has_stand_in = settings.stand_in and not names_folder(settings.model)
        names = [settings.model, *([settings.stand_in] if has_stand_in else [])]
    wanted = {one.model: one for one in (_settings_of(settings, name) for name in names)}
    for one in wanted.values():
        check_model(one)
    for one in wanted.values():
        _convert(one)


def _settings_of(settings: Settings, name: str) -> Settings:
    """PAISHI_WEIGHTS and PAISHI_PRECISION are those of PAISHI_MODEL; a server uses other models as they are
    published, in fp32."""
    if name == settings.model:
        return settings
    model = name if names_folder(name) else backbone(name).name
    is_served = not names_folder(settings.model) and backbone(settings.model).name == model
    others = {} if is_served else {"weights": "imagenet", "precision": "fp32"}
    return settings.model_copy(update={"model": model, **others})


def _convert(settings: Settings) -> None:
    # Imported here: a mistake in the names shows without NumPy and a runtime.
    import asyncio

    from paishi.cli.load import loaded
    from paishi.recognition.resolve import resolve
    from paishi.runtimes.conversion.convert import find
    from paishi.system.cpu_budget import CpuBudget
    from paishi.system.cpu_count import usable_cores

    with loaded(settings, CpuBudget(usable_cores())) as recogniser:
        asyncio.run(recogniser.self_test())
    found = find(resolve(settings).spec)
    if found is None:
        fail(
            f"{settings.model} could not be kept in {settings.cache_folder}. Set PAISHI_CACHE to a folder "
            "that this user may write.",
            1,
        )
    say(f"{recogniser.model.name}: {found.file.parent}")
