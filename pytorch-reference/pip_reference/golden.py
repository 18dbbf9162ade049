"""A golden file: one case's parameters, inputs and outputs, with the configuration to rebuild it."""

import json
import platform
import struct
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor


@dataclass(frozen=True)
class Golden:
    """Outputs are computed in float64 and rounded once; `error` is how far float32 was from them."""

    name: str
    config: dict[str, object]
    params: dict[str, Tensor]
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]
    error: float

    def tensors(self) -> dict[str, Tensor]:
        groups = {"param": self.params, "input": self.inputs, "output": self.outputs}
        return {f"{group}.{k}": t for group, named in groups.items() for k, t in named.items()}


def write(golden: Golden, folder: Path) -> Path:
    """Write `<name>.safetensors`: float32 only, the same bytes each time (the library's header order varies)."""
    versions = {"python": platform.python_version(), "torch": torch.__version__.split("+")[0]}
    metadata = {"config": json.dumps(golden.config), "versions": json.dumps(versions)}
    header: dict[str, object] = {"__metadata__": metadata}
    chunks, end = [], 0
    for name, tensor in sorted(golden.tensors().items()):
        assert tensor.dtype == torch.float32, name
        data = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        start, end = end, end + len(data)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = folder / f"{golden.name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))
    return path


def max_error(approximate: dict[str, Tensor], exact: dict[str, Tensor]) -> float:
    return max((approximate[k].double() - exact[k].double()).abs().max().item() for k in exact)
