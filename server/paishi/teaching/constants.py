"""Constants of the score by model, as data. `python -m tests.bench.teaching` measures them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

FEW = 5
"""Number of taught things up to which the threshold is constant."""

_MANY_CLASSES = 500
"""Classes from which a head has one near to most photos."""


@dataclass(frozen=True, slots=True)
class Constants:
    """How a model's vectors are compared; `paishi.teaching.space` says what the parts of a score are.

    `threshold` is the score at which a photo is the thing or something else with equal probability, if up to
    `FEW` are taught; it grows by `growth` for each factor of e more. Each `spread` above it multiplies the
    odds by e. `floor` is the least cosine to the nearest column that is subtracted, `profile` the weight of
    the profile, 0 for none. `measured` says on what they were chosen.
    """

    threshold: float
    growth: float
    measured: str
    floor: float = 0.0
    profile: float = 0.0
    spread: float = 0.045

    def threshold_for(self, things: int) -> float:
        """The threshold if `things` are taught.

        It grows with their logarithm, because a photo of something else is compared with all of them, and the
        best of more random scores is higher.
        """
        return self.threshold + self.growth * math.log(max(things, FEW) / FEW)


_BENCH = "tests.bench.teaching, fit crop, 6 things and 440 other photos; names beyond the things are kinds"

MEASURED: Mapping[str, Constants] = {
    "EfficientNetLite0": Constants(
        0.05,
        0.008,
        "Vectors of all photos of tests.bench.teaching, fit crop: 5 names 97.9 % right, 0.2 % taken over; 25 "
        "names 96 %, 1.1 %, of which 20 are kinds that some of the other photos show. On 30 other things and "
        "1,000 other photos, 0.056 gave 98.3 %, 0.22 % at 5 names and 97.8 %, 0.95 % at 25.",
    ),
    "EfficientNetLite1": Constants(
        0.025, 0.025, f"{_BENCH}: 5 names 94.8 %, 0.00 %; 25 names 89.7 %, 0.89 %."
    ),
    "EfficientNetLite2": Constants(
        0.036, 0.007, f"{_BENCH}: 5 names 95.7 %, 0.00 %; 25 names 94.9 %, 0.57 %."
    ),
    "MobileNetV2": Constants(
        0.18,
        0.025,
        f"{_BENCH}: 5 names 98.5 %, 0.27 %; 25 names 94.9 %, 0.25 %. On 30 other things, 0.18 gave 98 % and "
        "0.48 % at 5 names.",
        profile=0.25,
    ),
}
"""Right are other photos of a thing, taught with three photos, that get its name; taken over are photos of
nothing taught that get one. With 25 names, only the first keeps to 95 % and 1 %."""

_OTHER = Constants(
    0.05, 0.03, "Not measured: between what EfficientNetLite0 and MobileNetV2 need without the profile."
)
_FEW_CLASSES = Constants(
    0.05,
    0.03,
    "Not measured: EfficientNetLite0 and MobileNetV2 with 10 and 100 columns drawn from their heads, 5 names "
    "89 to 96 % right, 0.1 % taken over. Without a floor, 10 columns take over a quarter of all photos.",
    floor=0.5,
)


def constants_for(name: str | None, classes: int) -> Constants:
    """The constants of the model `name` of the catalogue with its published weights, None for other weights.

    They are guesses for one that is not measured, which has a head of `classes`.
    """
    other = _OTHER if classes >= _MANY_CLASSES else _FEW_CLASSES
    return MEASURED.get(name or "", other)
