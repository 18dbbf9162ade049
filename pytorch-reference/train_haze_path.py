"""Train the U-Net's haze path by itself, on haze made over photographs: `train_haze_path.py FOLDER OUT.safetensors`.

What ships began with such weights, of 600 steps, before host and prompts were trained together
(scripts/restorer/recipe.mjs). In the whole network alone, the encoder learns haze of its own kind first and the path
nothing. Photographs are cut to 320 x 240; the loss is NAFNet's.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from scipy import ndimage
from torch import Tensor, nn
from torch.nn import functional as F

from pip_reference.unet_restorer import LIGHT_WIDTH, HazePath, dark_channel

WIDTH, HEIGHT, BATCH = 320, 240, 8


def photographs(folder: Path) -> np.ndarray:
    kept = []
    for path in sorted(folder.iterdir()):
        image = Image.open(path).convert("RGB")
        scale = max(WIDTH / image.width, HEIGHT / image.height)
        scale = max(scale, min(1, 1.3 * scale))
        size = (max(WIDTH, round(image.width * scale)), max(HEIGHT, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
        left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
        kept.append(np.asarray(image.crop((left, top, left + WIDTH, top + HEIGHT))))
    return np.stack(kept)


def depth(scene: Tensor, rng: np.random.Generator) -> Tensor:
    """A landscape without edges, a slope, and regions of similar colour and place, blended; 0 to 1."""
    smooth = torch.tensor(rng.random((4, 4)))[None, None].float()
    smooth = F.interpolate(smooth, size=(HEIGHT, WIDTH), mode="bicubic", align_corners=True)[0, 0].clamp(0, 1)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.meshgrid(np.linspace(-0.5, 0.5, HEIGHT), np.linspace(-0.5, 0.5, WIDTH), indexing="ij")
    right, down = np.cos(angle), np.sin(angle)
    slope = torch.tensor((x * right + y * down) / (abs(right) + abs(down)) + 0.5).float()
    distances, depths = [], []
    for _ in range(2 + rng.integers(4)):
        row, column = rng.integers(HEIGHT), rng.integers(WIDTH)
        place = (x * WIDTH - (column - WIDTH / 2)) ** 2 + (y * HEIGHT - (row - HEIGHT / 2)) ** 2
        colour = ((scene - scene[:, row, column, None, None]) ** 2).sum(0)
        distances.append(0.19 / WIDTH**2 * torch.tensor(place).float() + colour)
        depths.append(rng.random())
    regions = torch.tensor(depths).float()[torch.stack(distances).argmin(0)]
    regions = F.avg_pool2d(F.pad(regions[None, None], (2, 2, 2, 2), mode="replicate"), 5, 1)[0, 0]
    shares = [rng.random(), rng.random(), 1.5 * rng.random()]
    return (shares[0] * smooth + shares[1] * slope + shares[2] * regions) / sum(shares)


def transmission(scene: Tensor, rng: np.random.Generator) -> Tensor:
    mean, spread = rng.uniform(0.06, 0.95), 0.1 + 0.9 * rng.random() ** 2
    far = depth(scene, rng)
    far = (1 + 2 * spread * (far - far.mean())).clamp(min=0)
    thickness = -np.log(mean)
    for _ in range(4):
        thickness *= np.log(mean) / np.log(float(torch.exp(-thickness * far).mean()))
    return torch.exp(-thickness * far)


def sky_cover(rng: np.random.Generator) -> Tensor:
    """How much of each pixel a sky covers, above roofs of different heights."""
    edges = np.sort(rng.integers(0, WIDTH, 1 + rng.integers(12)))
    roofs = rng.uniform(0.1, 0.65) + rng.uniform(0.02, 0.25) * rng.normal(size=len(edges) + 1)
    profile = roofs.clip(0.02, 0.95)[np.searchsorted(edges, np.arange(WIDTH), side="right")] * HEIGHT
    cover = np.clip(profile[None] - np.arange(HEIGHT)[:, None] + 0.5, 0, 1)
    return torch.tensor(ndimage.gaussian_filter(cover, rng.uniform(0.3, 1.2))).float()


def hazy(scene: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """An image with haze, and the scene: at times under a sky of nothing but air."""
    light = rng.uniform(0.75, 1) if rng.random() < 0.65 else rng.uniform(0.4, 0.75)
    colour = np.clip(light + rng.uniform(0, 0.06) * rng.uniform(-1, 1, 3), 0, 1)
    air = torch.tensor(colour).float()[:, None, None]
    image = air + (scene - air) * transmission(scene, rng)
    if rng.random() < 0.3:
        cover = sky_cover(rng)
        top = 1 + rng.uniform(-0.08, 0.04) * torch.linspace(1, 0, HEIGHT)[None, :, None]
        sky = (air * top).clamp(0, 1)
        scene, image = scene + cover * (sky - scene), image + cover * (sky - image)
    noise = torch.tensor(rng.normal(size=image.shape)).float() * rng.uniform(0, 2) / 255
    return (image + noise).clamp(0, 1), scene


def batch(photos: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    inputs, targets = [], []
    for _ in range(BATCH):
        scene = torch.tensor(photos[rng.integers(len(photos))]).permute(2, 0, 1).float() / 255
        scene = scene.flip(2) if rng.random() < 0.5 else scene
        image, target = (scene, scene) if rng.random() < 0.06 else hazy(scene, rng)
        inputs.append(image)
        targets.append(target)
    return torch.stack(inputs), torch.stack(targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    chosen = parser.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    photos = photographs(chosen.photos)
    path = HazePath(3, 8)
    # Everywhere, whatever a decoder says.
    nn.init.ones_(path.mask.weight)
    everywhere = torch.ones(BATCH, LIGHT_WIDTH, HEIGHT // 8, WIDTH // 8)
    learned = [p for name, p in path.named_parameters() if not name.startswith("mask.")]
    optimiser = torch.optim.AdamW(learned, lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, chosen.steps, pct_start=0.05)
    for step in range(chosen.steps):
        image, target = batch(photos, rng)
        small = torch.cat(path(image, dark_channel(image), everywhere), dim=1)
        gain, offset = F.interpolate(small, size=(HEIGHT, WIDTH), mode="bilinear").split([1, 3], dim=1)
        error = ((image * gain + offset - target) ** 2).mean((1, 2, 3))
        loss = (10 * torch.log10(error + 3e-4)).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1)
        optimiser.step()
        rates.step()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1}, {-loss.item():.2f} dB", flush=True)
    save_file({f"haze.{name}": value for name, value in path.state_dict().items()}, chosen.output)


if __name__ == "__main__":
    main()
