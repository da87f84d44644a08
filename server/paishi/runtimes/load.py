"""Loads a model on a runtime. Importing this loads neither TensorFlow nor Keras nor OpenVINO."""

import logging

from paishi.models.errors import ConversionFailed, RuntimeUnavailable
from paishi.models.keras import need_keras
from paishi.runtimes.base import Runtime
from paishi.runtimes.conversion.convert import FindWeights, converted
from paishi.runtimes.conversion.precision import lowered
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget
from paishi.system.passing_fault import is_passing

log = logging.getLogger(__name__)


def load_runtime(spec: ModelSpec, find_weights: FindWeights, cores: CpuBudget) -> Runtime:
    """Loads `spec`; blocks for seconds, or minutes for a calibration. Calls `find_weights` only if needed.

    TensorFlow replaces OpenVINO only if that lacks on this machine or refuses the model, never after a fault
    that may pass: it would keep half a gigabyte until the end of the process.

    Raises RuntimeUnavailable, KerasMissing, ConversionFailed, ConversionInterrupted, PrecisionRefused, and
    from `find_weights` and `build_served` WeightsUnavailable, WeightsMismatch and WeightsCorrupt.
    """
    if spec.runtime == "tensorflow":
        return _on_tensorflow(spec, find_weights, cores)
    try:
        return _on_openvino(spec, find_weights, cores)
    except (RuntimeUnavailable, ConversionFailed) as error:
        if spec.runtime == "openvino" or spec.precision not in ("fp32", "auto") or is_passing(error):
            raise
        if not spec.is_of_keras:
            raise
        if spec.custom:  # this process loads a custom file only if the operator chose TensorFlow
            raise type(error)(f"{error} To run it on TensorFlow, set PAISHI_RUNTIME=tensorflow.") from error
        log.warning("%s runs on TensorFlow: %s", spec.backbone.name, error)
        return _on_tensorflow(spec, find_weights, cores)


# Imports are local: TensorFlow takes seconds and half a gigabyte, OpenVINO a quarter of a second.


def _on_openvino(spec: ModelSpec, find_weights: FindWeights, cores: CpuBudget) -> Runtime:
    try:
        from paishi.runtimes.openvino.runtime import OpenVINORuntime, has_bf16
    except (ImportError, OSError) as error:
        raise RuntimeUnavailable(f"OpenVINO cannot be imported ({error}).") from error
    if spec.precision == "bf16" and not has_bf16():
        raise RuntimeUnavailable("PAISHI_PRECISION=bf16: this processor has no bf16. Use fp32 or int8.")
    if spec.precision == "auto":
        from paishi.runtimes.fastest import fastest

        spec = fastest(spec, find_weights)
    assert spec.precision != "auto"
    with (converted if spec.precision == "fp32" else lowered)(spec, find_weights) as model:
        identity = model.identity.of_vectors if spec.teaching else None
        return OpenVINORuntime(model.file, cores, spec.precision, model.agreement, identity)


def _on_tensorflow(spec: ModelSpec, find_weights: FindWeights, cores: CpuBudget) -> Runtime:
    if spec.precision not in ("fp32", "auto"):
        raise RuntimeUnavailable(f"PAISHI_PRECISION={spec.precision} needs PAISHI_RUNTIME=openvino or auto.")
    need_keras("PAISHI_RUNTIME=tensorflow" if spec.runtime == "tensorflow" else "TensorFlow's runtime")
    from paishi.models.keras.build import build_served
    from paishi.runtimes.tensorflow import TensorFlowRuntime

    if spec.custom:
        from paishi.models.custom.build import build_custom

        file = find_weights()
        log.warning("%s is loaded in the server's own process, and such a file can run code.", file)
        model, independent = build_custom(file, spec.custom.card)
        return TensorFlowRuntime(model, cores, independent)
    return TensorFlowRuntime(build_served(spec.backbone, find_weights()), cores)
