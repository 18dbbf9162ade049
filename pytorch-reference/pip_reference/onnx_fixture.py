"""One entry of fixtures.json: what is true of a file, as measured."""

import math
from pathlib import Path

import numpy as np
import onnx
from torch import Tensor, nn

from .onnx_sites import Merge, Skip, find_merges, run

FAITHFUL = 1e-3
# How far, relatively, the value that is the skip may be from PyTorch's: the variants that round.
LIMITS = {"float16": 2e-2, "float16-io": 2e-2, "qdq": 0.5, "qdq-per-channel": 0.5}
LIMIT = 1e-4
NOTES = {
    "opened": "the sizes of the image and the output were given names afterwards; the exported size is built in",
    "space-to-depth": "wrong as exported: a pixel unshuffle has become SpaceToDepth, in another channel order"
    " (microsoft/onnxscript#2891); sites were found with a network of that order",
    "float16": "values of sites are float16",
    "float16-io": "values of sites are float16, as are the image and the output",
    **dict.fromkeys(("qdq", "qdq-per-channel"), "values of sites are DequantizeLinear's outputs, which the joins read"),
}


def measure(net: nn.Module, path: Path, inputs: dict[str, Tensor], outputs: tuple[str, ...]) -> float:
    """The largest difference from PyTorch over all outputs; infinite when the file does not run."""
    wanted = net(*inputs.values())
    try:
        got = run(path, inputs)
    except Exception:  # onnxruntime's own errors have no common class
        return math.inf
    pairs = zip(outputs, wanted if isinstance(wanted, tuple) else (wanted,), strict=True)
    differences = [
        np.abs(got[name] - tensor.numpy()).max() if got[name].shape == tensor.shape else np.inf
        for name, tensor in pairs
    ]
    return float(max(differences))


def sites(
    path: Path, inputs: dict[str, Tensor], skips: list[Skip], variant: str, size: tuple[int, int] | None = None
) -> dict[str, object]:
    """
    `sites` from the highest resolution to the lowest, `siteError`: the largest relative distance of one
    from PyTorch's skip, and a `note` where a skip is no value here or not the plain one. `size` is that of
    the image that the network works on; default the model's own.
    """
    height, width = size or next(iter(inputs.values())).shape[2:]
    merges = find_merges(path, inputs, skips, LIMITS.get(variant, LIMIT))
    found = [_site(skip, merge, height, width) for skip, merge in zip(skips, merges, strict=True) if merge]
    notes = [NOTES[variant]] if variant in NOTES else []
    notes += [
        f"the skip of shape {list(skip.tensor.shape)} is no value of this file that a join reads"
        for skip, merge in zip(skips, merges, strict=True)
        if merge is None
    ]
    found.sort(key=lambda site: (site["scale"], site.pop("order")))
    levels = [1 + int(math.log2(site["scale"])) for site in found]
    unique = len(set(levels)) == len(levels)
    error = max((merge.distance for merge in merges if merge), default=0.0)
    return {
        "siteError": float(f"{error:.2g}"),
        "sites": [{"level": levels[i] if unique else i + 1, **site} for i, site in enumerate(found)],
        **({"note": "; ".join(notes)} if notes else {}),
    }


def _site(skip: Skip, merge: Merge, height: int, width: int) -> dict[str, object]:
    shape = skip.tensor.shape
    tokens = len(shape) == 3
    rows = math.sqrt(shape[1] * height / width) if tokens else shape[2]
    return {
        "order": merge.node_index,
        "channels": shape[2 if tokens else 1],
        "scale": 2 ** round(math.log2(height / rows)),
        "join": skip.join,
        **({"layout": "tokens"} if tokens else {}),
        "value": merge.value,
        "merge": merge.node_output,
        "mergeInput": merge.input_index,
    }


def opset_of(model: onnx.ModelProto) -> int:
    return next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
