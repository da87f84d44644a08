// A photo that is dropped, pasted or chosen goes to /predict; the names that come back are shown.
const at = (id) => document.getElementById(id);
const STATE_EVERY_MS = 5000;

let language = (navigator.language || "zh").startsWith("zh") ? "zh" : "en";
let latest = 0;
let shown = () => {};

function text() {
  return TEXTS[language];
}

function translate() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text()[element.dataset.text];
  }
  at("language").textContent = text().other;
  shown();
  refreshState();
}

async function refreshState() {
  const state = at("state");
  try {
    const answer = await fetch("/readyz");
    const body = await answer.json();
    state.className = answer.ok ? "state ready" : "state";
    if (answer.ok) state.textContent = text().ready(body.model.name);
    else if (body.code === "model-loading") state.textContent = text().loading;
    else state.textContent = `${text().unavailable} ${body.detail}`;
  } catch {
    state.className = "state down";
    state.textContent = text().down;
  }
}

/** Shows what `fill` puts into the answer, again after a change of language. */
function show(fill) {
  shown = () => at("answer").replaceChildren(fill());
  shown();
}

function element(tag, className, content = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}

function row({ name, probability }) {
  const percent = `${(100 * probability).toFixed(1)} %`;
  const bar = element("span", "bar");
  bar.style.width = `${100 * probability}%`;
  const names = element("span", "name");
  const [large, small] = language === "zh" ? [name.zh, name.en] : [name.en, name.zh];
  names.append(element("b", "", large), element("small", "", small));
  const item = element("li", "");
  item.append(bar, names, element("span", "percent", percent));
  return item;
}

function list(predictions) {
  const names = element("ol", "");
  names.append(...predictions.map(row));
  return names;
}

function problem(sentence) {
  const box = element("div", "problem");
  box.setAttribute("role", "alert");
  box.append(element("p", "", sentence));
  return box;
}

async function recognise(file) {
  const mine = ++latest;
  preview(file);
  show(() => element("p", "small", text().working));
  const form = new FormData();
  form.append("image", file);
  let fill;
  try {
    const body = await (await fetch("/predict", { method: "POST", body: form })).json();
    fill = body.success
      ? () => list(body.predictions)
      : () => problem(text().problems[body.code] || body.detail);
  } catch {
    fill = () => problem(text().down);
  }
  if (mine === latest) show(fill);
}

function preview(file) {
  const photo = at("photo");
  URL.revokeObjectURL(photo.src);
  photo.src = URL.createObjectURL(file);
  photo.alt = file.name;
  // What the browser cannot show (HEIC, mostly) the server may still read.
  photo.onload = () => { photo.hidden = false; };
  photo.onerror = () => { photo.hidden = true; };
  at("invitation").hidden = true;
}

function first(files) {
  if (files && files.length) recognise(files[0]);
}

at("file").addEventListener("change", (event) => {
  first(event.target.files);
  event.target.value = ""; // so that the same photo can be chosen again
});
at("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  translate();
});
document.addEventListener("paste", (event) => first(event.clipboardData.files));
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") first(event.dataTransfer.files);
  });
}

at("address").textContent = location.origin;
translate();
setInterval(refreshState, STATE_EVERY_MS);
