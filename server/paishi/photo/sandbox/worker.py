"""Run as `python -m paishi.photo.sandbox.worker SECONDS` by workers.py: decodes one photo after the other.

Whoever started it kills it when a photo takes too long; where that one is gone, it ends itself, at the
latest after SECONDS over one photo.
"""

import faulthandler
import os
import queue
import signal
import sys
import threading
from typing import IO

from PIL import Image

from paishi.photo.decoders.formats import Format
from paishi.photo.decoders.in_process import decode_here
from paishi.photo.decoders.options import DecodeOptions
from paishi.photo.sandbox.ipc import READY, Gone, receive_request, send_answer
from paishi.photo.sandbox.memory import limit_memory
from paishi.problems.kinds import PhotoError


def main(longest_s: float) -> None:
    # Whoever asks the server to end asks the whole group; photos in hand are still answered then.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    requests, answers = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    answers.write(READY)
    answers.flush()
    # What libraries remark on a stranger's file is nobody's business, and no answer.
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    nowhere = os.fdopen(silence, "w")

    waiting: queue.Queue[tuple[Format, bytes, DecodeOptions]] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    while True:
        kind, data, options = waiting.get()
        limit_memory(options.max_pixels)
        # A thread without Python in it: it ends even a decoder that never lets go of the interpreter.
        faulthandler.dump_traceback_later(longest_s, exit=True, file=nowhere)
        answer = _answer(kind, data, options)
        faulthandler.cancel_dump_traceback_later()
        del data
        try:
            send_answer(answers, answer)
        except OSError:
            os._exit(1)


def _receive(requests: IO[bytes], waiting: "queue.Queue[tuple[Format, bytes, DecodeOptions]]") -> None:
    # Always reading, so that the end of the other side is seen in the middle of a photo too.
    try:
        while True:
            waiting.put(receive_request(requests))
    except Gone:
        os._exit(0)


def _answer(kind: Format, data: bytes, options: DecodeOptions) -> Image.Image | PhotoError:
    try:
        picture = decode_here(kind, data, options)
    except PhotoError as error:
        return error
    # A mean over whole pixels, as a JPEG's own fractions are: less to send, and less to fit afterwards.
    factor = min(picture.size) // options.short_side if options.short_side else 1
    return picture.reduce(factor) if factor > 1 else picture


if __name__ == "__main__":
    main(float(sys.argv[1]))
