"""From a backbone and its weights to a runtime. Importing this loads neither TensorFlow nor Keras."""

from pathlib import Path
from typing import Literal

from server.networks.backbone import Backbone
from server.networks.errors import RuntimeUnavailable
from server.runtimes.base import Runtime


def load_runtime(
    backbone: Backbone, weights: Path, runtime: Literal["auto", "tensorflow", "openvino"] = "auto"
) -> Runtime:
    """Builds `backbone`, gives it the file `weights` and hands it to `runtime`; blocks for seconds.

    Raises RuntimeUnavailable, and what `build_served` raises: WeightsMismatch, WeightsCorrupt.
    """
    if runtime == "openvino":
        raise RuntimeUnavailable(
            "PAISHI_RUNTIME=openvino is not available in this version; use tensorflow or auto."
        )
    # Here and not above: loading TensorFlow takes seconds and half a gigabyte.
    from server.networks.served import build_served
    from server.runtimes.tensorflow import TensorFlowRuntime

    return TensorFlowRuntime(build_served(backbone, weights))
