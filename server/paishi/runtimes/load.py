"""Loads a model on a runtime. Importing this loads neither TensorFlow nor Keras nor OpenVINO."""

import logging

from paishi.models.errors import ConversionFailed, RuntimeUnavailable
from paishi.runtimes.base import Runtime
from paishi.runtimes.conversion.convert import FindWeights, converted
from paishi.runtimes.conversion.precision import lowered
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget

log = logging.getLogger(__name__)


def load_runtime(spec: ModelSpec, find_weights: FindWeights, cores: CpuBudget) -> Runtime:
    """Loads `spec`; blocks for seconds, or minutes for a calibration. Calls `find_weights` only if needed.

    Raises RuntimeUnavailable, ConversionFailed, PrecisionRefused, and from `find_weights` and `build_served`
    WeightsUnavailable, WeightsMismatch and WeightsCorrupt.
    """
    if spec.runtime == "tensorflow":
        return _on_tensorflow(spec, find_weights, cores)
    try:
        return _on_openvino(spec, find_weights, cores)
    except (RuntimeUnavailable, ConversionFailed) as error:
        if spec.runtime == "openvino" or spec.precision != "fp32":
            raise
        if spec.is_custom:  # this process loads a custom file only if the operator chose TensorFlow
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
    with (converted if spec.precision == "fp32" else lowered)(spec, find_weights) as model:
        return OpenVINORuntime(model.file, cores, spec.precision, model.agreement)


def _on_tensorflow(spec: ModelSpec, find_weights: FindWeights, cores: CpuBudget) -> Runtime:
    if spec.precision != "fp32":
        raise RuntimeUnavailable(f"PAISHI_PRECISION={spec.precision} needs PAISHI_RUNTIME=openvino or auto.")
    from paishi.models.keras.build import build_served
    from paishi.runtimes.tensorflow import TensorFlowRuntime

    if spec.is_custom:
        from paishi.models.custom.build import build_custom

        file = find_weights()
        log.warning("%s is loaded in the server's own process, and such a file can run code.", file)
        return TensorFlowRuntime(build_custom(file, spec.backbone.preprocessing), cores)
    return TensorFlowRuntime(build_served(spec.backbone, find_weights()), cores)
