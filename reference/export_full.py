"""Full-size networks in every form, for benchmarks; keep DIR outside the repository.

    python export_full.py DIR [restormer|nafnet|promptir …]

Each file is made by a process of its own with a time limit, since simplifiers can take hours on 12,000
nodes; what could not be made is listed in DIR/full.json with the reason.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from torch import nn

from pip_reference.nafnet import NAFNet
from pip_reference.onnx_export import Export, export
from pip_reference.onnx_variants import VARIANTS
from pip_reference.promptir import PromptIR
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer

TIME_LIMIT_S = 300
SIZE = (64, 64)
TRACED = Export("torchscript", 16, True)
EXPORTS = (TRACED, Export("torchscript", 13, False), Export("torchscript", 17, True), Export("dynamo", 18, True, "external"))
CHANGES = ("onnxslim", "ort-basic", "ort-extended", "float16", "qdq", "onnxsim")
NETWORKS: dict[str, tuple[Callable[[], nn.Module], int, str]] = {
    "restormer": (Restormer, 400, "concat"),
    "nafnet": (NAFNet, 401, "add"),
    "promptir": (PromptIR, 402, "concat"),
}


def make(folder: Path, name: str, form: str) -> None:
    build, seed, _ = NETWORKS[name]
    torch.manual_seed(seed)
    image = torch.rand(1, 3, *SIZE)
    traced = folder / f"{name}-{TRACED.label}.onnx"
    path = folder / f"{name}-{form}.onnx"
    how = next((one for one in EXPORTS if one.label == form), None)
    if how is None:
        VARIANTS[form.removeprefix(f"{TRACED.label}-")](traced, path, [{"image": image.numpy()}])
        return
    net = build().eval()
    randomise(net, seed)
    with torch.no_grad():
        model = export(net, {"image": image}, how, ("output",))
    beside = how.suffix == "external"
    onnx.save(model, path, save_as_external_data=beside, location=f"{path.name}.data" if beside else None)


def sites(name: str) -> list[dict[str, object]]:
    build, _, join = NETWORKS[name]
    with torch.no_grad():
        skips = build().skips(torch.zeros(1, 3, *SIZE))
    return [
        {"level": i + 1, "channels": skip.shape[1], "scale": SIZE[0] // skip.shape[2], "join": join}
        for i, skip in enumerate(skips)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    parser.add_argument("--form", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if arguments.form:
        make(folder, arguments.names[0], arguments.form)
        return
    folder.mkdir(parents=True, exist_ok=True)
    files, missing = [], []
    forms = [how.label for how in EXPORTS] + [f"{TRACED.label}-{change}" for change in CHANGES]
    for name in arguments.names:
        for form in forms:
            path = folder / f"{name}-{form}.onnx"
            command = [sys.executable, __file__, str(folder), name, "--form", form]
            try:
                subprocess.run(command, check=True, timeout=TIME_LIMIT_S, capture_output=True, text=True)
            except subprocess.TimeoutExpired:
                missing.append({"file": path.name, "reason": f"more than {TIME_LIMIT_S} s"})
            except subprocess.CalledProcessError as error:
                missing.append({"file": path.name, "reason": error.stderr.strip().splitlines()[-1][:200]})
            else:
                data = f"{path.name}.data" if (folder / f"{path.name}.data").exists() else None
                files.append({"file": path.name, "family": name, "data": data, "sites": sites(name)})
            print(path.name, "made" if path.exists() else "not made", flush=True)
            (folder / "full.json").write_text(json.dumps({"files": files, "missing": missing}, indent=2) + "\n")


if __name__ == "__main__":
    main()
