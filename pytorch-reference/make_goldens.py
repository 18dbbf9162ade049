"""Write the golden tensors that the TypeScript packages test against.

    python make_goldens.py            # all of them, into packages/*/test/goldens
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pip_reference.golden import Golden, max_error, write
from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.pip_level import LevelConfig, PipLevel
from pip_reference.promptir import PromptIR, PromptIRConfig
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer, RestormerConfig
from pip_reference.unet_restorer import UnetConfig, UnetRestorer

PACKAGES = Path(__file__).resolve().parent.parent / "packages"

Outputs = dict[str, Tensor]


@dataclass(frozen=True)
class PipCase:
    name: str
    level: LevelConfig
    size: tuple[int, int]
    weights: list[list[float]]  # one row per image, or a single shared row
    batch: int = 1
    strength: float = 1.0


def one_hot(label: int, count: int) -> list[float]:
    return [float(i == label) for i in range(count)]


def pip_cases() -> list[PipCase]:
    def level(big: int, c: int, s: int, t: int, mode: str, attach: str = "replace") -> LevelConfig:
        return LevelConfig(big, c, s, t, mode, attach)  # type: ignore[arg-type]

    def labelled(big: int, c: int, s: int, t: int, mode: str) -> LevelConfig:
        return replace(level(big, c, s, t, mode, "residual"), gate="label")

    def placeless(big: int, c: int, s: int, t: int, mode: str) -> LevelConfig:
        return replace(level(big, c, s, t, mode, "residual"), gate="label", position="none")

    mixed5 = [0.5, 0.0, 0.0, 0.5, 0.0]
    free3 = [0.7, 0.2, 1.3]
    return [
        # pip_cross
        PipCase("cross-less", level(8, 16, 8, 5, "pip_cross"), (12, 20), [one_hot(1, 5)]),
        PipCase("cross-equal", level(16, 16, 6, 3, "pip_cross"), (7, 9), [free3, one_hot(2, 3)], 2),
        PipCase("cross-more", level(24, 16, 8, 2, "pip_cross"), (10, 6), [[0.5, 0.5]]),
        PipCase(
            "cross-less-residual", level(8, 12, 4, 3, "pip_cross", "residual"), (7, 9), [free3], 2, 0.6
        ),
        PipCase("cross-more-blend", level(20, 12, 8, 7, "pip_cross"), (4, 5), [one_hot(6, 7)], 1, 0.6),
        # pip_cross_topm
        PipCase("topm-less", level(8, 16, 8, 5, "pip_cross_topm"), (7, 9), [mixed5]),
        PipCase(
            "topm-equal", level(16, 16, 4, 5, "pip_cross_topm"), (12, 20), [one_hot(0, 5)]
        ),
        PipCase("topm-more", level(24, 16, 6, 3, "pip_cross_topm"), (6, 10), [free3], 2),
        PipCase("topm-wide-heads", level(16, 24, 8, 4, "pip_cross_topm"), (5, 4), [[0, 2, 0.25, 0]]),
        PipCase(
            "topm-less-residual",
            level(8, 16, 8, 5, "pip_cross_topm", "residual"),
            (12, 8),
            [one_hot(4, 5), mixed5],
            2,
        ),
        PipCase(
            "topm-more-residual",
            level(24, 16, 4, 2, "pip_cross_topm", "residual"),
            (7, 9),
            [[0.5, 0.5]],
            1,
            0.6,
        ),
        PipCase(
            "topm-equal-blend", level(16, 16, 8, 7, "pip_cross_topm"), (8, 8), [one_hot(3, 7)], 2, 0.6
        ),
        # convgate
        PipCase("convgate-less", level(8, 16, 6, 2, "convgate"), (7, 9), [[1.0, 0.0]]),
        PipCase("convgate-equal", level(12, 12, 4, 4, "convgate"), (12, 6), [[0.5, 0, 0.5, 0]], 2),
        PipCase(
            "convgate-more-residual",
            level(16, 8, 8, 3, "convgate", "residual"),
            (5, 7),
            [free3, one_hot(0, 3)],
            2,
            0.6,
        ),
        PipCase("convgate-more", level(20, 12, 8, 5, "convgate"), (6, 4), [mixed5]),
        # promptir_gate
        PipCase("promptir-gate-less", level(8, 12, 4, 3, "promptir_gate"), (7, 9), [free3]),
        PipCase(
            "promptir-gate-equal", level(8, 8, 6, 5, "promptir_gate"), (12, 20), [one_hot(2, 5)]
        ),
        PipCase(
            "promptir-gate-more",
            level(12, 8, 8, 2, "promptir_gate", "residual"),
            (6, 4),
            [[0.5, 0.5], [0, 1]],
            2,
        ),
        # promptir
        PipCase("promptir-less", level(8, 16, 8, 5, "promptir"), (5, 6), [mixed5]),
        PipCase("promptir-equal", level(12, 12, 4, 2, "promptir"), (12, 8), [[0.3, 1.1]], 1, 0.6),
        PipCase(
            "promptir-more-residual",
            level(16, 12, 6, 3, "promptir", "residual"),
            (7, 9),
            [one_hot(1, 3)],
            2,
        ),
        # a gate for each label, and weights whose sum is not 1
        PipCase("topm-less-label", labelled(8, 16, 6, 3, "pip_cross_topm"), (7, 9), [one_hot(2, 3), [0.5, 0, 0]], 2),
        PipCase("cross-equal-label", labelled(12, 12, 4, 3, "pip_cross"), (6, 8), [[0.5, 0.5, 0], free3], 2, 0.6),
        PipCase("convgate-more-label", labelled(16, 8, 6, 5, "convgate"), (5, 7), [one_hot(3, 5), [0.0] * 5], 2),
        PipCase("promptir-gate-less-label", labelled(8, 12, 4, 3, "promptir_gate"), (7, 4), [[0.1, 0.2, 0.1]], 2),
        PipCase("promptir-equal-label", labelled(12, 12, 4, 2, "promptir"), (6, 8), [[0.3, 0.7]]),
        PipCase("topm-more-half", level(24, 16, 6, 3, "pip_cross_topm"), (6, 10), [[0, 0.5, 0], [0.2, 0, 0.2]], 2),
        PipCase("convgate-equal-none", level(12, 12, 4, 4, "convgate"), (12, 6), [one_hot(1, 4), [0.0] * 4], 2),
        # without a position
        PipCase("topm-less-placeless", placeless(8, 16, 6, 3, "pip_cross_topm"), (7, 9), [free3]),
        PipCase("cross-more-placeless", placeless(20, 12, 4, 3, "pip_cross"), (6, 8), [one_hot(0, 3)]),
        PipCase("convgate-more-placeless", placeless(16, 8, 6, 5, "convgate"), (5, 7), [one_hot(3, 5)], 2),
        PipCase("promptir-gate-less-placeless", placeless(8, 12, 4, 3, "promptir_gate"), (7, 4), [one_hot(1, 3)]),
        PipCase("promptir-equal-placeless", placeless(12, 12, 4, 2, "promptir"), (6, 8), [[0.3, 0.7]]),
    ]


def pip_outputs(level: PipLevel, inputs: dict[str, Tensor]) -> Outputs:
    trace = level.trace(inputs["feature"], inputs["weights"], inputs["strength"])
    return {
        "merged": trace.merged,
        "modulated": trace.modulated,
        "S": trace.prompt.semantic,
        "P": trace.prompt.prompt,
        "U": trace.prompt.universal,
    }


def pip_config(case: PipCase) -> dict[str, object]:
    at = case.level
    return {
        "mode": at.mode,
        "attach": at.attach,
        **({"gate": at.gate} if at.gate == "label" else {}),
        **({"position": at.position} if at.position == "none" else {}),
        "C": at.feature_channels,
        "c": at.prompt_channels,
        "s": at.prompt_size,
        "T": at.degradations,
        "p2pHeads": at.p2p_heads,
        "p2fHeads": at.p2f_heads,
        "expansion": at.expansion,
        "strength": case.strength,
        "batch": case.batch,
        "H": case.size[0],
        "W": case.size[1],
        "weights": case.weights,
    }


def pip_goldens() -> Iterator[Golden]:
    for seed, case in enumerate(pip_cases(), start=100):
        torch.manual_seed(seed)
        inputs = {
            "feature": torch.randn(case.batch, case.level.feature_channels, *case.size),
            "weights": torch.tensor(case.weights),
            "strength": torch.tensor(case.strength),
        }
        config = pip_config(case)
        yield golden(f"pip-{case.name}", PipLevel(case.level), inputs, pip_outputs, config, seed)


@dataclass(frozen=True)
class BackboneCase:
    name: str
    config: RestormerConfig | NAFNetConfig | PromptIRConfig | UnetConfig
    batch: int
    size: tuple[int, int]

    @property
    def family(self) -> str:
        return type(self.config).__name__.removesuffix("Config").lower()

    @property
    def channels(self) -> int:
        match self.config:
            case RestormerConfig():
                return self.config.in_channels
            case NAFNetConfig() | UnetConfig():
                return self.config.image_channels
            case PromptIRConfig():
                return self.config.trunk.in_channels

    def build(self) -> nn.Module:
        match self.config:
            case RestormerConfig():
                return Restormer(self.config)
            case NAFNetConfig():
                return NAFNet(self.config)
            case PromptIRConfig():
                return PromptIR(self.config)
            case UnetConfig():
                return UnetRestorer(self.config)


def tiny_restormer(**changes: object) -> RestormerConfig:
    base = {"dim": 4, "blocks": (1, 2, 1, 1), "refinement": 1, "heads": (1, 2, 2, 4)}
    return RestormerConfig(**{**base, **changes})  # type: ignore[arg-type]


def backbone_cases() -> list[BackboneCase]:
    grey = tiny_restormer(in_channels=1, out_channels=1, norm_bias=False)
    dual = tiny_restormer(in_channels=6, dual_pixel=True, blocks=(1, 1, 1, 1))
    biased = tiny_restormer(bias=True, blocks=(1, 1, 1, 1), heads=(1, 1, 4, 2))
    trunk = tiny_restormer(blocks=(1, 1, 1, 1), expansion=2.0)
    promptir = PromptIRConfig(trunk, prompt_channels=(8, 4, 4), prompt_sizes=(6, 4, 3))
    return [
        BackboneCase("restormer", tiny_restormer(), 2, (16, 24)),
        BackboneCase("restormer-grey-bias-free", grey, 1, (24, 8)),
        BackboneCase("restormer-dual-pixel", dual, 1, (16, 16)),
        BackboneCase("restormer-conv-bias", biased, 1, (8, 16)),
        BackboneCase("nafnet", NAFNetConfig(3, 8, (1, 2), 1, (2, 1)), 2, (16, 24)),
        BackboneCase("nafnet-odd", NAFNetConfig(3, 6, (1, 1, 1), 1, (1, 1, 1)), 2, (13, 18)),
        BackboneCase("nafnet-odd-two-levels", NAFNetConfig(3, 8, (1, 1), 2, (1, 1)), 1, (9, 11)),
        BackboneCase("promptir", promptir, 1, (16, 24)),
        BackboneCase("nafnet-local-smaller", NAFNetConfig(3, 4, (1, 1), 1, (1, 1), (16, 24)), 1, (11, 17)),
        BackboneCase("nafnet-local-wider", NAFNetConfig(3, 4, (1, 1), 1, (1, 1), (16, 16)), 2, (17, 61)),
        BackboneCase("nafnet-local-larger", NAFNetConfig(3, 4, (1, 1), 1, (1, 1), (10, 13)), 1, (50, 47)),
        BackboneCase("unet", UnetConfig(3, (6, 10, 8), (1, 2), 1, (2, 1)), 2, (16, 24)),
        BackboneCase("unet-odd", UnetConfig(3, (6, 8, 8), (1, 1), 2, (1, 1)), 2, (13, 3)),
        BackboneCase("unet-plain", UnetConfig(1, (4, 8, 6, 10), (1, 0, 1), 1, (1, 1, 0), light=False), 1, (18, 37)),
    ]


def backbone_outputs(net: nn.Module, inputs: dict[str, Tensor]) -> Outputs:
    skips = net.skips(inputs["image"])
    named = {f"skip{level}": skip for level, skip in enumerate(skips, start=1)}
    return {"image": net(inputs["image"]), **named}


def camel_case(named: dict[str, Any]) -> dict[str, Any]:
    """Python's names as TypeScript writes them."""

    def key(name: str) -> str:
        head, *rest = name.split("_")
        return head + "".join(word.capitalize() for word in rest)

    return {key(k): camel_case(v) if isinstance(v, dict) else v for k, v in named.items()}


def backbone_goldens() -> Iterator[Golden]:
    for seed, case in enumerate(backbone_cases(), start=200):
        torch.manual_seed(seed)
        inputs = {"image": torch.rand(case.batch, case.channels, *case.size)}
        config: dict[str, object] = {
            "family": case.family,
            **camel_case(asdict(case.config)),
            "batch": case.batch,
            "H": case.size[0],
            "W": case.size[1],
        }
        yield golden(case.name, case.build(), inputs, backbone_outputs, config, seed)


def golden(
    name: str,
    module: nn.Module,
    inputs: dict[str, Tensor],
    run: Callable[[nn.Module, dict[str, Tensor]], Outputs],
    config: dict[str, object],
    seed: int,
) -> Golden:
    """Randomise the module and run it in both precisions."""
    randomise(module.eval(), seed)
    exact_module = deepcopy(module).double()
    with torch.no_grad():
        single = run(module, inputs)
        exact = run(exact_module, {k: t.double() for k, t in inputs.items()})
    outputs = {k: t.float() for k, t in exact.items()}
    params = dict(module.state_dict())
    return Golden(name, config, params, inputs, outputs, max_error(single, exact))


def main() -> None:
    torch.use_deterministic_algorithms(True)
    total = 0
    for package, goldens in (("pip-core", pip_goldens()), ("backbones", backbone_goldens())):
        folder = PACKAGES / package / "test" / "goldens"
        folder.mkdir(parents=True, exist_ok=True)
        for case in goldens:
            size = write(case, folder).stat().st_size
            total += size
            largest = {k: f"{t.abs().max().item():.2f}" for k, t in case.outputs.items()}
            print(f"{case.name:32} {size / 1024:6.0f} KiB  float32 error {case.error:.1e}  {largest}")
    print(f"{total / 1024:.0f} KiB in all")


if __name__ == "__main__":
    main()
