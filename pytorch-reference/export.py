"""Export the reference networks to ONNX.

    python export.py                  # tiny ones, into packages/backbones/test/fixtures
    python export.py nafnet …         # only some; the other entries stay
"""

import argparse
import json
import math
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import onnx
import torch
from torch import nn

from pip_reference.onnx_export import Export, check, export, save
from pip_reference.onnx_families import ONNXSCRIPT_07, SPACE_TO_DEPTH, TORCH_1_VERSION, Family, families
from pip_reference.onnx_fixture import FAITHFUL, measure, opset_of, sites
from pip_reference.onnx_unets import unets
from pip_reference.onnx_variants import VARIANTS, tools_of

FIXTURES = Path(__file__).resolve().parent.parent / "packages" / "backbones" / "test" / "fixtures"
CALIBRATION_IMAGES = 8
LARGEST = 300 * 1024


def entry(family: Family, net: nn.Module, path: Path, how: Export, variant: str) -> dict[str, object]:
    """What is true of one file."""
    model = onnx.load(path, load_external_data=False)
    inputs = family.exported_with(how)
    dynamic = how.dynamic or variant == "opened"
    error = measure(net, path, inputs, family.outputs)
    made: dict[str, object] = {
        "file": path.name,
        "network": family.name,
        "family": family.kind or family.name,
        "exporter": how.exporter,
        "variant": variant,
        "opset": opset_of(model),
        "irVersion": model.ir_version,
        "dynamic": dynamic,
        "torch": TORCH_1_VERSION if how.suffix == "torch1" else torch.__version__.split("+")[0],
        "tools": tools(how, variant),
        "input": {"name": "image", "exportedAt": list(inputs["image"].shape)},
        "output": {"name": "output"},
        **({"inputs": list(inputs), "outputs": list(family.outputs)} if family.several else {}),
        **({"refused": True} if family.kind == "unknown" else {}),
        "faithful": error < FAITHFUL,
    }
    if dynamic:
        other = measure(net, path, family.inputs(3, family.other_size), family.outputs)
        made["faithfulAtOtherSizes"] = other < FAITHFUL
        error = max(error, other) if other < math.inf else error
    made["error"] = float(f"{error:.2g}") if math.isfinite(error) else None
    skips = family.skips(family.as_exported(how), inputs)
    made |= sites(path, inputs, skips, "space-to-depth" if how == SPACE_TO_DEPTH else variant)
    report(path, len(model.graph.node), made)
    return made


def tools(how: Export, variant: str) -> dict[str, str]:
    """Programs beside PyTorch that made a file, with their versions."""
    exporter = {} if how.exporter == "torchscript" else {"onnxscript": version("onnxscript")}
    if how == SPACE_TO_DEPTH:
        exporter = {"onnxscript": ONNXSCRIPT_07}
    return exporter if variant == "plain" else exporter | tools_of(variant)


def report(path: Path, nodes: int, made: dict[str, object]) -> None:
    size = path.stat().st_size
    large = "  TOO LARGE" if size > LARGEST else ""
    print(f"{path.name:60} {size / 1024:5.0f} KiB {nodes:5} nodes  error {made['error']}{large}", flush=True)


def write_family(family: Family) -> Iterator[dict[str, object]]:
    net = family.network()
    for how in family.exports:
        path = FIXTURES / f"{family.name}-{how.label}.onnx"
        if how.older:
            if not path.exists():
                raise SystemExit(f"{path.name} is not there: run export_older.py first (see README.md)")
            check(path)
        else:
            save(export(net, family.exported_with(how), how, family.outputs), path, how.suffix == "external")
        yield entry(family, net, path, how, "plain")
    images = [
        {name: tensor.numpy() for name, tensor in family.inputs(1, family.size, draw).items()}
        for draw in range(1, 1 + CALIBRATION_IMAGES)
    ]
    for how, variant in family.variants:
        path = FIXTURES / f"{family.name}-{how.label}-{variant}.onnx"
        VARIANTS[variant](FIXTURES / f"{family.name}-{how.label}.onnx", path, images)
        check(path)
        yield entry(family, net, path, how, variant)


def write_fixtures(only: list[str]) -> None:
    """Entries of what is not asked for stay; files that nothing lists are removed."""
    index = FIXTURES / "fixtures.json"
    chosen = [family for family in (*families(), *unets()) if not only or family.name in only]
    made = [one for family in chosen for one in write_family(family)]
    written = {family.name for family in chosen}
    old = json.loads(index.read_text())["fixtures"] if only else []
    replace(index, [e for e in old if e["network"] not in written] + made)
    listed = {e["file"] for e in json.loads(index.read_text())["fixtures"]}
    for path in FIXTURES.glob("*.onnx*"):
        if path.name.removesuffix(".data") not in listed:
            path.unlink()


def replace(index: Path, entries: list[dict[str, object]]) -> None:
    """In one step, for tests may be reading."""
    entries.sort(key=lambda e: str(e["file"]))
    draft = index.with_suffix(".draft")
    draft.write_text(json.dumps({"fixtures": entries}, indent=2, allow_nan=False) + "\n")
    os.replace(draft, index)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="networks to export; all when none is named")
    arguments = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        write_fixtures(arguments.only)


if __name__ == "__main__":
    main()
