"""Decodes one photo after the other, started by `pool.py` as `python -m paishi.photo.sandbox.worker SECONDS`.

The process ends if a photo takes longer than SECONDS per 12 megapixels, or if the server ends.
"""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import IO

from PIL import Image

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.in_process import DecodeOptions, decode_here
from paishi.photo.sandbox.ipc import READY, Gone, receive_request, send_answer
from paishi.photo.sandbox.limits import PIXELS_IN_TIME, limit_memory, time_limit
from paishi.problems.kinds import PhotoError, PhotoTooManyPixels

# Never reduced here, because most of them would not need it.
_WHOLE = {"GIF", "BMP"}


def main(limit_s: float) -> None:
    # These signals reach the whole process group; the server still answers the current photos.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    requests, answers = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    answers.write(READY)
    answers.flush()
    # Libraries print remarks on untrusted files, which must not mix with answers or the log.
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)

    waiting: queue.Queue[tuple[Format, bytes, DecodeOptions]] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    while True:
        kind, data, options = waiting.get()
        limit_memory(options.max_pixels)
        # Pillow's GIF reader checks this before it allocates a frame, and refuses twice as many pixels.
        Image.MAX_IMAGE_PIXELS = options.max_pixels
        with time_limit(limit_s) as replace_limit:

            def allow_for(pixels: int) -> None:
                replace_limit(limit_s * max(1, pixels / PIXELS_IN_TIME))

            answer = _answer(kind, data, options, allow_for)
        del data
        try:
            send_answer(answers, answer)
        except OSError:
            os._exit(1)


def _receive(requests: IO[bytes], waiting: "queue.Queue[tuple[Format, bytes, DecodeOptions]]") -> None:
    # Reads all the time, to notice the end of the server during a photo as well.
    try:
        while True:
            waiting.put(receive_request(requests))
    except Gone:
        os._exit(0)
    except BaseException:
        os._exit(2)  # no memory for the file: the main thread would wait for it for ever


def _answer(
    kind: Format, data: bytes, options: DecodeOptions, on_header: Callable[[int], None]
) -> Image.Image | PhotoError:
    try:
        picture = decode_here(kind, data, options, on_header)
        if options.short_side is None or kind in _WHOLE:
            return picture
        # A mean over whole pixels, like JPEG's reduced sizes: fewer bytes to send and fit.
        factor = min(picture.size) // options.short_side
        return picture.reduce(factor) if factor > 1 else picture
    except PhotoError as error:
        return error
    except MemoryError:  # at the limit of this process, which allows any valid picture
        return PhotoTooManyPixels("The photo needs too much memory: send a smaller one.")


if __name__ == "__main__":
    main(float(sys.argv[1]))
