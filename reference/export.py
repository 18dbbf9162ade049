"""Export the reference networks to ONNX.

    python export.py                  # tiny ones, into packages/backbones/test/fixtures
    python export.py --full DIR       # full-size ones for benchmarks, outside the repository
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.onnx_export import Export, export, find_merges, run, save
from pip_reference.pip_restormer import PipRestormer
from pip_reference.promptir import PromptIR, PromptIRConfig
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer, RestormerConfig
from pip_reference.unet import UNet

FIXTURES = Path(__file__).resolve().parent.parent / "packages" / "backbones" / "test" / "fixtures"
FAITHFUL = 1e-3
NEWEST = Export("dynamo", 18, dynamic=True)
EVERY = (
    *(Export("torchscript", opset, dynamic) for opset in (11, 13, 16) for dynamic in (False, True)),
    NEWEST,
)


@dataclass(frozen=True)
class Family:
    name: str
    build: Callable[[], nn.Module]
    join: Literal["concat", "add"]
    exports: tuple[Export, ...] = EVERY
    size: tuple[int, int] = (16, 24)
    other_size: tuple[int, int] = (32, 16)


def tiny_trunk(refinement: int) -> RestormerConfig:
    return RestormerConfig(
        dim=4, blocks=(1, 1, 1, 1), refinement=refinement, heads=(1, 2, 2, 4), expansion=1.0
    )


def families() -> list[Family]:
    """Attention graphs are large however small the weights, so those families come in fewer kinds."""
    nafnet = NAFNetConfig(3, 4, (1, 1), 1, (1, 1))
    promptir = PromptIRConfig(tiny_trunk(0), prompt_channels=(4, 4, 4), prompt_sizes=(6, 4, 3))
    old_static, old_dynamic = Export("torchscript", 11, False), Export("torchscript", 11, True)
    static, dynamic = Export("torchscript", 13, False), Export("torchscript", 16, True)
    return [
        Family(
            "restormer",
            lambda: Restormer(tiny_trunk(1)),
            "concat",
            (old_dynamic, static, dynamic, NEWEST),
        ),
        Family("nafnet", lambda: NAFNet(nafnet), "add", EVERY, (18, 23), (20, 16)),
        Family("promptir", lambda: PromptIR(promptir), "concat", (old_static, dynamic, NEWEST)),
        Family("unet", lambda: UNet(width=4, levels=2), "concat"),
    ]


def sites(net: nn.Module, model: onnx.ModelProto, image: Tensor, join: str) -> list[dict[str, object]]:
    skips = net.skips(image)
    merges = find_merges(model, {"image": image}, skips, "Concat" if join == "concat" else "Add")
    return [
        {
            "level": level,
            "channels": skip.shape[1],
            "scale": 2 ** (level - 1),
            "join": join,
            "value": merge.value,
            "merge": merge.node_output,
            "mergeInput": merge.input_index,
        }
        for level, (skip, merge) in enumerate(zip(skips, merges, strict=True), start=1)
    ]


def largest_error(net: nn.Module, model: onnx.ModelProto, image: Tensor) -> float:
    got = run(model, {"image": image})["output"]
    return float(np.abs(got - net(image).numpy()).max())


def fixture(family: Family, how: Export, seed: int) -> dict[str, object]:
    torch.manual_seed(seed)
    net = family.build().eval()
    randomise(net, seed)
    batch = 2 if how.dynamic else 1
    image = torch.rand(batch, 3, *family.size)
    model = export(net, {"image": image}, how)
    name = f"{family.name}-{how.label}.onnx"
    save(model, FIXTURES / name)

    error = largest_error(net, model, image)
    entry: dict[str, object] = {
        "file": name,
        "family": family.name,
        "exporter": how.exporter,
        "opset": how.opset,
        "irVersion": model.ir_version,
        "dynamic": how.dynamic,
        "input": {"name": "image", "exportedAt": list(image.shape)},
        "output": {"name": "output"},
        "faithful": error < FAITHFUL,
    }
    if how.dynamic:
        other = largest_error(net, model, torch.rand(3, 3, *family.other_size))
        entry["faithfulAtOtherSizes"] = other < FAITHFUL
        error = max(error, other)
    entry["sites"] = sites(net, model, image, family.join)
    size = (FIXTURES / name).stat().st_size
    print(f"{name:44} {size / 1024:5.0f} KiB  {len(model.graph.node):5} nodes  error {error:.1e}")
    return entry


def write_fixtures() -> None:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    entries = [
        fixture(family, how, seed)
        for seed, family in enumerate(families(), start=300)
        for how in family.exports
    ]
    (FIXTURES / "fixtures.json").write_text(json.dumps({"fixtures": entries}, indent=2) + "\n")


def write_full(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    image = torch.rand(1, 3, 128, 128)
    how = Export("torchscript", 16, dynamic=True)
    weights = torch.tensor([[0.0, 1.0, 0.0, 0.0, 0.0]])
    full: list[tuple[str, Callable[[], nn.Module], dict[str, Tensor]]] = [
        ("restormer", Restormer, {"image": image}),
        ("nafnet", NAFNet, {"image": image}),
        ("promptir", PromptIR, {"image": image}),
        ("pip_restormer_traced", PipRestormer, {"image": image, "degradation": weights}),
    ]
    for seed, (name, build, inputs) in enumerate(full, start=400):
        net = build().eval()
        randomise(net, seed)
        model = export(net, inputs, how)
        save(model, folder / f"{name}.onnx")
        save_file(net.state_dict(), folder / f"{name}.safetensors")
        wanted = net(*inputs.values()).numpy()
        error = np.abs(run(model, inputs)["output"] - wanted).max()
        print(f"{name}: {len(model.graph.node)} nodes, error {error:.1e}, output up to {np.abs(wanted).max():.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=Path, metavar="DIR", help="export full-size networks there")
    folder = parser.parse_args().full
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        if folder is None:
            write_fixtures()
        else:
            write_full(folder)


if __name__ == "__main__":
    main()
