// Where on the photo the model sees a class: the server's picture, over the photo.
import { at, write } from "./dom.js";
import { names, onLanguage, text } from "./language.js";
import { send, sentenceOf } from "./request.js";

const heat = at("heat");
let seen; // the prediction whose picture is shown or asked for
let caption = () => "";

onLanguage(() => write(at("caption"), caption()));

export function hasHeat(prediction) {
  return seen?.id === prediction.id;
}

function explain(prediction, sentence, isLoading) {
  seen = prediction;
  caption = sentence;
  write(at("caption"), caption());
  for (const row of document.querySelectorAll("#answer .row")) {
    const isOn = row.dataset.id === seen?.id;
    row.setAttribute("aria-pressed", isOn);
    row.setAttribute("aria-busy", isOn && isLoading);
  }
}

export function forgetHeat(sentence = () => "") {
  heat.hidden = true;
  explain(undefined, sentence, false);
}

/** Shows where the photo resembles a class, or removes it if it is shown. */
export async function showHeat(prediction, photo, signal) {
  if (hasHeat(prediction)) return forgetHeat();
  const name = () => names(prediction.name)[0];
  heat.hidden = true;
  explain(prediction, () => text().looking(name()), true);
  at("drop").scrollIntoView({ block: "nearest" });
  const route = `explain?label=${encodeURIComponent(prediction.id)}`;
  let answer;
  try {
    answer = await send(route, photo, signal, "image/jpeg");
  } catch {
    return undefined; // another photo has come
  }
  if (seen !== prediction) return undefined;
  if (!answer.success) return forgetHeat(() => refusal(answer));
  URL.revokeObjectURL(heat.src);
  heat.src = URL.createObjectURL(answer.picture);
  heat.hidden = false;
  return explain(prediction, () => text().looked(name()), false);
}

/** Of a class that was just named, only another model can know nothing. */
function refusal(answer) {
  return answer.code === "request-invalid" ? text().unknownClass : sentenceOf(answer);
}
