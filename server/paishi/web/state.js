// The state of the server, asked for again and again, and what to do about weights that it cannot get.
import { at, button, element, write } from "./dom.js";
import { copy } from "./code.js";
import { onLanguage, text } from "./language.js";
import { sentenceOf } from "./request.js";

const EVERY_MS = 5000;
let state;

async function refresh() {
  try {
    const response = await fetch("readyz");
    state = { kind: response.ok ? "ready" : "", body: await response.json() };
  } catch {
    state = { kind: "down", body: { code: "down" } };
  }
  draw();
}

function draw() {
  if (!state) return;
  const { kind, body } = state;
  at("state").className = `state ${kind}`;
  write(at("state"), line(body));
  const { awaited } = body;
  at("reason").hidden = !awaited?.reason;
  write(at("reason").querySelector("p"), awaited?.file ? "" : awaited?.reason || "");
  drawMissing(at("reason").querySelector(".missing"), awaited);
  drawMissing(at("missing"), body);
}

function line(body) {
  const { awaited, code, detail, file, model } = body;
  if (awaited?.reason) return text().standingInFailed(awaited.name);
  if (awaited) return text().standingIn(awaited.name, awaited.percent);
  if (model) return text().ready(model.name);
  if (code === "model-loading") return text().loading;
  if (code !== "model-unavailable") return sentenceOf(body);
  return `${text().unavailable}${file ? text().missing : detail}`;
}

const drawn = new Map();

/** Shows in `holder` which file is missing and how to get it, if `members` say so. */
function drawMissing(holder, members) {
  const { command, file, urls } = members || {};
  const key = file ? JSON.stringify([document.documentElement.lang, file, urls, command]) : "";
  if (key === drawn.get(holder)) return; // it keeps its focus, and text that is selected in it
  drawn.set(holder, key);
  holder.hidden = !key;
  holder.replaceChildren(...(key ? missing(members) : []));
}

function missing({ command, file, folder, hash, size, urls = [] }) {
  const facts = [element("code", "", file)];
  if (size) facts.push(text().megabytes(size / 1e6));
  const parts = [element("h2", "", text().missing), element("p", "", ...facts)];
  parts.push(element("p", "", folder ? text().howToGet(folder) : text().askOperator));
  if (command) {
    const lines = element("code", "", command);
    const pre = element("pre", "", lines);
    pre.tabIndex = 0;
    parts.push(pre, button("quiet copy", text().copy, (event) => copy(lines, event.target)));
  }
  const first = urls.find((url) => /^https?:/.test(url));
  if (first) {
    const link = element("a", "", text().download(new URL(first).host));
    link.href = first;
    parts.push(element("p", "", link));
  }
  if (hash) parts.push(element("p", "small hash", hash));
  return parts;
}

onLanguage(draw);
refresh();
setInterval(refresh, EVERY_MS);
