"""PaiShi 拍识: point the phone at a thing, get its name."""

__version__ = "0.2.0"
