// A picture of our own to point the camera at, so that the README can show it.
import { launchBrowser } from '../simulator/chromium.js';

const WIDTH = 960;
const HEIGHT = 1280;

const DEFINITIONS = `
  <radialGradient id="field" cy=".45" r=".8"><stop stop-color="#6f9a44"/><stop offset="1" stop-color="#2c4a20"/></radialGradient>
  <linearGradient id="petal" x2="0" y1="1" y2="0"><stop stop-color="#cfd3dc"/><stop offset=".35" stop-color="#f4f6fb"/><stop offset="1" stop-color="#fff"/></linearGradient>
  <radialGradient id="disc"><stop stop-color="#f7c52b"/><stop offset=".75" stop-color="#e8a413"/><stop offset="1" stop-color="#b97c0c"/></radialGradient>
  <filter id="far"><feGaussianBlur stdDeviation="14"/></filter>`;

/** Numbers in 0..1 that look random and are the same every time. @returns {() => number} */
function sequence() {
  let state = 7;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** @returns {string} a daisy in a meadow, as SVG */
export function daisy() {
  const random = sequence();
  const among = (/** @type {number} */ from, /** @type {number} */ to) => from + (to - from) * random();
  const one = (/** @type {string[]} */ of) => of[Math.floor(random() * of.length)];

  const blades = Array.from({ length: 90 }, () => {
    const length = among(150, 420);
    const blade = `M0 0q${length * 0.05} ${-length / 2} 0 ${-length}q${-length * 0.09} ${length / 2} 0 ${length}`;
    const place = `translate(${among(0, WIDTH)} ${among(150, HEIGHT + 150)}) rotate(${among(-25, 25)})`;
    return `<path d="${blade}" fill="${one(['#3f6b2a', '#84b153', '#55803a', '#9cc46a'])}" transform="${place}"/>`;
  });
  const petals = Array.from({ length: 43 }, (_, at) => {
    const length = among(275, 315);
    const petal = `M0 0C-33 ${-length * 0.35} -33 ${-length * 0.9} -8 ${-length}Q0 ${-length * 0.96} 8 ${-length}C33 ${-length * 0.9} 33 ${-length * 0.35} 0 0`;
    const turn = (360 * at * 2) / 43 + among(-4, 4);
    return `<path d="${petal}" fill="url(#petal)" stroke="#b9c0cc" stroke-width="1.5" transform="rotate(${turn})"/>`;
  });
  // Florets sit on a spiral of the golden angle, as on the flower.
  const florets = Array.from({ length: 420 }, (_, at) => {
    const radius = 88 * Math.sqrt(at / 420);
    const angle = at * 2.39996;
    const colour = one(['#ffd94f', '#d18f10', '#f2b31c', '#a86f08']);
    return `<circle cx="${radius * Math.cos(angle)}" cy="${radius * Math.sin(angle)}" r="3.4" fill="${colour}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><defs>${DEFINITIONS}</defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#field)"/>
    <g filter="url(#far)">${blades.join('')}</g>
    <path d="M480 600C500 850 470 1050 500 1280" stroke="#4d7a2f" stroke-width="22" fill="none"/>
    <g transform="translate(480 560)">${petals.join('')}<circle r="92" fill="url(#disc)"/>${florets.join('')}</g>
  </svg>`;
}

/** @returns {string} a clock in dim light, as SVG: to the embedded model an analog clock or a wall clock */
export function dimClock() {
  const ray = (/** @type {number} */ degrees, /** @type {number} */ start, /** @type {number} */ end, /** @type {number} */ width) =>
    `<path d="M0 ${-start}V${-end}" stroke="#141414" stroke-width="${width}" transform="rotate(${degrees})"/>`;
  const minutes = Array.from({ length: 60 }, (_, minute) =>
    minute % 5 === 0 ? ray(6 * minute, 248, 288, 12) : ray(6 * minute, 278, 288, 5),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <rect width="${WIDTH}" height="${HEIGHT}" fill="#cdc3b4"/>
    <g transform="translate(${WIDTH / 2} ${HEIGHT / 2}) scale(0.75)">
      <circle r="345" fill="#3c281e"/><circle r="300" fill="#fafaf5"/>
      ${minutes.join('')}${ray(305, 0, 158, 21)}${ray(60, 0, 240, 14)}
    </g>
    <rect width="${WIDTH}" height="${HEIGHT}" opacity="0.4"/>
  </svg>`;
}

/**
 * @param {string} svg
 * @param {string} file  the JPEG to write
 * @returns {Promise<void>}
 */
export async function photograph(svg, file) {
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.setContent(`<body style="margin:0">${svg}`);
  await page.screenshot({ path: file, type: 'jpeg', quality: 90 });
  await browser.close();
}
