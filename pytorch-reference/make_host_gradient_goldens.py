"""The gradients of a whole host by its parameters, for packages/train.

    python make_host_gradient_goldens.py     # packages/train/test/graph/goldens/

`unet.safetensors` has the parameters of a small U-Net, a batch, and what the L1 loss of that batch gives
in float64: `output.loss`, and `output.gradient.NAME` for every parameter.
"""

from copy import deepcopy
from dataclasses import asdict
from pathlib import Path

import torch

from make_goldens import camel_case
from pip_reference.golden import Golden, write
from pip_reference.randomise import randomise
from pip_reference.unet_restorer import UnetConfig, UnetRestorer

FOLDER = Path(__file__).resolve().parent.parent / "packages/train/test/graph/goldens"
SEED = 600
SHAPE = (2, 3, 16, 16)


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    config = UnetConfig(3, (4, 6, 8), (1, 1), 1, (1, 1))
    net = UnetRestorer(config)
    randomise(net, SEED)
    inputs = {"image": torch.rand(SHAPE), "target": torch.rand(SHAPE)}
    exact = deepcopy(net).double()
    loss = (exact(inputs["image"].double()) - inputs["target"].double()).abs().mean()
    loss.backward()
    gradients = {f"gradient.{name}": p.grad.float() for name, p in exact.named_parameters()}
    outputs = {"loss": loss.detach().float().reshape(1), **gradients}
    FOLDER.mkdir(parents=True, exist_ok=True)
    params = dict(net.state_dict())
    case = Golden("unet", {"family": "unet", **camel_case(asdict(config))}, params, inputs, outputs, 0)
    print(f"{write(case, FOLDER).stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
