"""Which networks are exported, how small, and in which forms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from .nafnet import NAFNet, NAFNetConfig
from .onnx_export import Export
from .promptir import PromptIR, PromptIRConfig
from .randomise import randomise
from .restormer import Restormer, RestormerConfig
from .skip import Join, Skip

TRACED = Export("torchscript", 16, True)
TRACED_STATIC = Export("torchscript", 13, False)
TORCH_1_VERSION = "1.13.1"
TORCH_1 = (Export("torchscript", 11, False, "torch1"), Export("torchscript", 16, True, "torch1"))
DYNAMO = (
    *(Export("dynamo", opset, dynamic) for opset in (18, 23) for dynamic in (False, True)),
    Export("dynamo", 18, True, "external"),
)
ONNXSCRIPT_07 = "0.7.0"
# microsoft/onnxscript#2891: a pixel unshuffle became a SpaceToDepth, whose channels come out in another order.
SPACE_TO_DEPTH = Export("dynamo", 18, True, "onnxscript07")


class SpaceToDepth(nn.Module):
    """What the ONNX operator computes: as nn.PixelUnshuffle, but position before channel."""

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        parts = x.reshape(b, c, h // 2, 2, w // 2, 2)
        return parts.permute(0, 3, 5, 1, 2, 4).reshape(b, 4 * c, h // 2, w // 2)


def traced(*kinds: tuple[int, bool]) -> tuple[Export, ...]:
    return tuple(Export("torchscript", opset, dynamic) for opset, dynamic in kinds)


@dataclass(frozen=True)
class Family:
    """A network with its exports, and the variants that are made of one of them."""

    name: str
    build: Callable[[], nn.Module]
    seed: int
    # How a host of ours joins its skips; the other networks tell themselves.
    join: Join | None
    exports: tuple[Export, ...]
    variants: tuple[tuple[Export, str], ...] = ()
    size: tuple[int, int] = (16, 24)
    other_size: tuple[int, int] = (32, 16)
    outputs: tuple[str, ...] = ("output",)
    channels: int = 3
    # Further inputs: the image, so many times smaller.
    smaller: tuple[int, ...] = ()
    kind: Literal["", "unet", "unknown"] = ""

    @property
    def several(self) -> bool:
        return len(self.outputs) > 1 or len(self.smaller) > 0

    def network(self) -> nn.Module:
        """The network with its weights: the same in every form."""
        net = self.build().eval()
        randomise(net, self.seed)
        return net

    def as_exported(self, how: Export) -> nn.Module:
        """The network that a file computes: not the one that was meant, where the exporter was wrong."""
        net = self.network()
        if how == SPACE_TO_DEPTH:
            for module in list(net.modules()):
                for name, child in module.named_children():
                    if isinstance(child, nn.PixelUnshuffle):
                        setattr(module, name, SpaceToDepth())
        return net

    def inputs(self, batch: int, size: tuple[int, int], draw: int = 0) -> dict[str, Tensor]:
        rng = torch.Generator().manual_seed(1000 * draw + self.seed)
        h, w = size
        image = torch.rand(batch, self.channels, h, w, generator=rng)
        others = {f"image{k}": torch.rand(batch, self.channels, h // k, w // k, generator=rng) for k in self.smaller}
        return {"image": image, **others}

    def skips(self, net: nn.Module, inputs: dict[str, Tensor]) -> list[Skip]:
        found = net.skips(*inputs.values())
        return found if self.join is None else [Skip(tensor, self.join) for tensor in found]

    def exported_with(self, how: Export) -> dict[str, Tensor]:
        return self.inputs(2 if how.dynamic else 1, self.size)


def tiny_trunk(on_the_way_up: int) -> RestormerConfig:
    """Attention is many nodes: one block a level on the way down, and few on the way up."""
    return RestormerConfig(
        dim=4, blocks=(1, 1, 1, 0, on_the_way_up, 0, 0), refinement=0, heads=(1, 2, 2, 4), expansion=1.0
    )


def families() -> list[Family]:
    """Attention graphs are large however small the weights, so those families come in fewer forms."""
    nafnet = NAFNetConfig(3, 4, (1, 1), 1, (1, 1))
    # PromptIR has blocks of its own on the way up, behind its prompts.
    promptir = PromptIRConfig(tiny_trunk(0), prompt_channels=(4, 4, 4), prompt_sizes=(6, 4, 3))
    every = traced(*((opset, dynamic) for opset in (11, 13, 16, 17) for dynamic in (False, True)))

    def changed(*variants: str, of: Export = TRACED) -> tuple[tuple[Export, str], ...]:
        return tuple((of, variant) for variant in variants)

    optimised = changed("onnxsim", "ort-extended")
    return [
        Family(
            "restormer",
            lambda: Restormer(tiny_trunk(1)),
            300,
            "concat",
            (*traced((11, False), (13, False), (16, True)), *TORCH_1, *DYNAMO[1:3], DYNAMO[-1], SPACE_TO_DEPTH),
            (*changed("onnxsim", "onnxslim", of=TRACED_STATIC), *optimised, *changed("float16", "qdq-per-channel")),
        ),
        Family(
            "nafnet",
            lambda: NAFNet(nafnet),
            301,
            "add",
            (*every, *TORCH_1, *DYNAMO),
            (
                *changed("onnxsim", "opened", of=TRACED_STATIC),
                *optimised,
                *changed("onnxslim", "ort-basic", "float16", "float16-io", "qdq"),
            ),
            (18, 23),
            (20, 16),
        ),
        Family(
            "promptir",
            lambda: PromptIR(promptir),
            302,
            "concat",
            (*traced((11, False), (16, True)), TORCH_1[1], DYNAMO[1]),
            (*changed("onnxslim", of=Export("torchscript", 11, False)), *changed("onnxsim", "ort-extended")),
        ),
    ]
