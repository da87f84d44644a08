"""How often a network of lower precision answers as the exact one does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """`same` of `photos` photos have the same most probable class; `calibrated_on` others, none for bf16."""

    same: int
    photos: int
    calibrated_on: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.same / self.photos
