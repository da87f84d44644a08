"""Help text, in English and Chinese, on how to provide weights that could not be downloaded."""

from collections.abc import Sequence
from pathlib import Path

from paishi.models.backbone import Backbone


def how_to_provide(backbone: Backbone, folder: Path, reasons: Sequence[str]) -> str:
    """Message of WeightsUnavailable: the failures, the file, and three ways to provide it."""
    weights = backbone.weights
    algorithm = f"{weights.hash_algorithm} {weights.hash}" if weights.hash else None
    tried = "".join(f"\n  {reason}" for reason in reasons)
    return f"""\
The weights of {backbone.name} could not be obtained:{tried}
The file is {weights.file}, about {backbone.download_mb:.0f} MB, {algorithm or "no published hash"}, \
published at {weights.url}
Provide it in one of three ways:
  1. set PAISHI_WEIGHTS=/path/to/{weights.file}
  2. put it into {folder}
  3. set PAISHI_WEIGHTS_MIRRORS=https://… to a folder that has it
无法取得 {backbone.name} 的权重,原因见上。
所需文件:{weights.file},约 {backbone.download_mb:.0f} MB,{algorithm or "官方未公布校验值"},\
官方地址 {weights.url}
请用以下三种方式之一提供:
  1. 设置 PAISHI_WEIGHTS=/文件路径/{weights.file}
  2. 把文件放入 {folder}
  3. 设置 PAISHI_WEIGHTS_MIRRORS=https://… 指向存有该文件的镜像目录"""
