// A photo's way to its names, and what the page shows of it meanwhile.
import { at, button, element, say } from "./dom.js";
import { hasHeat, showHeat } from "./heat.js";
import { names, onLanguage, text } from "./language.js";
import { preview, showFromServer } from "./photo.js";
import { mayPass, send, sentenceOf } from "./request.js";

const ROWS = 5;
let running = new AbortController();
let draw = () => [];

onLanguage(() => at("answer").replaceChildren(...draw()));

/** Shows what `contents` returns, again after a change of language. */
function show(contents) {
  draw = contents;
  at("answer").replaceChildren(...draw());
}

/** Recognises a photo in place of the one before, whose requests end. */
export async function recognise(photo) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  preview(photo);
  show(waiting);
  say(text().working);
  const start = performance.now();
  try {
    const answer = await send("predict", photo, signal);
    const seconds = (performance.now() - start) / 1000;
    if (!answer.success) return show(() => [problem(answer, photo)]);
    show(() => found(answer, seconds, photo, signal));
    say(headline(answer) || spoken(answer.predictions[0]));
    await showFromServer(photo, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function waiting() {
  const rows = Array.from({ length: ROWS }, () => element("li", "waiting"));
  return [element("ol", "", ...rows), element("p", "small", text().working)];
}

function problem(answer, photo) {
  const box = element("div", "problem", element("p", "", sentenceOf(answer)));
  box.setAttribute("role", "alert");
  const retry = () => {
    at("answer").focus(); // the button goes
    recognise(photo);
  };
  if (mayPass(answer)) box.append(button("quiet", text().retry, retry));
  return box;
}

function found(answer, seconds, photo, signal) {
  const list = element("ol", answer.confident ? "" : "unsure");
  list.append(...answer.predictions.map((prediction) => row(prediction, photo, signal)));
  const by = element("p", "small", `${text().hint} `, element("span", "by", text().by(answer.model.name, seconds)));
  return answer.confident ? [list, by] : [...unsure(answer), list, by];
}

function unsure(answer) {
  const parts = [element("h2", "", headline(answer))];
  if (!answer.kind) parts.push(element("p", "", text().tips));
  return [element("div", "verdict", ...parts), element("h3", "", text().maybe)];
}

/** What stands in place of a name; "" if the first name is probably right. */
function headline({ confident, kind }) {
  if (confident) return "";
  return kind ? text().kind(names(kind.name)[0]) : text().unsure;
}

function spoken({ name, probability }) {
  return `${names(name)[0]}${text().comma}${percent(probability)}`;
}

function percent(probability) {
  return `${(100 * probability).toFixed(1)} %`;
}

function row(prediction, photo, signal) {
  const { id, name, probability } = prediction;
  const [large, small] = names(name);
  const bar = element("span", "bar");
  bar.style.width = `${100 * probability}%`;
  const both = element("span", "name", element("b", "", large), " ", element("small", "", small));
  const pressed = button("row", bar, () => showHeat(prediction, photo, signal));
  pressed.append(both, " ", element("span", "percent", percent(probability)));
  pressed.dataset.id = id;
  pressed.setAttribute("aria-pressed", hasHeat(prediction));
  return element("li", "", pressed);
}
