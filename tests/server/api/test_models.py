"""GET /models: the catalogue, and details of the model being served."""

from tests.server.api.conftest import AppClient, started


def test_the_model_being_served_has_its_precision(app_client: AppClient) -> None:
    models = app_client.get("/models").json()["models"]
    [serving] = [model for model in models if model["serving"]]
    assert serving["name"] == "ResNet50"
    assert serving["precision"] == app_client.get("/readyz").json()["precision"] == "int8"
    assert (serving["agreement"], serving["checked_on"], serving["calibrated_on"]) == (0.985, 200, 300)


def test_the_others_have_none(app_client: AppClient) -> None:
    others = [model for model in app_client.get("/models").json()["models"] if not model["serving"]]
    assert len(others) > 30
    for model in others:
        assert not {"precision", "agreement", "checked_on", "calibrated_on"} & set(model)
        assert "top5" in model  # null where nothing is published


def test_before_any_serves_all_are_listed() -> None:
    def load(on_progress: object) -> None:
        raise RuntimeError("not today")

    with started(load) as client:  # type: ignore[arg-type]
        assert not any(model["serving"] for model in client.get("/models").json()["models"])
