// The language of the page: the one that the reader chose last, else the browser's.
import { TEXTS } from "./texts.js";

const KEY = "paishi-language";
const redraws = [];

// Browsers may refuse all storage.
function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice ends with the page.
  }
}

const wanted = [kept(), ...navigator.languages].map((tag) => (tag || "").slice(0, 2).toLowerCase());
let language = wanted.find((tag) => tag in TEXTS) || "en";

export function text() {
  return TEXTS[language];
}

/** A name of the contract in the reader's language, and in the other. */
export function names({ zh, en }) {
  return language === "zh" ? [zh, en] : [en, zh];
}

/** Calls `redraw` now and after each change of language. */
export function onLanguage(redraw) {
  redraws.push(redraw);
  redraw();
}

export function otherLanguage() {
  language = language === "zh" ? "en" : "zh";
  keep();
  apply();
}

function apply() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const redraw of redraws) redraw();
}

apply();
