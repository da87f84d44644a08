// Elements of the page.
export const at = (id) => document.getElementById(id);

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

export function button(className, label, onClick) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** Has screen readers read a sentence aloud. */
export function say(sentence) {
  at("said").textContent = sentence;
}

/** Replaces the text of an element if it is another one: screen readers read it again even if it is the same. */
export function write(target, sentence) {
  if (target.textContent !== sentence) target.textContent = sentence;
}
