"""Write PSNR and SSIM as scikit-image measures them, with the pictures, for packages/runtime.

    python make_metric_goldens.py     # packages/runtime/test/metrics/goldens/quality.json

Pictures are in the file as base64 of (height, width, 3): bytes, which stand for value / 255, or
little-endian float32 for what no 8-bit file can hold.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
from skimage.color import rgb2ycbcr
from skimage.io import imread
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "packages/runtime/test/metrics/goldens/quality.json"

Picture = np.ndarray


def waves(height: int, width: int) -> Picture:
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin(x / (3 + plane)) * np.cos(y / (5 - plane)) for plane in range(3)]
    return np.stack(planes, axis=-1) * 0.45 + 0.5


def to_bytes(picture: Picture) -> Picture:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def shift(picture: Picture, by: int) -> Picture:
    """Moved to the right, as a camera that shook."""
    return np.roll(picture, by, axis=1)


def cases() -> Iterator[tuple[str, Picture, Picture]]:
    random = np.random.default_rng(20240711)
    wavy = waves(29, 37)
    yield "noise of sigma 25", to_bytes(wavy), to_bytes(wavy + random.normal(0, 25 / 255, wavy.shape))
    yield "half the contrast", to_bytes(wavy), to_bytes(wavy * 0.5 + 0.25)
    yield "dark", to_bytes(wavy), to_bytes(0.3 * wavy**1.5)
    yield "nothing in common", *(random.integers(0, 256, (16, 23, 3), np.uint8) for _ in range(2))
    yield "the smallest", *(random.integers(0, 256, (11, 11, 3), np.uint8) for _ in range(2))
    yield "one window wide", *(random.integers(0, 256, (40, 11, 3), np.uint8) for _ in range(2))
    flat = np.full((14, 12, 3), 10, np.uint8)
    yield "flat dark and flat bright", flat, flat + 200
    one_off = flat.copy()
    one_off[7, 5, 1] += 1
    yield "one step in one pixel", flat, one_off
    green = flat.copy()
    green[..., 1] = 90
    yield "another colour", flat, green
    yield (
        "not rounded to 8 bits",
        wavy[:20, :17].astype(np.float32),
        np.clip(wavy + random.normal(0, 0.02, wavy.shape), 0, 1)[:20, :17].astype(np.float32),
    )
    photo = imread(ROOT / "assets/chelsea.jpg")[100:140, 140:196]
    yield "photo, shaken", photo, shift(photo, 2)
    yield "photo, noisy", photo, to_bytes(photo / 255 + random.normal(0, 15 / 255, photo.shape))


def measure(a: Picture, b: Picture) -> dict[str, float]:
    def quality(x: Picture, y: Picture, axis: int | None) -> tuple[float, float]:
        similarity = structural_similarity(
            x,
            y,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=1,
            channel_axis=axis,
        )
        return float(peak_signal_noise_ratio(x, y, data_range=1)), float(similarity)

    a, b = ((p / 255 if p.dtype == np.uint8 else p).astype(np.float64) for p in (a, b))
    psnr, ssim = quality(a, b, -1)
    psnr_y, ssim_y = quality(rgb2ycbcr(a)[..., 0] / 255, rgb2ycbcr(b)[..., 0] / 255, None)
    return {"psnr": psnr, "ssim": ssim, "psnrY": psnr_y, "ssimY": ssim_y}


def main() -> None:
    made = []
    for name, a, b in cases():
        height, width, _ = a.shape
        pixels = {key: b64encode(p.tobytes()).decode() for key, p in (("a", a), ("b", b))}
        dtype = str(a.dtype)
        made.append(
            {"name": name, "width": width, "height": height, "dtype": dtype, **pixels, "quality": measure(a, b)}
        )
    versions = {name: version(name) for name in ("scikit-image", "numpy")}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps({"versions": versions, "cases": made}, indent=1) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(made)} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
