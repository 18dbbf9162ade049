"""Export networks inside the wrappers that people deploy, and write down what they compute.

    python export_wrapped.py               # packages/backbones/test/fixtures/wrapped/ and test/exports/wrapped/
    python export_wrapped.py DIR           # every network in every wrapper, through both exporters, without goldens
"""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from make_grafted_goldens import DEGRADATIONS, grafts, levels_of
from pip_reference.golden import Golden, max_error, write
from pip_reference.grafted import grafted, places
from pip_reference.onnx_export import Export, export, save
from pip_reference.onnx_families import Family, families
from pip_reference.onnx_fixture import opset_of, sites
from pip_reference.skip import Skip
from pip_reference.wrappers import SIGMA, WRAPPERS, Wrapped, Wrapper, free_axes, inputs_of

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "packages" / "backbones" / "test" / "fixtures" / "wrapped"
GOLDENS = ROOT / "test" / "exports" / "wrapped"
TRACED = Export("torchscript", 17, True)
DYNAMO = Export("dynamo", 18, True)
# Multiples of 8 in halves of halves, for tiles and for what is resized inside.
SIZE = (16, 32)
# Committed beside all of NAFNet's: attention graphs are large, so those families come in fewer wrappers.
ALSO_DYNAMO = ("bytes-nhwc", "fixed-size")
LARGE = (
    *("bytes-nhwc", "mean-255", "bgr-bytes", "resized-back", "fixed-size", "tiles", "flips"),
    *("score-first", "map-beside"),
)
WEIGHTS = (0.25, 0.0, 0.75)


def committed(family: Family) -> list[tuple[Wrapper, Export]]:
    if family.name == "nafnet":
        return [
            *((wrapper, TRACED) for wrapper in WRAPPERS),
            *((wrapper, DYNAMO) for wrapper in WRAPPERS if wrapper.name in ALSO_DYNAMO),
        ]
    by_name = {wrapper.name: wrapper for wrapper in WRAPPERS}
    return [(by_name[name], TRACED) for name in LARGE]


def image(batch: int) -> Tensor:
    """Smooth, within 0.2 to 0.8, of colours and rows that differ."""
    h, w = SIZE
    rows, columns = torch.arange(h)[:, None] / h, torch.arange(w)[None] / w
    planes = [0.5 + 0.3 * torch.sin(3 * rows + (2 + c) * columns + c + b) for b in range(batch) for c in range(3)]
    return torch.stack(planes).reshape(batch, 3, h, w)


def exported(net: nn.Module, wrapper: Wrapper, how: Export, path: Path) -> dict[str, Tensor]:
    """Writes one file; returns the inputs that it was exported with."""
    inputs = inputs_of(image(wrapper.batch or 2), wrapper)
    model = export(Wrapped(net, wrapper), inputs, how, wrapper.outputs, free_axes(wrapper))
    if wrapper.negative:
        for value in (*model.graph.input, *model.graph.output):
            for dim in value.type.tensor_type.shape.dim:
                if dim.dim_param:
                    dim.dim_value = -1
        path.write_bytes(model.SerializeToString(deterministic=True))
    else:
        save(model, path)
    return inputs


def skips_of(family: Family, net: nn.Module, wrapper: Wrapper, inputs: dict[str, Tensor]) -> tuple[list[Skip], Tensor]:
    """The network's own skips, of every time that the wrapper calls it, and the image that it works on."""
    seen: list[Tensor] = []
    hook = net.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    Wrapped(net, wrapper)(*inputs.values())
    hook.remove()
    return [skip for x in seen for skip in family.skips(net, {"image": x})], seen[0]


def entry(family: Family, net: nn.Module, wrapper: Wrapper, how: Export, folder: Path) -> dict[str, object]:
    path = folder / f"{family.name}-{wrapper.name}-{how.exporter}.onnx"
    inputs = exported(net, wrapper, how, path)
    skips, inner = skips_of(family, net, wrapper, inputs)
    found = sites(path, inputs, skips, "plain", tuple(inner.shape[2:]))
    # A network that is called several times has the same levels each time.
    found["sites"] = [{**site, "level": 1 + int(math.log2(site["scale"]))} for site in found["sites"]]
    model = onnx.load(path)
    print(f"{path.name:50} {path.stat().st_size / 1024:5.0f} KiB {len(model.graph.node):5} nodes", flush=True)
    return {
        "file": path.name,
        "network": family.name,
        "wrapper": wrapper.name,
        "exporter": how.exporter,
        "opset": opset_of(model),
        "layout": wrapper.layout,
        "range": wrapper.range,
        "order": wrapper.order,
        "bytes": wrapper.bytes,
        "channels": wrapper.channels,
        "restores": wrapper.restores,
        "feeds": {} if wrapper.beside is None else {wrapper.beside[0]: SIGMA},
        **found,
    }


def golden(family: Family) -> Golden:
    """What becomes of one image, in every wrapper, with the graft of the family's first golden and without one."""
    _, graft, seed = next(one for one in grafts() if one[0].name == family.name)
    net = family.network()
    levels = levels_of(graft, places(family, net), seed)

    def restored(dtype: torch.dtype) -> dict[str, Tensor]:
        host = family.network().to(dtype)
        exact = [level.to(dtype) for level in levels]
        weights = torch.tensor([WEIGHTS], dtype=dtype)

        def modulate(index: int, skip: Tensor) -> Tensor:
            return exact[index % len(exact)](skip, weights, 1.0)

        plain = image(1).to(dtype)
        made = {}
        for wrapper in (one for one in WRAPPERS if one.restores):
            made[f"{wrapper.name}.host"] = Wrapped(host, wrapper).restored(plain)
            made[f"{wrapper.name}.graft"] = Wrapped(grafted(host, modulate, 1.0), wrapper).restored(plain)
        return made

    approximate, exact = restored(torch.float32), restored(torch.float64)
    return Golden(
        name=family.name,
        config={"network": family.name, "degradations": DEGRADATIONS},
        params={},
        inputs={"image": image(1), "weights": torch.tensor([WEIGHTS])},
        outputs={name: tensor.float().contiguous() for name, tensor in exact.items()},
        error=max_error(approximate, exact),
    )


def write_all(folder: Path) -> Iterator[str]:
    for family in families():
        net = family.network()
        for wrapper in WRAPPERS:
            for how in (TRACED, DYNAMO):
                try:
                    yield str(entry(family, net, wrapper, how, folder)["file"])
                except Exception as error:  # the exporters' own errors have no common class
                    print(f"{family.name} {wrapper.name} {how.exporter}: {str(error).strip().splitlines()[0]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        print(len(list(write_all(arguments.folder))), "files")
        return
    FIXTURES.mkdir(parents=True, exist_ok=True)
    GOLDENS.mkdir(parents=True, exist_ok=True)
    for path in FIXTURES.glob("*"):
        path.unlink()
    entries = []
    for family in families():
        made = golden(family)
        path = write(made, GOLDENS)
        print(f"{path.name:50} {path.stat().st_size / 1024:5.0f} KiB  float32 differs by {made.error:.1e}")
        net = family.network()
        entries += [entry(family, net, wrapper, how, FIXTURES) for wrapper, how in committed(family)]
    entries.sort(key=lambda one: str(one["file"]))
    (FIXTURES / "wrapped.json").write_text(json.dumps({"fixtures": entries}, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        main()
