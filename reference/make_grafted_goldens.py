"""The networks of the fixtures with PIP at their skips, as PyTorch computes them.

    python make_grafted_goldens.py     # test/exports/goldens/
"""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pip_reference.onnx_families import Family, families
from pip_reference.pip_level import Attach, LevelConfig, Mode, PipLevel
from pip_reference.randomise import randomise

FOLDER = Path(__file__).resolve().parent.parent / "test" / "exports" / "goldens"
STRENGTHS = (1.0, 0.5)


@dataclass(frozen=True)
class Graft:
    mode: Mode
    attach: Attach
    degradations: int = 3
    prompt_channels: int = 8
    prompt_sizes: tuple[int, ...] = (6, 4, 3)


GRAFTS: dict[str, tuple[Graft, ...]] = {
    "restormer": (Graft("pip_cross_topm", "replace"), Graft("promptir", "residual")),
    "nafnet": (Graft("convgate", "residual"), Graft("pip_cross", "replace")),
    "promptir": (Graft("promptir_gate", "replace"),),
}


def grafted(net: nn.Module, modulate: Callable[[int, Tensor], Tensor]) -> nn.Module:
    """`net` with its skips modulated on their way to the decoder: every host encodes first, skips in a list."""
    encode = net.encode

    def modulated(image: Tensor) -> tuple[object, ...]:
        return tuple(
            [modulate(level, skip) for level, skip in enumerate(part, start=1)] if isinstance(part, list) else part
            for part in encode(image)
        )

    net.encode = modulated  # type: ignore[method-assign]
    return net


def levels_of(graft: Graft, net: nn.Module, image: Tensor) -> nn.ModuleList:
    """A randomised level for every skip of `net`."""
    configs = [
        LevelConfig(
            feature_channels=skip.shape[1],
            prompt_channels=graft.prompt_channels,
            prompt_size=graft.prompt_sizes[index],
            degradations=graft.degradations,
            mode=graft.mode,
            attach=graft.attach,
        )
        for index, skip in enumerate(net.skips(image))
    ]
    return nn.ModuleList(PipLevel(config) for config in configs)


def write(family: Family, graft: Graft, seed: int) -> None:
    host = family.network().double()
    torch.manual_seed(seed)
    image = torch.rand(1, 3, *family.size)
    other = torch.rand(2, 3, *family.other_size)
    levels = levels_of(graft, host, image.double())
    randomise(levels, seed)
    exact = deepcopy(levels).double()
    one = torch.tensor([[0.0, 1.0, 0.0]])
    two = torch.tensor([[0.25, 0.0, 0.75], [1.0, 0.5, 0.0]])
    tensors: dict[str, Tensor] = {
        f"param.level{index}.{name}": tensor
        for index, level in enumerate(levels, start=1)
        for name, tensor in level.state_dict().items()
    }
    for size, images, weights in (("exported", image, one), ("other", other, two)):
        tensors |= {f"{size}.image": images, f"{size}.weights": weights}
        for strength in STRENGTHS:
            net = grafted(
                deepcopy(host),
                lambda level, skip: exact[level - 1](skip, weights.double(), strength),
            )
            tensors[f"{size}.output.{strength:g}"] = net(images.double()).float()
    config = {
        "family": family.name,
        "mode": graft.mode,
        "attach": graft.attach,
        "degradations": graft.degradations,
        "levels": [
            {
                "level": index,
                "channels": level.config.feature_channels,
                "promptChannels": level.config.prompt_channels,
                "promptSize": level.config.prompt_size,
                "p2pHeads": level.config.p2p_heads,
                "p2fHeads": level.config.p2f_heads,
            }
            for index, level in enumerate(levels, start=1)
        ],
        "expansion": levels[0].config.expansion,
    }
    path = FOLDER / f"{family.name}-{graft.mode.replace('_', '-')}-{graft.attach}.safetensors"
    kept = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(kept, path, {"config": json.dumps(config), "torch": torch.__version__.split("+")[0]})
    print(f"{path.name:50} {path.stat().st_size / 1024:5.0f} KiB")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for family in families():
        for index, graft in enumerate(GRAFTS.get(family.name, ())):
            write(family, graft, 600 + family.seed + index)


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        main()
