"""How a photo can be brought to the network's size; apart from `fit`, which loads NumPy and Pillow."""

from typing import Literal

Fit = Literal["crop", "squash", "both"]
