"""Run an ONNX file, and find skip features in it by what they are: by value, never by name."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from torch import Tensor

from .skip import Join, Skip

# Which inputs of which operators join; the fourth input of a fused convolution is added to its result.
JOINS: dict[Join, dict[str, slice]] = {
    "concat": {"Concat": slice(None)},
    "add": {"Add": slice(None), "Sum": slice(None), "FusedConv": slice(3, 4)},
    "mul": {"Mul": slice(None)},
}
TYPES = {"tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


@dataclass(frozen=True)
class Merge:
    """The value that is the skip, and the node input that joins it to the decoder."""

    value: str
    node_index: int
    node_output: str
    input_index: int
    distance: float


def run(path: Path, inputs: dict[str, Tensor], everything: bool = False) -> dict[str, np.ndarray]:
    """Outputs by name, or all values, on the CPU and without graph optimisation; float16 as float32."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    source: str | bytes = str(path)
    if everything:
        model = onnx.load(path)
        known = {o.name for o in model.graph.output}
        names = [name for node in model.graph.node for name in node.output if name and name not in known]
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        source = model.SerializeToString()
    session = onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])
    feed = {i.name: inputs[i.name].numpy().astype(TYPES.get(i.type, np.float32)) for i in session.get_inputs()}
    values = session.run(None, feed)
    got = dict(zip((o.name for o in session.get_outputs()), values, strict=True))
    return {name: v.astype(np.float32) if v.dtype == np.float16 else v for name, v in got.items()}


def find_merges(path: Path, inputs: dict[str, Tensor], skips: list[Skip], limit: float) -> list[Merge | None]:
    """
    For each skip the node input that reads it: the one nearest to PyTorch's tensor, if its relative
    distance is below `limit` and no other is half as near. None where no node reads such a value.
    """
    model = onnx.load(path, load_external_data=False)
    values = run(path, inputs, everything=True)
    return [_merge(model, values, skip, limit) for skip in skips]


def _merge(model: onnx.ModelProto, values: dict[str, np.ndarray], skip: Skip, limit: float) -> Merge | None:
    wanted = skip.tensor.numpy()
    merged = None if skip.merged is None else skip.merged.numpy()
    found: list[Merge] = []
    for node_index, node in enumerate(model.graph.node):
        read = range(len(node.input))[JOINS[skip.join].get(node.op_type, slice(0, 0))]
        # What a fused convolution gives has passed its activation too.
        if merged is not None and node.op_type != "FusedConv" and _distance(values.get(node.output[0]), merged) > limit:
            continue
        for index in read:
            name = node.input[index]
            distance = _distance(values.get(name), wanted)
            if distance <= limit:
                found.append(Merge(name, node_index, node.output[0], index, distance))
    found.sort(key=lambda merge: merge.distance)
    if not found:
        return None
    near = [merge for merge in found if merge.distance <= max(2 * found[0].distance, 1e-5)]
    assert len(near) == 1, f"{len(near)} merges take a skip of shape {wanted.shape}: {near}"
    return near[0]


def _distance(value: np.ndarray | None, wanted: np.ndarray) -> float:
    """Relative, in the Euclidean norm."""
    if value is None or value.shape != wanted.shape or value.dtype != np.float32:
        return np.inf
    return float(np.linalg.norm(value - wanted) / np.linalg.norm(wanted))
