"""Whole checkpoints as published ones are laid out, and what their networks compute.

    python make_network_checkpoints.py     # test/checkpoints/
"""

from collections.abc import Callable
from copy import deepcopy
from itertools import combinations
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.pip_restormer import PipRestormer, PipRestormerConfig
from pip_reference.promptir import PromptIR, PromptIRConfig
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer, RestormerConfig
from pip_reference.unet_restorer import UnetConfig, UnetRestorer

FOLDER = Path(__file__).resolve().parent.parent / "test" / "checkpoints"
TRUNK = RestormerConfig(dim=4, blocks=(1, 1, 1, 1), refinement=1, heads=(1, 2, 2, 4))
SIZE = (16, 24)


def exact(net: nn.Module, *inputs: Tensor) -> Tensor:
    """Computed in float64, rounded once."""
    with torch.no_grad():
        return deepcopy(net).double()(*(tensor.double() for tensor in inputs)).float()


def network(name: str, net: nn.Module, wrap: Callable[[dict[str, Tensor]], object], seed: int) -> None:
    torch.manual_seed(seed)
    randomise(net.eval(), seed)
    image = torch.rand(1, 3, *SIZE)
    torch.save(wrap(net.state_dict()), FOLDER / name)
    save_file({"image": image, "output": exact(net, image)}, FOLDER / f"{name}.golden.safetensors")
    print(f"{name:28} {(FOLDER / name).stat().st_size / 1024:5.0f} KiB")


def pip(mode: str, degradations: int, channels: tuple[int, int, int], seed: int) -> None:
    """Every label alone, then every pair of labels half and half."""
    torch.manual_seed(seed)
    net = PipRestormer(PipRestormerConfig(TRUNK, channels, (6, 4, 3), degradations, mode)).eval()
    randomise(net, seed)
    name = f"{mode}.pkl"
    torch.save({"params": net.state_dict(), "epoch": 120}, FOLDER / name)
    single = torch.eye(degradations)
    pairs = [(single[a] + single[b]) / 2 for a, b in combinations(range(degradations), 2)]
    weights = torch.stack([*single, *pairs])
    image = torch.rand(1, 3, *SIZE)
    output = exact(net, image.expand(len(weights), -1, -1, -1), weights)
    save_file(
        {"image": image, "weights": weights, "output": output},
        FOLDER / f"{name}.golden.safetensors",
    )
    print(f"{name:28} {(FOLDER / name).stat().st_size / 1024:5.0f} KiB  {len(weights)} rows of weights")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    prefixed = lambda state: {"epoch": 3, "state_dict": {f"net.{key}": t for key, t in state.items()}}  # noqa: E731
    network("restormer.pth", Restormer(TRUNK), lambda state: {"params": state}, 500)
    network("nafnet.pth", NAFNet(NAFNetConfig(3, 4, (1, 2), 1, (1, 1))), lambda state: {"params": state}, 501)
    promptir = PromptIRConfig(TRUNK, prompt_channels=(4, 4, 4), prompt_sizes=(6, 4, 3))
    network("promptir.ckpt", PromptIR(promptir), prefixed, 502)
    unet = UnetRestorer(UnetConfig(widths=(4, 6, 8), encoder=(1, 2), middle=1, decoder=(1, 1)))
    network("unet.pth", unet, lambda state: {"params": state}, 503)
    pip("pip_cross_topm", 5, (8, 8, 8), 510)
    pip("pip_cross", 3, (12, 8, 4), 511)
    pip("convgate", 7, (8, 8, 8), 512)
    pip("promptir_gate", 2, (4, 8, 4), 513)
    pip("promptir", 4, (4, 8, 8), 514)


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    main()
