"""The networks of the fixtures with PIP at their skips, as PyTorch computes them.

    python make_grafted_goldens.py     # test/exports/goldens/

A file is one network with one adapter: `param.<adapter's own name>`, and for either size, `exported` and
`other`, `input.<size>.<input>`, `input.<size>.weights`, and `output.<size>.<strength>.<output>`.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from pip_reference.golden import Golden, max_error, write
from pip_reference.grafted import Place, grafted, places
from pip_reference.onnx_families import Family, families
from pip_reference.onnx_unets import unets
from pip_reference.pip_level import MODES, Attach, LevelConfig, Mode, PipLevel
from pip_reference.randomise import randomise

FOLDER = Path(__file__).resolve().parent.parent / "test" / "exports" / "goldens"
STRENGTHS = {"exported": (1.0, 0.5), "other": (0.5,)}
# A level that moves the output less than this, relatively, would be tested by nothing.
LEAST_INFLUENCE = 0.005
DEGRADATIONS = 3
PROMPT_CHANNELS = 8
PROMPT_SIZES = (6, 4, 3, 3)
# Four channels a head: of two, top-m attention would keep one, whatever the query.
P2F_HEADS = 2
# A degradation alone, and on two images mixtures, one of which does not sum to one.
WEIGHTS = {"exported": ((0.0, 1.0, 0.0),), "other": ((0.25, 0.0, 0.75), (1.0, 0.5, 0.0))}


@dataclass(frozen=True)
class Graft:
    mode: Mode
    attach: Attach


GRAFTS: dict[str, tuple[Graft, ...]] = {
    "restormer": (Graft("pip_cross_topm", "replace"), Graft("promptir", "residual")),
    "nafnet": (Graft("convgate", "residual"), Graft("pip_cross", "replace")),
    "promptir": (Graft("promptir_gate", "replace"),),
}


def grafts() -> list[tuple[Family, Graft, int]]:
    """With a seed each; the other U-Nets take the modes and attachments in turn."""
    chosen = [(family, graft) for family in families() for graft in GRAFTS[family.name]]
    attachments: tuple[Attach, Attach] = ("replace", "residual")
    others = [family for family in unets() if family.kind == "unet"]
    chosen += [
        (family, Graft(MODES[(turn + 2) % len(MODES)], attachments[turn % 2])) for turn, family in enumerate(others)
    ]
    return [(family, graft, 600 + turn) for turn, (family, graft) in enumerate(chosen)]


def level_of(graft: Graft, place: Place, turn: int) -> PipLevel:
    return PipLevel(
        LevelConfig(
            feature_channels=place.channels,
            prompt_channels=PROMPT_CHANNELS,
            prompt_size=PROMPT_SIZES[turn],
            degradations=DEGRADATIONS,
            mode=graft.mode,
            attach=graft.attach,
            p2f_heads=P2F_HEADS,
        )
    )


def outputs(
    family: Family, levels: dict[int, PipLevel], cases: dict[str, dict[str, Tensor]], dtype: torch.dtype
) -> dict[str, Tensor]:
    """What the grafted network gives, by size, strength and name; a skip without a level is left as it is."""
    host = family.network().to(dtype)
    exact = {index: level.to(dtype) for index, level in levels.items()}
    made: dict[str, Tensor] = {}
    for size, inputs in cases.items():
        *images, weights = (tensor.to(dtype) for tensor in inputs.values())
        height, width = images[0].shape[2:]
        for strength in STRENGTHS[size]:

            def modulate(index: int, skip: Tensor) -> Tensor:
                return exact[index](skip, weights, strength) if index in exact else skip

            results = grafted(host, modulate, height / width)(*images)
            results = results if isinstance(results, tuple) else (results,)
            names = (f"{size}.{strength:g}.{name}" for name in family.outputs)
            made |= dict(zip(names, results, strict=True))
    return made


def influence(with_it: dict[str, Tensor], without: dict[str, Tensor]) -> float:
    """The least over sizes and strengths of the greatest over the network's outputs."""
    changes: dict[str, float] = {}
    for name, tensor in with_it.items():
        case = name.rsplit(".", 1)[0]
        change = ((tensor - without[name]).abs().max() / tensor.abs().max()).item()
        changes[case] = max(changes.get(case, 0.0), change)
    return min(changes.values())


def levels_of(graft: Graft, skips: list[Place], seed: int) -> list[PipLevel]:
    levels = [level_of(graft, place, turn) for turn, place in enumerate(skips)]
    randomise(nn.ModuleList(levels), seed)
    return levels


def golden(family: Family, graft: Graft, seed: int) -> Golden:
    skips = places(family, family.network())
    levels = levels_of(graft, skips, seed)
    params = {
        f"level{place.level}.{name}": tensor.clone()
        for place, level in zip(skips, levels, strict=True)
        for name, tensor in level.state_dict().items()
    }
    cases = {
        size: family.inputs(batch, of, seed) | {"weights": torch.tensor(WEIGHTS[size])}
        for size, batch, of in (("exported", 1, family.size), ("other", 2, family.other_size))
    }
    by_index = {place.index: level for place, level in zip(skips, levels, strict=True)}
    approximate = outputs(family, by_index, cases, torch.float32)
    exact = outputs(family, by_index, cases, torch.float64)
    for place in skips:
        others = {index: level for index, level in by_index.items() if index != place.index}
        moved = influence(exact, outputs(family, others, cases, torch.float64))
        assert moved >= LEAST_INFLUENCE, f"{family.name}: level {place.level} moves the output by {moved:.1e} only"
    config = {
        "network": family.name,
        **asdict(graft),
        "degradations": DEGRADATIONS,
        "expansion": levels[0].config.expansion,
        "levels": [
            {
                "level": place.level,
                "channels": place.channels,
                "promptChannels": level.config.prompt_channels,
                "promptSize": level.config.prompt_size,
                "p2pHeads": level.config.p2p_heads,
                "p2fHeads": level.config.p2f_heads,
            }
            for place, level in zip(skips, levels, strict=True)
        ],
    }
    return Golden(
        name=f"{family.name}-{graft.mode.replace('_', '-')}-{graft.attach}",
        config=config,
        params=params,
        inputs={f"{size}.{name}": tensor for size, inputs in cases.items() for name, tensor in inputs.items()},
        outputs={name: tensor.float() for name, tensor in exact.items()},
        error=max_error(approximate, exact),
    )


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = set()
    for family, graft, seed in grafts():
        made = golden(family, graft, seed)
        path = write(made, FOLDER)
        written.add(path)
        print(f"{path.name:50} {path.stat().st_size / 1024:5.0f} KiB  float32 differs by {made.error:.1e}")
    for path in set(FOLDER.glob("*.safetensors")) - written:
        path.unlink()


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        main()
