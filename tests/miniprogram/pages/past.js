import { example } from '../sources.js';
import { PICTURE } from '../picture.js';

const ANSWER = JSON.parse(example('predictions'));
const FOLDER = 'wxfile://usr/history';

/**
 * Results of an earlier visit, as services/history/ stores them.
 *
 * @param {object[]} entries  newest first; what they leave out is the example's
 * @param {Buffer} [picture]
 * @returns {{storage: {history: any[]}, files: Record<string, Uint8Array>}} for `openPhone`
 */
export function past(entries, picture = PICTURE) {
  const history = entries.map((entry, index) => ({
    id: `r${index}`,
    takenAt: Date.now() - index,
    file: `r${index}.jpg`,
    small: `r${index}-small.jpg`,
    bytes: 2 * picture.length,
    predictions: ANSWER.predictions,
    confident: true,
    model: ANSWER.model,
    corrected: null,
    ...entry,
  }));
  const files = history.flatMap(({ file, small }) => [`${FOLDER}/${file}`, `${FOLDER}/${small}`]);
  return { storage: { history }, files: Object.fromEntries(files.map((path) => [path, new Uint8Array(picture)])) };
}

/** The page of the newest of them. */
export const RESULT = { page: 'pages/result/result', query: 'id=r0' };

/**
 * The same in Chromium: the phone gets the results and starts again.
 *
 * @param {import('../../simulator/chromium.js').RunningPhone} phone
 * @param {object[]} entries
 * @param {Buffer} [picture]
 * @returns {Promise<void>}
 */
export async function givePast(phone, entries, picture) {
  const { storage, files } = past(entries, picture);
  const paths = Object.keys(files);
  const base64 = Buffer.from(picture ?? PICTURE).toString('base64');
  await phone.page.evaluate(
    ([history, paths, base64, folder]) => {
      const { call } = globalThis.simulator;
      const manager = call('getFileSystemManager');
      manager.mkdirSync(folder, true);
      for (const path of paths) manager.writeFileSync(path, base64, 'base64');
      call('setStorageSync', 'history', history);
    },
    /** @type {const} */ ([storage.history, paths, base64, FOLDER]),
  );
  await phone.restart();
}
