"""How bright a colour is."""

from typing import Final

import numpy as np

LUMA: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # of RGB (ITU-R BT.601)
