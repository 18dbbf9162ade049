"""Export to ONNX through either of PyTorch's exporters, and a file that is fit to be committed."""

import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import onnx
import torch
from torch import Tensor, nn

Exporter = Literal["torchscript", "dynamo"]
AXES = {0: "batch", 2: "height", 3: "width"}
# Torch 1 (see export_older.py) knows the older exporter only, and no argument that asks for it.
NEW_TORCH = not torch.__version__.startswith("1.")
# Of what the newer exporter notes on everything: listings with paths of the exporting machine, and
# what says again, in more room than the weights take, what name_scopes says.
DROPPED_METADATA = (
    "namespace",
    "pkg.torch.onnx.stack_trace",
    "pkg.torch.onnx.fx_node",
    "pkg.torch.onnx.class_hierarchy",
    "pkg.torch.export.ExportedProgram.graph_signature",
)
MACHINE_TRACES = (
    *(b"/home/", b"/usr/", b"site-packages", b'.py"'),
    *(str(path).encode() for path in (sys.prefix, Path(__file__).parent.parent, tempfile.gettempdir())),
)
# Tensors smaller than this stay in the file when the rest goes beside it.
EXTERNAL_FROM = 1024


@dataclass(frozen=True)
class Export:
    exporter: Exporter
    opset: int
    dynamic: bool
    suffix: Literal["", "torch1", "onnxscript07", "external"] = ""

    @property
    def older(self) -> bool:
        """Whether export_older.py makes it."""
        return self.suffix in ("torch1", "onnxscript07")

    @property
    def label(self) -> str:
        parts = (self.exporter, f"op{self.opset}", "dynamic" if self.dynamic else "static", self.suffix)
        return "-".join(part for part in parts if part)


def export(
    net: nn.Module,
    inputs: dict[str, Tensor],
    how: Export,
    outputs: tuple[str, ...],
    free: dict[str, dict[int, str]] | None = None,
) -> onnx.ModelProto:
    """Export `net`; with `dynamic`, batch, height and width of all images are free, or the axes in `free` by name."""
    args, names = tuple(inputs.values()), list(inputs)
    axes = [axes_of(name) if free is None else free[name] for name in names]
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if how.exporter == "torchscript":
            buffer = BytesIO()
            if free is None:
                free = {**dict(zip(names, axes)), **{name: axes_of(name) for name in outputs}}
            torch.onnx.export(
                net,
                args,
                buffer,
                opset_version=how.opset,
                input_names=names,
                output_names=list(outputs),
                dynamic_axes=free if how.dynamic else None,
                **({"dynamo": False} if NEW_TORCH else {}),
            )
            return onnx.load_from_string(buffer.getvalue())
        # A module that takes `*inputs` has one argument, which is a tuple.
        dynamic = tuple(axes) if free is None else (tuple(axes),)
        program = torch.onnx.export(
            net,
            args,
            dynamo=True,
            opset_version=how.opset,
            input_names=names,
            output_names=list(outputs),
            dynamic_shapes=dynamic if how.dynamic else None,
            verbose=False,
        )
        return tidied(program.model_proto)


def axes_of(name: str) -> dict[int, str]:
    """Names of the free axes; images of another scale (image2, output4) have rows and columns of their own."""
    scale = name.lstrip("abcdefghijklmnopqrstuvwxyz")
    return {axis: free + scale * (axis > 0) for axis, free in AXES.items()}


def tidied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without the exporter's listings; other metadata stays."""
    for owner in _owners_of_metadata(model):
        kept = [p for p in owner.metadata_props if p.key not in DROPPED_METADATA]
        del owner.metadata_props[:]
        owner.metadata_props.extend(kept)
    return model


def _owners_of_metadata(model: onnx.ModelProto) -> Iterator[onnx.ModelProto]:
    graph = model.graph
    yield from (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer)
    for function in model.functions:
        yield from (function, *function.node)


def save(model: onnx.ModelProto, path: Path, external: bool = False) -> None:
    """Write and check a model; `external` puts its larger tensors into `<name>.data` beside it."""
    if external:
        location = f"{path.name}.data"
        (path.parent / location).unlink(missing_ok=True)
        onnx.save_model(
            model, path, save_as_external_data=True, location=location, size_threshold=EXTERNAL_FROM
        )
    else:
        path.write_bytes(model.SerializeToString(deterministic=True))
    check(path)


def check(path: Path) -> None:
    """The file is valid and names nothing of the machine that made it."""
    onnx.checker.check_model(str(path))
    data = path.read_bytes()
    for trace in MACHINE_TRACES:
        assert trace not in data, f"{path.name} mentions {trace!r}"
