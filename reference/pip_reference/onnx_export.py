"""Export to ONNX through either of PyTorch's exporters, and a look at what came out."""

import logging
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

Exporter = Literal["torchscript", "dynamo"]
AXES = {0: "batch", 2: "height", 3: "width"}
# The newer exporter writes paths of the exporting machine here, and much text nobody reads.
KEPT_METADATA = ("pkg.torch.onnx.name_scopes",)
MACHINE_TRACES = (b"/opt/", b"/usr/", b"/home/", b"site-packages", b'.py"')


@dataclass(frozen=True)
class Export:
    exporter: Exporter
    opset: int
    dynamic: bool

    @property
    def label(self) -> str:
        return f"{self.exporter}-op{self.opset}-{'dynamic' if self.dynamic else 'static'}"


def export(net: nn.Module, inputs: dict[str, Tensor], how: Export, output: str = "output") -> onnx.ModelProto:
    """Export `net`; with `dynamic`, batch, height and width of `image` (the first input) are free."""
    args, names = tuple(inputs.values()), list(inputs)
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if how.exporter == "torchscript":
            buffer = BytesIO()
            free = {names[0]: AXES, output: AXES} if how.dynamic else None
            torch.onnx.export(
                net,
                args,
                buffer,
                dynamo=False,
                opset_version=how.opset,
                input_names=names,
                output_names=[output],
                dynamic_axes=free,
            )
            return onnx.load_from_string(buffer.getvalue())
        free = (AXES, *({} for _ in args[1:])) if how.dynamic else None
        program = torch.onnx.export(
            net,
            args,
            dynamo=True,
            opset_version=how.opset,
            input_names=names,
            output_names=[output],
            dynamic_shapes=free,
            verbose=False,
        )
        return tidied(program.model_proto)


def tidied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without the exporter's stack traces and source listings; other metadata stays."""
    graph = model.graph
    for owner in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        kept = [p for p in owner.metadata_props if p.key in KEPT_METADATA]
        del owner.metadata_props[:]
        owner.metadata_props.extend(kept)
    return model


def save(model: onnx.ModelProto, path: Path) -> None:
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    for trace in MACHINE_TRACES:
        assert trace not in data, f"{path.name} mentions {trace!r}"
    path.write_bytes(data)


def run(model: onnx.ModelProto, inputs: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """All outputs by name, on the CPU, without graph optimisation."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    feed = {name: tensor.numpy() for name, tensor in inputs.items()}
    return dict(zip((o.name for o in session.get_outputs()), session.run(None, feed), strict=True))


@dataclass(frozen=True)
class Merge:
    """The value that is the skip, and the node input that joins it to the decoder."""

    value: str
    node_output: str
    input_index: int


def find_merges(
    model: onnx.ModelProto, inputs: dict[str, Tensor], skips: list[Tensor], op: Literal["Concat", "Add"]
) -> list[Merge]:
    """Find each skip by what it *is*: the value equal to PyTorch's skip tensor that enters a merge."""
    seen = onnx.ModelProto()
    seen.CopyFrom(model)
    ours = {o.name for o in model.graph.output}
    candidates = {name for node in model.graph.node for name in node.output if name} - ours
    types = {v.name: v for v in onnx.shape_inference.infer_shapes(model).graph.value_info}
    floats = [n for n in candidates if n in types and types[n].type.tensor_type.elem_type == onnx.TensorProto.FLOAT]
    seen.graph.output.extend(onnx.helper.make_value_info(n, onnx.TypeProto()) for n in sorted(floats))
    for output in seen.graph.output:
        if output.name not in ours:
            output.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    values = run(seen, inputs)
    return [_merge(model, values, skip.numpy(), op) for skip in skips]


def _merge(model: onnx.ModelProto, values: dict[str, np.ndarray], skip: np.ndarray, op: str) -> Merge:
    equal = {n for n, v in values.items() if v.shape == skip.shape and np.allclose(v, skip, atol=1e-4)}
    found = [
        Merge(name, node.output[0], index)
        for node in model.graph.node
        if node.op_type == op
        for index, name in enumerate(node.input)
        if name in equal
    ]
    assert len(found) == 1, f"{len(found)} merges take a skip of shape {skip.shape}: {found}"
    return found[0]
