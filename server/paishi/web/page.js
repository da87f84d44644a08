// The ways for a photo into the page, and what stands around its names.
import { at } from "./dom.js";
import "./code.js";
import { otherLanguage, onLanguage, text } from "./language.js";
import { recognise } from "./recognise.js";
import "./state.js";

onLanguage(() => {
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text()[element.dataset.text];
  }
  at("language").textContent = text().other;
});
at("language").addEventListener("click", otherLanguage);

function first(files) {
  if (files && files.length) recognise(files[0]);
}

/** Draws the sample as a photo: models read no SVG. */
async function sample() {
  const picture = at("sample").querySelector("img");
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  canvas.getContext("2d").drawImage(picture, 0, 0);
  canvas.toBlob((jpeg) => recognise(new File([jpeg], "sample.jpg", { type: jpeg.type })), "image/jpeg", 0.9);
}

for (const input of [at("camera"), at("file")]) {
  input.addEventListener("change", () => {
    first(input.files);
    input.value = ""; // so that the same photo can be chosen again
  });
}
at("sample").addEventListener("click", sample);
document.addEventListener("paste", (event) => first(event.clipboardData.files));
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") first(event.dataTransfer.files);
  });
}
