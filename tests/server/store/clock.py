class Clock:
    """Stands still until `now` is set."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now
