"""Full-size networks in every form, for benchmarks; keep DIR outside the repository.

    python export_full.py DIR [restormer|nafnet|promptir …]

Each file is made by a process of its own with a time limit, since simplifiers can take hours on 12,000
nodes; what could not be made is listed in DIR/full.json with the reason. Some are inside a wrapper that
people deploy. A file that is listed is not made again; NAME.safetensors holds the weights that all forms of a network share. In an environment made
from requirements-torch1.txt it adds what PyTorch 1.13 exports.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from pip_reference.nafnet import NAFNet
from pip_reference.onnx_export import NEW_TORCH, Export, export
from pip_reference.promptir import PromptIR
from pip_reference.randomise import randomise
from pip_reference.restormer import Restormer
from pip_reference.wrappers import WRAPPERS, Wrapped, free_axes, inputs_of

TIME_LIMIT_S = 900
SIZE = (64, 64)
TRACED = Export("torchscript", 16, True)
EXPORTS = (
    *(TRACED, Export("torchscript", 13, False), Export("torchscript", 17, True)),
    Export("dynamo", 18, True, "external"),
    Export("torchscript", 16, True, "torch1"),
)
CHANGES = ("onnxslim", "ort-basic", "ort-extended", "float16", "qdq", "onnxsim")
# Those around which sites are hardest to find: other layouts, ranges, sizes, batches and outputs.
WRAPPED = ("bytes-nhwc", "mean-255", "resized-back", "tiles", "flips", "score-first")
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
    wrapper = next((one for one in WRAPPERS if form == f"{TRACED.label}-{one.name}"), None)
    if how is None and wrapper is None:
        from pip_reference.onnx_variants import VARIANTS  # PyTorch 1's environment has no tools for them

        VARIANTS[form.removeprefix(f"{TRACED.label}-")](traced, path, [{"image": image.numpy()}])
        return
    net = build().eval()
    randomise(net, seed)
    if how == TRACED:
        from safetensors.torch import save_file

        save_file(net.state_dict(), folder / f"{name}.safetensors")
    if wrapper is not None:
        with torch.no_grad():
            wrapped = Wrapped(net, wrapper)
            model = export(wrapped, inputs_of(image, wrapper), TRACED, wrapper.outputs, free_axes(wrapper))
        onnx.save_model(model, str(path))
        return
    with torch.no_grad():
        model = export(net, {"image": image}, how, ("output",))
    beside = how.suffix == "external"
    onnx.save_model(model, str(path), save_as_external_data=beside, location=f"{path.name}.data" if beside else None)


def sites(name: str, variant: str) -> list[dict[str, object]]:
    """A wrapper may call the network several times; its levels are then there as often."""
    build, _, join = NETWORKS[name]
    wrapper = next((one for one in WRAPPERS if one.name == variant), None)
    images = [torch.zeros(1, 3, *SIZE)]
    with torch.no_grad():
        net = build()
        if wrapper is not None:
            seen: list[Tensor] = []
            hook = net.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
            Wrapped(net, wrapper)(*inputs_of(images[0], wrapper).values())
            hook.remove()
            images = seen
        found = [
            {"level": i + 1, "channels": skip.shape[1], "scale": image.shape[2] // skip.shape[2], "join": join}
            for image in images
            for i, skip in enumerate(net.skips(image))
        ]
    return sorted(found, key=lambda site: int(str(site["level"])))


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
    index = folder / "full.json"
    files, missing = [], []
    if index.exists():
        files, missing = json.loads(index.read_text()).values()
    listed = {one["file"] for one in files}
    for name in arguments.names:
        for how, variant in forms():
            label = how.label if variant == "plain" else f"{how.label}-{variant}"
            path = folder / f"{name}-{label}.onnx"
            if path.name in listed:
                continue
            missing = [one for one in missing if one["file"] != path.name]
            reason = failure([sys.executable, __file__, str(folder), name, "--form", label])
            if reason:
                missing.append({"file": path.name, "reason": reason})
            else:
                files.append(entry(path, name, how, variant))
            print(path.name, reason or "made", flush=True)
            index.write_text(json.dumps({"files": files, "missing": missing}, indent=2) + "\n")


def forms() -> list[tuple[Export, str]]:
    """What this environment can make."""
    if not NEW_TORCH:
        return [(how, "plain") for how in EXPORTS if how.suffix == "torch1"]
    return [(how, "plain") for how in EXPORTS if how.suffix != "torch1"] + [
        (TRACED, change) for change in (*CHANGES, *WRAPPED)
    ]


def failure(command: list[str]) -> str | None:
    try:
        subprocess.run(command, check=True, timeout=TIME_LIMIT_S, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return f"more than {TIME_LIMIT_S} s"
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:]
        return last[0][:200] if last else f"exit status {error.returncode}"
    return None


def entry(path: Path, name: str, how: Export, variant: str) -> dict[str, object]:
    return {
        "file": path.name,
        "family": name,
        "exporter": how.exporter,
        "opset": how.opset,
        "variant": variant,
        "data": f"{path.name}.data" if how.suffix == "external" else None,
        "sites": sites(name, variant),
    }


if __name__ == "__main__":
    main()
