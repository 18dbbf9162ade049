"""The building blocks that Restormer, PromptIR and PIP share (spec: pip.md, section 2)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EXPANSION = 2.66
TOP_M_START = 0.2


def conv1x1(c_in: int, c_out: int, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, 1, bias=bias)


def conv3x3(c_in: int, c_out: int, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, 3, padding=1, bias=bias)


def depthwise3x3(c: int, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(c, c, 3, padding=1, groups=c, bias=bias)


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, half-pixel centres, no antialias."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def pad_channels(x: Tensor, channels: int) -> Tensor:
    """Zero channels appended at the end, up to `channels`."""
    return F.pad(x, (0, 0, 0, 0, 0, channels - x.shape[1]))


class _NormBody(nn.Module):
    """The layer norm on (B, H*W, C); a module of its own because checkpoints name it `body`."""

    def __init__(self, dim: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(-1, keepdim=True)
        deviation = torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5)
        if self.bias is None:
            return x / deviation * self.weight
        return (x - mean) / deviation * self.weight + self.bias


class LayerNorm(nn.Module):
    """Layer norm over the channels at every pixel; bias-free keeps the mean in the numerator."""

    def __init__(self, dim: int, bias: bool = True) -> None:
        super().__init__()
        self.body = _NormBody(dim, bias)

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        tokens = x.reshape(b, c, h * w).transpose(1, 2)
        return self.body(tokens).transpose(1, 2).reshape(b, c, h, w)


class GDFN(nn.Module):
    """Gated depthwise feed-forward: the first half, through an exact GELU, gates the second."""

    def __init__(self, dim: int, expansion: float = EXPANSION, bias: bool = False) -> None:
        super().__init__()
        hidden = int(dim * expansion)
        self.project_in = conv1x1(dim, 2 * hidden, bias)
        self.dwconv = depthwise3x3(2 * hidden, bias)
        self.project_out = conv1x1(hidden, dim, bias)

    def gate(self, a: Tensor, b: Tensor) -> Tensor:
        return F.gelu(a) * b

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.dwconv(self.project_in(x)).chunk(2, dim=1)
        return self.project_out(self.gate(a, b))


class DualGatedFFN(GDFN):
    """GDFN whose halves gate each other."""

    def gate(self, a: Tensor, b: Tensor) -> Tensor:
        return F.gelu(b) * a + F.gelu(a) * b


class ChannelAttention(nn.Module):
    """What self- and cross-attention over channels share: everything after q, k and v."""

    def __init__(self, dim: int, heads: int, bias: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.project_out = conv1x1(dim, dim, bias)

    def mix(self, scores: Tensor, v: Tensor) -> Tensor:
        return scores.softmax(dim=-1) @ v

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        b, c, h, w = q.shape
        q, k, v = (t.reshape(b, self.heads, c // self.heads, h * w) for t in (q, k, v))
        scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        out = self.mix(scores * self.temperature, v)
        return self.project_out(out.reshape(b, c, h, w))


class MDTA(ChannelAttention):
    """Channel self-attention."""

    def __init__(self, dim: int, heads: int, bias: bool = False) -> None:
        super().__init__(dim, heads, bias)
        self.qkv = conv1x1(dim, 3 * dim, bias)
        self.qkv_dwconv = depthwise3x3(3 * dim, bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.attend(*self.qkv_dwconv(self.qkv(x)).chunk(3, dim=1))


class CrossAttention(ChannelAttention):
    """Channel cross-attention: queries from the first input, keys and values from the second."""

    def __init__(self, dim: int, heads: int, bias: bool = False) -> None:
        super().__init__(dim, heads, bias)
        self.q = conv1x1(dim, dim, bias)
        self.q_dwconv = depthwise3x3(dim, bias)
        self.kv = conv1x1(dim, 2 * dim, bias)
        self.kv_dwconv = depthwise3x3(2 * dim, bias)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        q = self.q_dwconv(self.q(x))
        k, v = self.kv_dwconv(self.kv(context)).chunk(2, dim=1)
        return self.attend(q, k, v)


class TopMCrossAttention(CrossAttention):
    """Cross-attention that sums four sparse maps, each keeping the m largest scores of a row."""

    def __init__(self, dim: int, heads: int, bias: bool = False) -> None:
        super().__init__(dim, heads, bias)
        for i in range(1, 5):
            setattr(self, f"attn{i}", nn.Parameter(torch.tensor([TOP_M_START])))

    def mix(self, scores: Tensor, v: Tensor) -> Tensor:
        k = scores.shape[-1]
        kept = (k // 2, 2 * k // 3, 3 * k // 4, 4 * k // 5)
        scales = (self.attn1, self.attn2, self.attn3, self.attn4)
        return sum(self._sparse(scores, m) @ v * scale for m, scale in zip(kept, scales, strict=True))

    @staticmethod
    def _sparse(scores: Tensor, m: int) -> Tensor:
        index = scores.topk(m, dim=-1).indices
        kept = torch.zeros_like(scores).scatter(-1, index, 1.0)
        return scores.masked_fill(kept == 0, float("-inf")).softmax(dim=-1)


class TransformerBlock(nn.Module):
    """MDTA, then GDFN, each behind a layer norm and with a residual."""

    def __init__(
        self,
        dim: int,
        heads: int,
        expansion: float = EXPANSION,
        bias: bool = False,
        norm_bias: bool = True,
    ) -> None:
        super().__init__()
        self.norm1 = LayerNorm(dim, norm_bias)
        self.attn = MDTA(dim, heads, bias)
        self.norm2 = LayerNorm(dim, norm_bias)
        self.ffn = GDFN(dim, expansion, bias)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.ffn(self.norm2(x))
