"""BM3D for the restorer bench: python run_bm3d.py SIGMA NOISY.rgb RESTORED.rgb WIDTH HEIGHT

Both files hold 8-bit RGB, pixel by pixel. Needs the packages bm3d and numpy.
"""

import sys

import numpy as np
from bm3d import bm3d_rgb

sigma, source, target, width, height = sys.argv[1:]
noisy = np.fromfile(source, np.uint8).reshape(int(height), int(width), 3) / 255
restored = bm3d_rgb(noisy, float(sigma) / 255)
np.rint(np.clip(restored, 0, 1) * 255).astype(np.uint8).tofile(target)
