"""Assert that the full-size networks have the parameter counts the specification states."""

from torch import nn

from pip_reference.nafnet import NAFNet
from pip_reference.pip_restormer import LEVELS, PipRestormer
from pip_reference.promptir import PromptIR
from pip_reference.restormer import Restormer
from pip_reference.unet_restorer import UnetConfig, UnetRestorer


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def expect(what: str, got: int, wanted: float, tolerance: float = 0) -> None:
    print(f"{what:32} {got:>12,}")
    assert abs(got - wanted) <= tolerance, f"{what}: {got:,}, expected {wanted:,} ± {tolerance:,}"


def main() -> None:
    expect("Restormer dim 48", count(Restormer()), 26_126_644)
    expect("PromptIR dim 48", count(PromptIR()), 35_592_263)
    expect("NAFNet w32 GoPro", count(NAFNet()), 17.11e6, 5e3)
    expect("U-Net small", count(UnetRestorer(UnetConfig(widths=(32, 64, 96)))), 791_318)
    expect("U-Net medium", count(UnetRestorer()), 1_544_742)

    pip = PipRestormer()
    prompts = [getattr(pip, f"prompt{level}") for level in LEVELS]
    p2p = sum(count(p.LGM) for p in prompts)
    outconv = sum(count(p.outconv) for p in prompts)
    learned = sum(p.detask_prompt_param.numel() + p.low_prompt_param.numel() for p in prompts)
    p2f = sum(count(getattr(pip, f"low_prompt_interaction_level{level}")) for level in LEVELS)
    expect("PIP prompts", learned, 0.461e6, 500)
    expect("PIP prompt-to-prompt", p2p, 1.066e6, 500)
    expect("PIP output convolutions", outconv, 0.774e6, 500)
    expect("PIP prompt-to-feature", p2f, 0.824e6, 500)
    expect("PIP modules", learned + p2p + outconv + p2f, 3.125e6, 500)
    print(f"{'PIP-Restormer, whole':32} {count(pip):>12,}")


if __name__ == "__main__":
    main()
