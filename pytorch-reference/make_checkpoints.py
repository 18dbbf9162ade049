"""Checkpoints as `torch.save` writes them, for the reader in packages/weights, and what is in them.

    python make_checkpoints.py
"""

import argparse
import zipfile
from collections import OrderedDict, defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

FOLDER = Path(__file__).resolve().parent.parent / "packages" / "weights" / "test" / "checkpoints"
DTYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
)  # fmt: skip


def plain() -> OrderedDict[str, Tensor]:
    """A real module's state dict: ordered, with versions attached, a counter and a scalar."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.PReLU())
    net.register_parameter("scale", nn.Parameter(torch.tensor(0.25)))
    net.register_buffer("empty", torch.zeros(0, 4))
    return net.state_dict()


def views() -> dict[str, Tensor]:
    """Tensors that share storages, start in their middle, or do not lie in order."""
    torch.manual_seed(2)
    base = torch.randn(4, 6)
    return {
        "base": base,
        "transposed": base.t(),
        "row": base[2],
        "column": base[:, 3],
        "every_second": base[::2, 1::2],
        "expanded": base[0, :1].expand(5, 3),
        "permuted": torch.randn(2, 3, 4).permute(2, 0, 1),
        "channels_last": torch.randn(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
    }


def dtypes() -> dict[str, Tensor]:
    torch.manual_seed(3)
    values = torch.tensor([0.0, 1.0, 2.5, 100.0, 3.14159])
    return {str(dtype).removeprefix("torch."): values.to(dtype) for dtype in DTYPES} | {
        "small": torch.tensor([6e-8, 1e-5, 65504.0], dtype=torch.float16),
        "negative": torch.tensor([-1, -128, 127], dtype=torch.int8),
    }


def prefixed(prefix: str) -> dict[str, Tensor]:
    return {prefix + name: tensor for name, tensor in plain().items()}


def zipped_again(data: bytes) -> bytes:
    """The same archive with its entries compressed, as a person's zip program would."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def saved(content: Any, **options: Any) -> bytes:
    out = BytesIO()
    torch.save(content, out, **options)
    return out.getvalue()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    legacy = {"_use_new_zipfile_serialization": False}
    lightning = {
        "epoch": 7,
        "global_step": 1234,
        "pytorch-lightning_version": "2.0.1",
        "state_dict": prefixed("net."),
        "callbacks": {},
        "optimizer_states": [{"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.ones(2)}}}],
        "hyper_parameters": argparse.Namespace(lr=2e-4, de_type=["derain"], seen=defaultdict(list)),
        "best": np.float64(31.5),
    }
    averaged = {name: tensor * 2 for name, tensor in plain().items()}
    cases: list[tuple[str, bytes, dict[str, Tensor]]] = [
        ("plain.pth", saved(plain()), plain()),
        ("plain-protocol4.pt", saved(plain(), pickle_protocol=4), plain()),
        ("plain-protocol5.pt", saved(plain(), pickle_protocol=5), plain()),
        ("plain-legacy.pth", saved(plain(), **legacy), plain()),
        ("plain-deflated.pth", zipped_again(saved(plain())), plain()),
        ("params-epoch.pkl", saved({"params": plain(), "epoch": 120}), plain()),
        ("params-ema.pth", saved({"params": plain(), "params_ema": averaged}), averaged),
        ("lightning.ckpt", saved(lightning), plain()),
        ("lightning-legacy.ckpt", saved(lightning, **legacy), plain()),
        ("module-prefix.pth", saved({"state_dict": prefixed("module.net.")}), plain()),
        ("parameters.pth", saved({"model": dict(nn.Conv2d(2, 3, 1).double().named_parameters())}), {}),
        ("views.pth", saved(views()), views()),
        ("views-legacy.pth", saved(views(), **legacy), views()),
        ("dtypes.pth", saved(dtypes()), dtypes()),
        ("dtypes-legacy.pth", saved(dtypes(), **legacy), dtypes()),
    ]
    for name, data, expected in cases:
        expected = expected or torch.load(BytesIO(data))["model"]
        (FOLDER / name).write_bytes(data)
        floats = {key: tensor.detach().float().contiguous().clone() for key, tensor in expected.items()}
        save_file(floats, FOLDER / f"{name}.expected.safetensors")
        print(f"{name:24} {len(data):6} bytes  {len(floats):2} tensors")
    whole = nn.Conv2d(2, 3, 1)
    (FOLDER / "refused-module.pth").write_bytes(saved(whole))
    traced = BytesIO()
    torch.jit.save(torch.jit.trace(nn.ReLU(), torch.zeros(1)), traced)
    (FOLDER / "refused-torchscript.pt").write_bytes(zipped_again(traced.getvalue()))


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
