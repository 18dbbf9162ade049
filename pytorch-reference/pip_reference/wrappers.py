"""What people deploy around a network: the model that they export takes and makes other images than the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
SIGMA = 0.75

Forward = Callable[..., Tensor | tuple[Tensor, ...]]


@dataclass(frozen=True)
class Wrapper:
    """`forward` gets the network first, then the model's inputs."""

    name: str
    forward: Forward
    outputs: tuple[str, ...] = ("output",)
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    range: Literal["0..1", "0..255", "-1..1"] = "0..1"
    order: Literal["rgb", "bgr"] = "rgb"
    bytes: bool = False
    channels: int = 3
    # A further input, of this shape; letters are open sizes.
    beside: tuple[str, tuple[int | str, ...]] | None = None
    # A batch that is built in.
    batch: int | None = None
    # Sizes that the file leaves open are written as -1.
    negative: bool = False
    # The output is the image, not what is to be added to it or subtracted.
    restores: bool = True

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("image",) if self.beside is None else ("image", self.beside[0])


class Wrapped(nn.Module):
    def __init__(self, net: nn.Module, wrapper: Wrapper) -> None:
        super().__init__()
        self.net = net
        self.wrapper = wrapper

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.wrapper.forward(self.net, *inputs)

    def restored(self, plain: Tensor) -> Tensor:
        """What becomes of an image (1,3,H,W) of 0 to 1; a grey model takes its colours one after another."""
        planes = plain.transpose(0, 1) if self.wrapper.channels == 1 else plain
        made = self(*inputs_of(planes.expand(-1, 3, -1, -1), self.wrapper).values())
        output = made[self.wrapper.outputs.index("output")] if isinstance(made, tuple) else made
        image = plain_of(output, self.wrapper, plain.dtype)
        return image.transpose(0, 1) if self.wrapper.channels == 1 else image


def inputs_of(plain: Tensor, wrapper: Wrapper) -> dict[str, Tensor]:
    """The model's inputs for images (B,3,H,W) of 0 to 1."""
    made = {"image": image_of(plain, wrapper)}
    if wrapper.beside:
        name, shape = wrapper.beside
        sizes = dict(zip(("batch", "height", "width"), (plain.shape[0], *plain.shape[2:]), strict=True))
        dims = [sizes[size] if isinstance(size, str) else size for size in shape]
        made[name] = torch.full(dims, SIGMA, dtype=plain.dtype)
    return made


def free_axes(wrapper: Wrapper) -> dict[str, dict[int, str]]:
    """Names of the axes that a file leaves open, by input and output."""
    order = ("batch", 3, "height", "width") if wrapper.layout == "NCHW" else ("batch", "height", "width", 3)
    shapes = {"image": order, "output": order, **(dict([wrapper.beside]) if wrapper.beside else {})}
    return {
        name: {
            axis: size
            for axis, size in enumerate(shape)
            if isinstance(size, str) and not (size == "batch" and wrapper.batch)
        }
        for name, shape in shapes.items()
    }


def image_of(plain: Tensor, wrapper: Wrapper) -> Tensor:
    """An image (B,3,H,W) of 0 to 1 as the model takes it."""
    image = plain.flip(1) if wrapper.order == "bgr" else plain
    if wrapper.channels == 4:
        image = torch.cat([image, torch.ones_like(plain[:, :1])], 1)
    if wrapper.channels == 1:
        image = image[:, :1]
    if wrapper.range == "0..255":
        image = image * 255
    if wrapper.range == "-1..1":
        image = image * 2 - 1
    if wrapper.layout == "NHWC":
        image = image.permute(0, 2, 3, 1)
    return image.round().to(torch.uint8) if wrapper.bytes else image.contiguous()


def plain_of(output: Tensor, wrapper: Wrapper, dtype: torch.dtype) -> Tensor:
    """The image that a model made, as (B,3,H,W) of 0 to 1."""
    is_bytes = output.dtype == torch.uint8
    image = output.to(dtype)
    if wrapper.layout == "NHWC":
        image = image.permute(0, 3, 1, 2)
    if is_bytes or (wrapper.range == "0..255" and not wrapper.bytes):
        image = image / 255
    if wrapper.range == "-1..1":
        image = (image + 1) / 2
    image = image[:, :3]
    return image.flip(1) if wrapper.order == "bgr" else image


def per_channel(numbers: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(numbers, dtype=like.dtype).reshape(1, 3, 1, 1)


def floats(image: Tensor, net: nn.Module) -> Tensor:
    return image.to(next(net.parameters()).dtype)


def to_bytes(image: Tensor) -> Tensor:
    return (image.clamp(0, 1) * 255).round().to(torch.uint8)


def bytes_nhwc(net: nn.Module, image: Tensor) -> Tensor:
    x = floats(image.permute(0, 3, 1, 2), net) / 255
    return to_bytes(net(x)).permute(0, 2, 3, 1)


def bytes_mean(net: nn.Module, image: Tensor) -> Tensor:
    x = floats(image, net) / 255
    x = (x - per_channel(MEAN, x)) / per_channel(DEVIATION, x)
    y = net(x)
    return to_bytes(y * per_channel(DEVIATION, y) + per_channel(MEAN, y))


def bytes_in(net: nn.Module, image: Tensor) -> Tensor:
    return net(floats(image, net) / 255).clamp(0, 1)


def channels_last(net: nn.Module, image: Tensor) -> Tensor:
    return net(image.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def mean_255(net: nn.Module, image: Tensor) -> Tensor:
    mean, deviation = (per_channel(tuple(255 * n for n in numbers), image) for numbers in (MEAN, DEVIATION))
    return net((image - mean) / deviation) * deviation + mean


def bgr_255(net: nn.Module, image: Tensor) -> Tensor:
    return (net(image[:, [2, 1, 0]] / 255) * 255)[:, [2, 1, 0]]


def bgr_bytes(net: nn.Module, image: Tensor) -> Tensor:
    x = floats(image, net).permute(0, 3, 1, 2).flip(1) * (1 / 255)
    return to_bytes(net(x).flip(1)).permute(0, 2, 3, 1)


def signed(net: nn.Module, image: Tensor) -> Tensor:
    return net((image + 1) / 2) * 2 - 1


def resized(net: nn.Module, image: Tensor) -> Tensor:
    small = F.interpolate(image, scale_factor=0.5, mode="bilinear", align_corners=False)
    return F.interpolate(net(small), scale_factor=2.0, mode="bilinear", align_corners=False)


def resized_back(net: nn.Module, image: Tensor) -> Tensor:
    small = F.interpolate(image, scale_factor=0.5, mode="bilinear", align_corners=False)
    return F.interpolate(net(small), size=image.shape[2:], mode="bilinear", align_corners=False)


def fixed_size(net: nn.Module, image: Tensor) -> Tensor:
    small = F.interpolate(image, size=(24, 64), mode="bilinear", align_corners=False)
    return F.interpolate(net(small), size=image.shape[2:], mode="bilinear", align_corners=False)


def fixed_square(net: nn.Module, image: Tensor) -> Tensor:
    small = F.interpolate(image, size=(32, 32), mode="bicubic", align_corners=False)
    return F.interpolate(net(small), size=image.shape[2:], mode="bicubic", align_corners=False)


def enlarged(net: nn.Module, image: Tensor) -> Tensor:
    large = F.interpolate(image, scale_factor=2.0, mode="nearest")
    return F.avg_pool2d(net(large), 2)


def padded(net: nn.Module, image: Tensor) -> Tensor:
    h, w = image.shape[2:]
    x = F.pad(image, (0, (16 - w % 16) % 16, 0, (16 - h % 16) % 16), mode="reflect")
    return net(x)[:, :, :h, :w]


def bordered(net: nn.Module, image: Tensor) -> Tensor:
    return net(F.pad(image, (8, 8, 8, 8), mode="reflect"))[:, :, 8:-8, 8:-8]


def tiles(net: nn.Module, image: Tensor) -> Tensor:
    b, c, h, w = image.shape
    x = image.reshape(b, c, 2, h // 2, 2, w // 2).permute(0, 2, 4, 1, 3, 5).reshape(b * 4, c, h // 2, w // 2)
    y = net(x).reshape(b, 2, 2, c, h // 2, w // 2).permute(0, 3, 1, 4, 2, 5)
    return y.reshape(b, c, h, w)


def tiles_of_16(net: nn.Module, image: Tensor) -> Tensor:
    b, c, h, w = image.shape
    x = image.reshape(b, c, h // 16, 16, w // 16, 16).permute(0, 2, 4, 1, 3, 5).reshape(-1, c, 16, 16)
    y = net(x).reshape(b, h // 16, w // 16, c, 16, 16).permute(0, 3, 1, 4, 2, 5)
    return y.reshape(b, c, h, w)


def flips(net: nn.Module, image: Tensor) -> Tensor:
    y = net(torch.cat([image, image.flip(3), image.flip(2), image.flip(2, 3)], 0))
    a, b, c, d = y.chunk(4, 0)
    return (a + b.flip(3) + c.flip(2) + d.flip(2, 3)) / 4


def flip_twice(net: nn.Module, image: Tensor) -> Tensor:
    return (net(image) + net(image.flip(3)).flip(3)) / 2


def turned(net: nn.Module, image: Tensor) -> Tensor:
    return net(image.transpose(2, 3)).transpose(2, 3)


def small_first(net: nn.Module, image: Tensor) -> tuple[Tensor, Tensor]:
    y = net(image)
    return F.avg_pool2d(y, 4), y


def score_first(net: nn.Module, image: Tensor) -> tuple[Tensor, Tensor]:
    y = net(image)
    return (y - image).abs().mean((1, 2, 3)), y


def map_first(net: nn.Module, image: Tensor) -> tuple[Tensor, Tensor]:
    y = net(image)
    return (y - image).abs().mean(1, keepdim=True), y


def level_beside(net: nn.Module, image: Tensor, sigma: Tensor) -> Tensor:
    return image + sigma * (net(image) - image)


def map_beside(net: nn.Module, image: Tensor, sigma: Tensor) -> Tensor:
    return image + sigma * (net(image * sigma) - image)


def alpha(net: nn.Module, image: Tensor) -> Tensor:
    return torch.cat([net(image[:, :3]), image[:, 3:]], 1)


def grey(net: nn.Module, image: Tensor) -> Tensor:
    return net(image.expand(-1, 3, -1, -1)).mean(1, keepdim=True)


def residual(net: nn.Module, image: Tensor) -> Tensor:
    return net(image) - image


def noise(net: nn.Module, image: Tensor) -> Tensor:
    """The noise that is to be subtracted."""
    return image - net(image)


def limited(net: nn.Module, image: Tensor) -> Tensor:
    return net(image).clamp(0, 1)


def plain(net: nn.Module, image: Tensor) -> Tensor:
    return net(image)


WRAPPERS = (
    Wrapper("bytes-nhwc", bytes_nhwc, layout="NHWC", range="0..255", bytes=True),
    Wrapper("bytes-mean", bytes_mean, range="0..255", bytes=True),
    Wrapper("bytes-in", bytes_in, range="0..255", bytes=True),
    Wrapper("channels-last", channels_last, layout="NHWC"),
    Wrapper("mean-255", mean_255, range="0..255"),
    Wrapper("bgr-255", bgr_255, range="0..255", order="bgr"),
    Wrapper("bgr-bytes", bgr_bytes, layout="NHWC", range="0..255", order="bgr", bytes=True),
    Wrapper("signed", signed, range="-1..1"),
    Wrapper("limited", limited),
    Wrapper("resized", resized),
    Wrapper("resized-back", resized_back),
    Wrapper("enlarged", enlarged),
    Wrapper("fixed-size", fixed_size),
    Wrapper("fixed-square", fixed_square),
    Wrapper("padded", padded),
    Wrapper("bordered", bordered),
    Wrapper("tiles", tiles),
    Wrapper("tiles-of-16", tiles_of_16),
    Wrapper("flips", flips),
    Wrapper("flip-twice", flip_twice),
    Wrapper("turned", turned),
    Wrapper("small-first", small_first, ("small", "output")),
    Wrapper("score-first", score_first, ("score", "output")),
    Wrapper("map-first", map_first, ("map", "output")),
    Wrapper("level-beside", level_beside, beside=("sigma", (1, 1, 1, 1))),
    Wrapper("scalar-beside", level_beside, beside=("sigma", (1,))),
    Wrapper("map-beside", map_beside, beside=("sigma", ("batch", 1, "height", "width"))),
    Wrapper("alpha", alpha, channels=4),
    Wrapper("grey", grey, channels=1),
    Wrapper("residual", residual, restores=False),
    Wrapper("noise", noise, restores=False),
    Wrapper("negative-sizes", plain, negative=True),
    Wrapper("batch-of-2", plain, batch=2),
)
