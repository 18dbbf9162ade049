"""Sanity tests of the reference itself: properties that must hold whatever the parameters are."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from make_goldens import backbone_goldens, pip_cases, pip_goldens
from pip_reference.blocks import GDFN, MDTA, CrossAttention, DualGatedFFN, LayerNorm, TopMCrossAttention
from pip_reference.nafnet import NAFNet, NAFNetConfig
from pip_reference.pip_level import MODES, LevelConfig, PipLevel
from pip_reference.pip_restormer import PipRestormer, PipRestormerConfig
from pip_reference.randomise import randomise
from pip_reference.restormer import RestormerConfig

FLOAT32_ERROR = 1e-5
SMALLEST_TOP_M_GAP = 1e-5


def close(a: Tensor, b: Tensor, tolerance: float = 1e-12) -> None:
    error = (a - b).abs().max().item()
    assert error <= tolerance, f"differ by {error:.2e}"


def make_level(seed: int = 0, **changes: object) -> PipLevel:
    config = LevelConfig(feature_channels=8, prompt_channels=16, prompt_size=6, degradations=4)
    level = PipLevel(replace(config, **changes)).double()
    randomise(level, seed)
    return level


def layer_norm_is_the_library_s() -> None:
    x = torch.randn(2, 6, 3, 5).double()
    norm = LayerNorm(6).double()
    randomise(norm, 1)
    wanted = F.layer_norm(x.movedim(1, -1), (6,), norm.body.weight, norm.body.bias, 1e-5)
    close(norm(x), wanted.movedim(-1, 1))


def bias_free_layer_norm_keeps_the_mean() -> None:
    x = torch.randn(2, 6, 3, 5).double()
    variance = (x - x.mean(1, keepdim=True)).pow(2).sum(1, keepdim=True) / 6
    close(LayerNorm(6, bias=False).double()(x), x / (variance + 1e-5).sqrt())


def attention_by_loops() -> None:
    """MDTA against a plain rewriting, one image, head and row at a time."""
    dim, heads = 8, 2
    block = MDTA(dim, heads).double()
    randomise(block, 2)
    x = torch.randn(2, dim, 3, 4).double()
    q, k, v = F.conv2d(
        F.conv2d(x, block.qkv.weight), block.qkv_dwconv.weight, padding=1, groups=3 * dim
    ).split(dim, dim=1)
    out = torch.empty_like(x)
    width = dim // heads
    for b in range(x.shape[0]):
        for row in range(dim):
            head = row // width
            rows = range(head * width, (head + 1) * width)
            query = q[b, row].flatten()
            scores = torch.stack([F.cosine_similarity(query, k[b, r].flatten(), dim=0) for r in rows])
            shares = (scores * block.temperature[head, 0, 0]).exp()
            shares = shares / shares.sum()
            out[b, row] = sum(share * v[b, r] for share, r in zip(shares, rows, strict=True))
    close(block(x), F.conv2d(out, block.project_out.weight), 1e-10)


def dual_gate_is_symmetric() -> None:
    a, b = torch.randn(2, 1, 4, 2, 2).double()
    close(DualGatedFFN(4).gate(a, b), GDFN(4).gate(a, b) + GDFN(4).gate(b, a))


def top_m_keeping_all_is_plain_attention() -> None:
    """A copy that keeps every entry is ordinary attention; one that keeps three has three non-zeros a row."""
    block = TopMCrossAttention(16, 4).double()
    randomise(block, 3)
    scores, v = torch.randn(1, 4, 4, 4).double(), torch.randn(1, 4, 4, 9).double()
    close(block._sparse(scores, 4) @ v, CrossAttention(16, 4).mix(scores, v))
    kept = (block._sparse(scores, 3) > 0).sum(-1)
    assert (kept == 3).all()


def mixture_is_the_mean_prompt() -> None:
    """Two labels at 0.5 give the mean of the two labels' degradation prompts, divided by T with it."""
    prompt = make_level().prompt
    rows = torch.eye(4).double()
    mixed = prompt.degradation((rows[0:1] + rows[2:3]) / 2)
    close(mixed, (prompt.degradation(rows[0:1]) + prompt.degradation(rows[2:3])) / 2)
    close(prompt.degradation(rows[1:2]), prompt.detask_prompt_param[:, 1] / 4)


def shared_row_is_the_row_repeated() -> None:
    level, x = make_level(), torch.randn(3, 8, 7, 9).double()
    row = torch.tensor([[0.3, 0.0, 1.2, 0.1]]).double()
    close(level(x, row), level(x, row.repeat(3, 1)))


def labels_matter() -> None:
    level, x = make_level(), torch.randn(1, 8, 7, 9).double()
    rows = torch.eye(4).double()
    assert (level(x, rows[0:1]) - level(x, rows[1:2])).abs().max() > 0.1


def each_mode_each_width(check: Callable[[PipLevel, Tensor, Tensor], None], **changes: object) -> None:
    row = torch.tensor([[0.5, 0, 0.5, 0]]).double()
    for mode in MODES:
        for big in (8, 16, 24):
            level = make_level(mode=mode, feature_channels=big, **changes)
            check(level, torch.randn(2, big, 7, 10).double(), row)


def gate_zero_is_identity() -> None:
    def check(level: PipLevel, x: Tensor, row: Tensor) -> None:
        with torch.no_grad():
            level.gate.zero_()
        assert torch.equal(level(x, row), x)

    each_mode_each_width(check, attach="residual")


def strength_blends() -> None:
    def check(level: PipLevel, x: Tensor, row: Tensor) -> None:
        full = level.trace(x, row)
        close(full.merged, full.modulated)
        assert torch.equal(level(x, row, 0.0), x)
        close(level(x, row, 0.25), 0.75 * x + 0.25 * full.merged)

    each_mode_each_width(check)


def all_zero_weights_give_the_feature() -> None:
    def check(level: PipLevel, x: Tensor, row: Tensor) -> None:
        assert torch.equal(level(x, torch.zeros_like(row)), x)

    each_mode_each_width(check)
    each_mode_each_width(check, attach="residual")
    each_mode_each_width(check, attach="residual", gate="label")


def size_of_weights_scales_the_change() -> None:
    """Up to a sum of 1; above, only shares count."""

    def check(level: PipLevel, x: Tensor, row: Tensor) -> None:
        whole = level(x, row)
        close(level(x, row / 4), 0.75 * x + 0.25 * whole)
        close(level(x, row * 3), whole)

    each_mode_each_width(check)
    each_mode_each_width(check, attach="residual", gate="label")


def equal_label_gates_are_a_channel_gate() -> None:
    plain = make_level(attach="residual")
    labelled = make_level(attach="residual", gate="label")
    labelled.load_state_dict(plain.state_dict() | {"gate": plain.gate.reshape(1, -1).repeat(4, 1)})
    x, row = torch.randn(2, 8, 7, 9).double(), torch.tensor([[0.5, 0.2, 0.1, 0.2]]).double()
    close(labelled(x, row), plain(x, row))


def padding_of_nafnet_is_explicit_padding() -> None:
    net = NAFNet(NAFNetConfig(3, 6, (1, 1), 1, (1, 1))).double()
    randomise(net, 4)
    image = torch.rand(1, 3, 13, 18).double()
    close(net(image), net(F.pad(image, (0, 2, 0, 3)))[:, :, :13, :18])


def pip_restormer_is_the_thin_trunk_with_levels() -> None:
    """The whole network, tiny, runs, and its parts are the level's parts under other names."""
    trunk = RestormerConfig(dim=8, blocks=(1, 1, 1, 1), refinement=1, heads=(1, 2, 2, 4))
    config = PipRestormerConfig(trunk, (8, 16, 48), (6, 4, 3), 4)
    net = PipRestormer(config).double()
    randomise(net, 5)
    row = torch.eye(4).double()[:1]
    assert net(torch.rand(2, 3, 16, 24).double(), row).shape == (2, 3, 16, 24)
    for index in (1, 2, 3):
        level = PipLevel(config.level(index)).double()
        level.prompt.load_state_dict(getattr(net, f"prompt{index}").state_dict())
        part = getattr(net, f"low_prompt_interaction_level{index}")
        level.interaction.load_state_dict(part.state_dict())
        x = torch.randn(1, config.level(index).feature_channels, 8, 12).double()
        assert torch.equal(level(x, row, 0.0), x)
        close(level(x, row), net.modulate(index, x, row))


def float32_is_close_to_float64() -> None:
    for golden in (*pip_goldens(), *backbone_goldens()):
        assert golden.error < FLOAT32_ERROR, f"{golden.name}: {golden.error:.1e}"


def top_m_goldens_have_no_near_ties() -> None:
    """Otherwise a correct implementation could pick another entry by rounding."""
    gaps: list[float] = []
    plain = TopMCrossAttention._sparse

    def watching(scores: Tensor, m: int) -> Tensor:
        ordered = scores.sort(dim=-1, descending=True).values
        gaps.append((ordered[..., m - 1] - ordered[..., m]).min().item())
        return plain(scores, m)

    TopMCrossAttention._sparse = staticmethod(watching)
    try:
        list(pip_goldens())
    finally:
        TopMCrossAttention._sparse = staticmethod(plain)
    print(f"    smallest gap at a top-m cut: {min(gaps):.1e}")
    assert min(gaps) > SMALLEST_TOP_M_GAP


def goldens_cover_what_they_should() -> None:
    cases = pip_cases()
    for mode in MODES:
        own = [case.level for case in cases if case.level.mode == mode]
        widths = [(at.feature_channels, at.prompt_channels) for at in own]
        relations = {(big > c) - (big < c) for big, c in widths}
        assert relations == {-1, 0, 1}, mode
        assert {at.attach for at in own} >= {"replace"}, mode
        assert {at.gate for at in own} == {"channel", "label"}, mode
    assert {(case.level.attach, case.strength) for case in cases} == {
        ("replace", 1.0),
        ("replace", 0.6),
        ("residual", 1.0),
        ("residual", 0.6),
    }
    sums = {sum(row) for case in cases for row in case.weights}
    assert {0.0, 0.5, 1.0} <= sums and max(sums) > 1


CHECKS = (
    layer_norm_is_the_library_s,
    bias_free_layer_norm_keeps_the_mean,
    attention_by_loops,
    dual_gate_is_symmetric,
    top_m_keeping_all_is_plain_attention,
    mixture_is_the_mean_prompt,
    shared_row_is_the_row_repeated,
    labels_matter,
    gate_zero_is_identity,
    strength_blends,
    all_zero_weights_give_the_feature,
    size_of_weights_scales_the_change,
    equal_label_gates_are_a_channel_gate,
    padding_of_nafnet_is_explicit_padding,
    pip_restormer_is_the_thin_trunk_with_levels,
    float32_is_close_to_float64,
    top_m_goldens_have_no_near_ties,
    goldens_cover_what_they_should,
)


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(0)
    for check in CHECKS:
        print(check.__name__.replace("_", " "))
        with torch.no_grad():
            check()


if __name__ == "__main__":
    main()
