"""The other U-Nets, and the networks that are none, with their exports."""

from .onnx_export import Export
from .onnx_families import DYNAMO, TRACED, Family, traced
from .unet import UNet
from .unet_restorer import UnetConfig, UnetRestorer
from .unets.attention_unet import AttentionUNet
from .unets.bilinear import BilinearUNet
from .unets.cascade import CascadeUNet
from .unets.drunet import DRUNet
from .unets.hinet import HINet
from .unets.mimo import MimoUNet
from .unets.nested import NestedUNet
from .unets.spelled_out import FocusUNet, ReshapeUNet
from .unets.strided import StridedUNet
from .unets.uformer import Uformer
from .unets.without import Autoencoder, Classifier, SRResNet, SwinIR

TRACED_17 = Export("torchscript", 17, True)
DYNAMIC = DYNAMO[1]
BOTH = (TRACED_17, DYNAMIC)
WINDOWS = ((16, 32), (32, 16))
RESTORER = UnetConfig(3, (6, 8, 8), (1, 1), 1, (1, 1))


def unets() -> list[Family]:
    return [
        Family("unet", lambda: UNet(width=4, levels=2), 303, None, (*traced((11, False)), TRACED, DYNAMIC), kind="unet"),
        Family("unet-bilinear", BilinearUNet, 310, None, (TRACED_17,), kind="unet"),
        Family("unet-padded", lambda: BilinearUNet(pads=True), 311, None, BOTH, (), (18, 23), (21, 16), kind="unet"),
        Family("unet-strided", StridedUNet, 312, None, (DYNAMIC,), kind="unet"),
        Family("unet-mul", lambda: StridedUNet(how="mul"), 313, None, (TRACED_17,), kind="unet"),
        Family("unet-gated-skip", lambda: StridedUNet(how="concat"), 314, None, BOTH, kind="unet"),
        Family("unet-attention", AttentionUNet, 315, None, BOTH, kind="unet"),
        Family("unet-nested", NestedUNet, 316, None, BOTH, kind="unet"),
        Family("unet-reshape", ReshapeUNet, 317, None, BOTH, kind="unet"),
        Family("unet-focus", FocusUNet, 318, None, BOTH, kind="unet"),
        Family("unet-cascade", CascadeUNet, 319, None, (TRACED_17,), outputs=("output", "early"), kind="unet"),
        Family("drunet", DRUNet, 320, None, (TRACED_17,), channels=4, kind="unet"),
        Family("mimo-inside", MimoUNet, 321, None, (TRACED_17,), outputs=("output", "output2", "output4"), kind="unet"),
        Family(
            "mimo-inputs",
            lambda: MimoUNet(inside=False),
            322,
            None,
            (TRACED_17,),
            outputs=("output", "output2", "output4"),
            smaller=(2, 4),
            kind="unet",
        ),
        Family("hinet", HINet, 323, None, BOTH, kind="unet"),
        Family("uformer", Uformer, 324, None, BOTH, (), *WINDOWS, kind="unet"),
        Family("unet-restorer", lambda: UnetRestorer(RESTORER), 325, "add", BOTH, (), (18, 23), (20, 16), kind="unet"),
        Family("srresnet", SRResNet, 330, None, (TRACED_17,), kind="unknown"),
        Family("classifier", Classifier, 331, None, (TRACED_17,), kind="unknown"),
        Family("swinir", SwinIR, 332, None, BOTH, (), *WINDOWS, kind="unknown"),
        Family("autoencoder", Autoencoder, 333, None, (DYNAMIC,), kind="unknown"),
    ]
