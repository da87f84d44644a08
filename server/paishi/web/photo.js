// The photo in its frame.
import { at } from "./dom.js";
import { forgetHeat } from "./heat.js";
import { text } from "./language.js";
import { send } from "./request.js";

const shown = at("photo");
let isShown = Promise.resolve(true);

function use(picture) {
  URL.revokeObjectURL(shown.src);
  shown.src = URL.createObjectURL(picture);
  return shown.decode().then(
    () => true,
    () => false,
  );
}

/** Shows a photo, if the browser can. */
export async function preview(photo) {
  forgetHeat();
  at("invitation").hidden = true;
  shown.hidden = true;
  shown.alt = photo.name;
  isShown = use(photo);
  if (await isShown) shown.hidden = false;
}

/** Shows what the server makes of a photo that the browser cannot show: HEIC, mostly. */
export async function showFromServer(photo, signal) {
  if (await isShown) return;
  const { picture } = await send("image", photo, signal, "image/jpeg");
  if (picture && (await use(picture))) shown.hidden = false;
  else forgetHeat(() => text().noPreview);
}
