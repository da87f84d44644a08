"""How many photos the server takes on at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.problems import Overloaded


class Admission:
    """Refuses at once what would have to wait too long: an answer that comes must still be wanted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.in_hand = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Holds one place. Raises Overloaded where all are taken."""
        if self.in_hand >= self.most:
            raise Overloaded("Too many photos are being worked on. Try again in a moment.", retry_after=1)
        self.in_hand += 1
        try:
            yield
        finally:
            self.in_hand -= 1
