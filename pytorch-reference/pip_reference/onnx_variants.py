"""What people do to an export before they use it: simplify, optimise, halve, quantise."""

import logging
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from .onnx_export import AXES

Variant = Callable[[Path, Path, list[dict[str, np.ndarray]]], None]
"""Makes the second file from the first; the list holds images to calibrate with."""


def simplified(source: Path, target: Path, _: object) -> None:
    import onnxsim

    model, equal = onnxsim.simplify(onnx.load(source))
    assert equal, f"onnxsim changed what {source.name} computes"
    onnx.save(model, target)


def slimmed(source: Path, target: Path, _: object) -> None:
    import onnxslim

    onnx.save(onnxslim.slim(onnx.load(source)), target)


def opened(source: Path, target: Path, _: object) -> None:
    """Names in place of the sizes of inputs and outputs, which frees nothing that is built in."""
    model = onnx.load(source)
    for value in (*model.graph.input, *model.graph.output):
        for axis, name in AXES.items():
            value.type.tensor_type.shape.dim[axis].dim_param = name
    onnx.save(model, target)


def optimised(level: str) -> Variant:
    def optimise(source: Path, target: Path, _: object) -> None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
        options.optimized_model_filepath = str(target)
        options.log_severity_level = 4
        onnxruntime.InferenceSession(str(source), options, ["CPUExecutionProvider"])

    return optimise


def halved(keep_io_types: bool) -> Variant:
    def halve(source: Path, target: Path, _: object) -> None:
        from onnxconverter_common import float16

        onnx.save(float16.convert_float_to_float16(onnx.load(source), keep_io_types=keep_io_types), target)

    return halve


class _Images(quantization.CalibrationDataReader):
    def __init__(self, images: list[dict[str, np.ndarray]]) -> None:
        self.left = iter(images)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.left, None)


def quantised(per_channel: bool) -> Variant:
    def quantise(source: Path, target: Path, images: list[dict[str, np.ndarray]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            prepared = Path(folder) / "prepared.onnx"
            # Symbolic shape inference gives up on the shape arithmetic of traced attention.
            quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
            logging.disable(logging.WARNING)
            quantization.quantize_static(
                str(prepared),
                str(target),
                _Images(images),
                quant_format=quantization.QuantFormat.QDQ,
                per_channel=per_channel,
                activation_type=quantization.QuantType.QUInt8,
                weight_type=quantization.QuantType.QInt8,
            )

    return quantise


VARIANTS: dict[str, Variant] = {
    "onnxsim": simplified,
    "onnxslim": slimmed,
    "opened": opened,
    "ort-basic": optimised("ORT_ENABLE_BASIC"),
    "ort-extended": optimised("ORT_ENABLE_EXTENDED"),
    "float16": halved(keep_io_types=True),
    "float16-io": halved(keep_io_types=False),
    "qdq": quantised(per_channel=False),
    "qdq-per-channel": quantised(per_channel=True),
}

TOOLS: dict[str, str] = {
    "onnxsim": "onnxsim",
    "onnxslim": "onnxslim",
    "opened": "onnx",
    "float16": "onnxconverter-common",
    "float16-io": "onnxconverter-common",
}


def tools_of(variant: str) -> dict[str, str]:
    """The program that makes a variant, with its version."""
    tool = TOOLS.get(variant, "onnxruntime")
    return {tool: version(tool)}
