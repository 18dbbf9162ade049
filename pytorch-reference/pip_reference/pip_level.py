"""One level of Prompt-In-Prompt: prompts, prompt-to-prompt, prompt-to-feature (pip.md, section 3)."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from .blocks import (
    EXPANSION,
    GDFN,
    CrossAttention,
    DualGatedFFN,
    LayerNorm,
    TopMCrossAttention,
    TransformerBlock,
    conv1x1,
    conv3x3,
    pad_channels,
    resize,
)

Mode = Literal["pip_cross", "pip_cross_topm", "convgate", "promptir_gate", "promptir"]
Attach = Literal["replace", "residual"]
Gate = Literal["channel", "label"]
Position = Literal["learned", "none"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class LevelConfig:
    """C, c, s and T of the paper, and how the level's result reaches the host."""

    feature_channels: int
    prompt_channels: int
    prompt_size: int
    degradations: int
    mode: Mode = "pip_cross_topm"
    attach: Attach = "replace"
    p2p_heads: int = 2
    p2f_heads: int = 4
    expansion: float = EXPANSION
    # Of a residual: a factor for each channel, or a row of them for each label.
    gate: Gate = "channel"
    # With "none" the basic prompt is one vector, and 3x3 convolutions repeat the edge.
    position: Position = "learned"


class PromptToPrompt(nn.Module):
    """The basic restoration prompt, queried against the semantic map."""

    def __init__(self, dim: int, heads: int, expansion: float) -> None:
        super().__init__()
        self.norm11 = LayerNorm(dim)
        self.norm12 = LayerNorm(dim)
        self.attn = CrossAttention(dim, heads)
        self.norm2 = LayerNorm(dim)
        self.ffn = GDFN(dim, expansion)

    def forward(self, basic: Tensor, semantic: Tensor) -> Tensor:
        x = basic + self.attn(self.norm11(basic), self.norm12(semantic))
        return x + self.ffn(self.norm2(x))


@dataclass(frozen=True)
class PromptTrace:
    """The universal restoration prompt U with the two values it comes from."""

    semantic: Tensor
    prompt: Tensor
    universal: Tensor


class Prompt(nn.Module):
    """From a skip feature and degradation weights to the universal restoration prompt."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        c, s, t = config.prompt_channels, config.prompt_size, config.degradations
        self.detask_prompt_param = nn.Parameter(torch.randn(1, t, c, 1, 1))
        self.size = s
        side = 1 if config.position == "none" else s
        self.low_prompt_param = nn.Parameter(torch.randn(1, c, side, side))
        self.LGM = PromptToPrompt(c, config.p2p_heads, config.expansion)
        self.outconv = conv3x3(c, c)

    def degradation(self, weights: Tensor) -> Tensor:
        """The degradation-aware prompt: the *mean* over T of the weighted prompts."""
        return (weights[:, :, None, None, None] * self.detask_prompt_param).mean(dim=1)

    def semantic_map(self, feature: Tensor, weights: Tensor) -> Tensor:
        c, s = self.low_prompt_param.shape[1], self.size
        small = resize(feature, (s, s))
        small = small[:, :c] if small.shape[1] >= c else pad_channels(small, c)
        return small * self.degradation(weights)

    def forward(self, feature: Tensor, weights: Tensor) -> PromptTrace:
        semantic = self.semantic_map(feature, weights)
        basic = self.low_prompt_param.expand(feature.shape[0], -1, self.size, self.size)
        prompt = self.LGM(basic, semantic)
        universal = self.outconv(resize(prompt, (feature.shape[2], feature.shape[3])))
        return PromptTrace(semantic, prompt, universal)


class CrossTransformer(nn.Module):
    """Prompt-to-feature of the two cross modes, on a query of c channels."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        big, c = config.feature_channels, config.prompt_channels
        attention = TopMCrossAttention if config.mode == "pip_cross_topm" else CrossAttention
        self.norm11 = LayerNorm(big)
        self.norm12 = LayerNorm(c)
        self.attn = attention(c, config.p2f_heads)
        self.norm2 = LayerNorm(big)
        self.ffn = DualGatedFFN(big, config.expansion)
        if big < c:
            self.reduce_channel = conv1x1(c, big)

    def forward(self, feature: Tensor, universal: Tensor) -> Tensor:
        big, c = feature.shape[1], universal.shape[1]
        normed = self.norm11(feature)
        query = pad_channels(normed, c) if big < c else normed[:, :c]
        y = query + self.attn(query, self.norm12(universal))
        if big < c:
            y = self.reduce_channel(y)
        elif big > c:
            y = torch.cat([y, normed[:, c:]], dim=1)
        return y + self.ffn(self.norm2(y))


class CrossInteraction(nn.Module):
    """`pip_cross` and `pip_cross_topm`."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        self.prompt_transformer_cross = CrossTransformer(config)

    def forward(self, feature: Tensor, universal: Tensor) -> Tensor:
        return self.prompt_transformer_cross(feature, universal)


class ConvGate(nn.Module):
    """`convgate`."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        big, c = config.feature_channels, config.prompt_channels
        self.conv1 = conv3x3(c, c)
        self.conv2 = conv3x3(c, big)
        self.conv3 = conv3x3(c, big)

    def forward(self, feature: Tensor, universal: Tensor) -> Tensor:
        t = self.conv1(universal)
        return feature * torch.sigmoid(self.conv2(t)) + self.conv3(t)


class PromptIRGate(nn.Module):
    """`promptir_gate`."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        big, both = config.feature_channels, config.feature_channels + config.prompt_channels
        self.prompt_transformer = TransformerBlock(both, config.p2f_heads, config.expansion)
        self.gate_reduce_channel = conv3x3(both, big)
        self.noise_channel_reduce = conv1x1(both, big)

    def forward(self, feature: Tensor, universal: Tensor) -> Tensor:
        t = self.prompt_transformer(torch.cat([feature, universal], dim=1))
        return feature * torch.sigmoid(self.gate_reduce_channel(t)) + self.noise_channel_reduce(t)


class PromptIRConcat(nn.Module):
    """`promptir`."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        both = config.feature_channels + config.prompt_channels
        self.prompt_transformer = TransformerBlock(both, config.p2f_heads, config.expansion)
        self.reduce_channel = conv1x1(both, config.feature_channels)

    def forward(self, feature: Tensor, universal: Tensor) -> Tensor:
        return self.reduce_channel(self.prompt_transformer(torch.cat([feature, universal], dim=1)))


def interaction(config: LevelConfig) -> nn.Module:
    """The prompt-to-feature module of the level's mode."""
    kinds: dict[Mode, type[nn.Module]] = {
        "pip_cross": CrossInteraction,
        "pip_cross_topm": CrossInteraction,
        "convgate": ConvGate,
        "promptir_gate": PromptIRGate,
        "promptir": PromptIRConcat,
    }
    return kinds[config.mode](config)


@dataclass(frozen=True)
class LevelTrace:
    """What goes to the host's merge, and the values on the way there."""

    merged: Tensor
    modulated: Tensor
    prompt: PromptTrace


def told(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Which degradations, as shares (B,T) of the weights' sum, and how much, (B,1,1,1): the sum up to 1."""
    total = weights.sum(dim=1, keepdim=True)
    shares = torch.where(total > 0, weights / total, 0)
    return shares, total.clip(max=1)[:, :, None, None]


class PipLevel(nn.Module):
    """One level of PIP as the project attaches it: state-dict prefixes `prompt.`, `interaction.`, `gate`."""

    def __init__(self, config: LevelConfig) -> None:
        super().__init__()
        self.config = config
        self.prompt = Prompt(config)
        self.interaction = interaction(config)
        if config.position == "none":
            for module in self.modules():
                if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):
                    module.padding_mode = "replicate"
                    module._reversed_padding_repeated_twice = [1, 1, 1, 1]
        if config.attach == "residual":
            size = config.feature_channels
            labels = config.degradations
            self.gate = nn.Parameter(
                torch.zeros(1, size, 1, 1) if config.gate == "channel" else torch.zeros(labels, size)
            )

    def gain(self, shares: Tensor) -> Tensor:
        """The residual's gate (B or 1, C, 1, 1): the labels' rows by their shares, or the one for all."""
        if self.config.gate == "channel":
            return self.gate
        return torch.einsum("bt,tc->bc", shares, self.gate)[:, :, None, None]

    def trace(self, feature: Tensor, weights: Tensor, strength: Tensor | float = 1.0) -> LevelTrace:
        shares, amount = told(weights)
        prompt = self.prompt(feature, shares)
        modulated = self.interaction(feature, prompt.universal)
        change = self.gain(shares) * modulated if self.config.attach == "residual" else modulated - feature
        merged = feature + strength * amount * change
        return LevelTrace(merged, modulated, prompt)

    def forward(self, feature: Tensor, weights: Tensor, strength: Tensor | float = 1.0) -> Tensor:
        return self.trace(feature, weights, strength).merged
