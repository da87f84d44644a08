"""The demo that PaiShi replaces, as its authors ran it: Flask, threads, Keras's `model.predict`.

It decodes every photo in full, ignores which way up the camera was held, resizes by nearest neighbour
and keeps uploads in one file. Only the class names come from `shared/labels/` instead of a download,
and host, port, model and weights from the environment, so that the bench can start it.
"""

import io
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from flask import Flask, Response, jsonify, request, send_file
from numpy.typing import NDArray
from PIL import Image

from paishi.models.catalogue import find_backbone

LABELS = Path(__file__).parents[2] / "shared" / "labels" / "imagenet.json"

app = Flask(__name__)
backbone = find_backbone(os.environ.get("DEMO_MODEL", "ResNet50"))
preprocess_input = getattr(keras.applications, backbone.module).preprocess_input
model = getattr(keras.applications, backbone.name)(weights=os.environ.get("DEMO_WEIGHTS", "imagenet"))
names = [row["label"] for row in json.loads(LABELS.read_text(encoding="utf-8"))]
upload = Path(tempfile.mkdtemp(prefix="demo-")) / "image.jpg"


def prepare(image: Image.Image, side: int) -> NDArray[np.float32]:
    """Pixels as the model takes them, (1, side, side, 3) float32."""
    if image.mode != "RGB":
        image = image.convert("RGB")
    image = image.resize((side, side), Image.Resampling.NEAREST)
    batch: NDArray[np.float32] = np.expand_dims(keras.utils.img_to_array(image), axis=0)
    prepared: NDArray[np.float32] = preprocess_input(batch)
    return prepared


def decode_predictions(softmax: NDArray[np.float32], top: int = 5) -> Sequence[tuple[str, float]]:
    best = softmax.argsort()[-top:][::-1]
    return [(names[index], float(softmax[index])) for index in best]


@app.route("/predict", methods=["POST"])
def predict() -> Response:
    data: dict[str, object] = {"success": False}
    if request.files.get("image"):
        image = Image.open(io.BytesIO(request.files["image"].read()))
        softmax = model.predict(prepare(image, backbone.input_size))[0]
        data["predictions"] = [
            {"label": label, "probability": probability} for label, probability in decode_predictions(softmax)
        ]
        data["success"] = True
    return jsonify(data)


@app.route("/image", methods=["POST"])
def image() -> Response:
    request.files["image"].save(upload)
    return send_file(upload, mimetype="image/jpeg")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["DEMO_PORT"]), threaded=True)
