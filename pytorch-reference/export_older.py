"""Export the tiny networks with older programs, as people did; export.py then measures and lists the files.

    python export_older.py

What it writes depends on the environment it runs in: with PyTorch 1.13 the files `*-torch1.onnx`,
with onnxscript 0.7.0 the files `*-onnxscript07.onnx`. README.md says how to make both environments.
"""

from importlib.metadata import version
from pathlib import Path

import torch

from pip_reference.onnx_export import NEW_TORCH, export, save
from pip_reference.onnx_families import ONNXSCRIPT_07, families

FIXTURES = Path(__file__).resolve().parent.parent / "packages" / "backbones" / "test" / "fixtures"


def main() -> None:
    suffix = "onnxscript07" if NEW_TORCH else "torch1"
    if NEW_TORCH and version("onnxscript") != ONNXSCRIPT_07:
        raise SystemExit(f"neither PyTorch 1 nor onnxscript {ONNXSCRIPT_07} is here (see README.md)")
    torch.use_deterministic_algorithms(True)
    with torch.no_grad():
        for family in families():
            for how in family.exports:
                if how.suffix == suffix:
                    model = export(family.network(), family.exported_with(how), how, family.outputs)
                    save(model, FIXTURES / f"{family.name}-{how.label}.onnx")


if __name__ == "__main__":
    main()
