import { afterEach, beforeEach, expect, test } from 'vitest';
import { albumFile, launch } from './jsdom.js';
import { FIXTURE } from './variant.js';

const USER = 'wxfile://usr';
const MEGABYTE = 1024 * 1024;

/** @type {import('./jsdom.js').Launched} */
let phone;
/** @type {any} */
let files;
const open = async (options = {}) => {
  phone = await launch({ root: FIXTURE, privacy: 'agreed', ...options });
  files = phone.simulator.call('getFileSystemManager');
};
beforeEach(() => open());
afterEach(async () => {
  expect(phone.errors).toEqual([]);
  await phone.close();
});
const plain = (value) => JSON.parse(JSON.stringify(value));
const call = (name, options = {}) =>
  new Promise((resolve) => files[name]({ ...options, success: resolve, fail: resolve }));
const bytes = (count) => new phone.window.ArrayBuffer(count);
async function temporary() {
  phone.simulator.album([albumFile(phone, `${FIXTURE}/images/dot.png`)]);
  const { tempFiles } = await phone.simulator.call('chooseMedia', { mediaType: ['image'] });
  return tempFiles[0].tempFilePath;
}

test('several pictures come from the album, in their order, as many as the app takes', async () => {
  const dot = () => albumFile(phone, `${FIXTURE}/images/dot.png`);
  const choose = (count) => phone.simulator.call('chooseMedia', { mediaType: ['image'], count });
  phone.simulator.album([dot(), dot(), dot()]);
  const { tempFiles } = await choose(2);
  expect(new Set(tempFiles.map(({ tempFilePath }) => tempFilePath)).size).toBe(2);
  for (const count of [0, 21, 1.5]) {
    await expect(choose(count)).rejects.toMatchObject({ errMsg: `chooseMedia:fail parameter error: count ${count}` });
  }
});

test('a saved file moves out of the temporary ones, is listed and removed', async () => {
  const tempFilePath = await temporary();
  const { savedFilePath } = await call('saveFile', { tempFilePath });
  expect(savedFilePath).toMatch(/^wxfile:\/\/store_.*\.png$/);
  expect(await call('access', { path: tempFilePath })).toMatchObject({ errCode: 1300002 });
  const { fileList } = await call('getSavedFileList');
  expect(plain(fileList)).toEqual([
    { filePath: savedFilePath, size: expect.any(Number), createTime: expect.any(Number) },
  ]);
  expect(fileList[0].createTime).toBeLessThan(1e10);
  expect(await call('saveFile', { tempFilePath })).toMatchObject({
    errMsg: 'saveFile:fail tempFilePath file not exist',
    errCode: 1301112,
  });
  await call('removeSavedFile', { filePath: savedFilePath });
  expect(plain((await call('getSavedFileList')).fileList)).toEqual([]);
  expect((await call('removeSavedFile', { filePath: savedFilePath })).errMsg).toBe(
    'removeSavedFile:fail file not exist',
  );
  const named = await call('saveFile', { tempFilePath: await temporary(), filePath: `${USER}/a.png` });
  expect(named.savedFilePath).toBe(`${USER}/a.png`);
  expect(plain((await call('getSavedFileList')).fileList)).toEqual([]);
});

test.each([
  ['readFile', { filePath: `${USER}/none` }, `readFile:fail no such file or directory, open ${USER}/none`],
  [
    'readFile',
    { filePath: `${USER}/dir` },
    `readFile:fail illegal operation on a directory, open "${USER}/dir"`,
  ],
  ['readFile', { filePath: `${USER}/dir/a`, position: 4 }, 'readFile:fail value of position is out of range'],
  [
    'readFile',
    { filePath: `${USER}/dir/a`, position: 1, length: 3 },
    'readFile:fail value of length is out of range',
  ],
  [
    'writeFile',
    { filePath: 'wxfile://tmp_a', data: '' },
    'writeFile:fail permission denied, open wxfile://tmp_a',
  ],
  [
    'writeFile',
    { filePath: `${USER}/no/a`, data: '' },
    `writeFile:fail no such file or directory, open ${USER}/no/a`,
  ],
  ['access', { path: `${USER}/none` }, `access:fail no such file or directory ${USER}/none`],
  ['unlink', { filePath: `${USER}/dir` }, `unlink:fail operation not permitted, unlink ${USER}/dir`],
  ['mkdir', { dirPath: `${USER}/dir` }, `mkdir:fail file already exists ${USER}/dir`],
  ['mkdir', { dirPath: `${USER}/x/y` }, `mkdir:fail no such file or directory, open ${USER}/x/y`],
  ['rmdir', { dirPath: `${USER}/dir` }, 'rmdir:fail directory not empty'],
  ['readdir', { dirPath: `${USER}/dir/a` }, `readdir:fail not a directory ${USER}/dir/a`],
  [
    'copyFile',
    { srcPath: `${USER}/none`, destPath: `${USER}/b` },
    `copyFile:fail no such file or directory, copyFile ${USER}/none -> ${USER}/b`,
  ],
])('%s %o fails in the documented words', async (name, options, errMsg) => {
  files.mkdirSync(`${USER}/dir`);
  files.writeFileSync(`${USER}/dir/a`, 'abc');
  expect(await call(name, options)).toMatchObject({ errMsg });
});

test('files are appended, read in part and told about; folders are removed', async () => {
  files.mkdirSync(`${USER}/dir/deep`, true);
  files.writeFileSync(`${USER}/dir/a`, 'abc');
  files.appendFileSync(`${USER}/dir/a`, 'def');
  expect(files.readFileSync(`${USER}/dir/a`, 'utf8', 2, 3)).toBe('cde');
  const { stats } = await call('stat', { path: `${USER}/dir/a` });
  expect([stats.size, stats.isFile(), stats.isDirectory()]).toEqual([6, true, false]);
  expect(Math.abs(stats.lastModifiedTime - Date.now() / 1000)).toBeLessThan(60);
  files.copyFileSync(`${USER}/dir/a`, `${USER}/b`);
  expect(plain(files.readdirSync(USER)).sort()).toEqual(['b', 'dir']);
  files.rmdirSync(`${USER}/dir`, true);
  expect(plain(files.readdirSync(USER))).toEqual(['b']);
});

test('200 MB fit, one file has at most 100, and a full phone says so', async () => {
  const full = 'the maximum size of the file storage limit is exceeded';
  expect(await call('writeFile', { filePath: `${USER}/b`, data: bytes(100 * MEGABYTE + 1) })).toMatchObject({
    errMsg: `writeFile:fail ${full}`,
    errCode: 1300202,
  });
  files.writeFileSync(`${USER}/a`, bytes(100 * MEGABYTE));
  files.copyFileSync(`${USER}/a`, `${USER}/b`);
  expect(() => files.writeFileSync(`${USER}/c`, 'x')).toThrow(full);
  files.unlinkSync(`${USER}/a`);
  files.writeFileSync(`${USER}/c`, 'x');
  const tempFilePath = await temporary();
  phone.simulator.storageFull(true);
  expect(await call('saveFile', { tempFilePath })).toMatchObject({ errMsg: `saveFile:fail ${full}` });
  expect(await call('access', { path: tempFilePath })).toMatchObject({ errMsg: 'access:ok' });
  expect(() => phone.simulator.call('setStorageSync', 'a', 1)).toThrow('storage limit reached');
  phone.simulator.storageFull(false);
  expect((await call('saveFile', { tempFilePath })).errMsg).toBe('saveFile:ok');
});

test('storage holds 10 MB in keys of at most 1', async () => {
  const { call: wx } = phone.simulator;
  for (let key = 0; key < 10; key += 1) wx('setStorageSync', `key${key}`, 'x'.repeat(MEGABYTE - 200));
  const { currentSize, limitSize } = wx('getStorageInfoSync');
  expect([limitSize, currentSize > 10_000]).toEqual([10240, true]);
  await expect(wx('setStorage', { key: 'more', data: 'x'.repeat(MEGABYTE / 2) })).rejects.toMatchObject({
    errMsg: 'setStorage:fail storage limit reached',
  });
});

test('a restart finds files, folders, times and storage, but nothing temporary', async () => {
  const tempFilePath = await temporary();
  files.mkdirSync(`${USER}/empty`);
  files.writeFileSync(`${USER}/a`, '猫');
  const { savedFilePath } = await call('saveFile', { tempFilePath: await temporary() });
  const before = plain((await call('getSavedFileList')).fileList);
  phone.simulator.call('setStorageSync', 'key', { a: [1] });
  await phone.close();
  await open(phone.kept());
  expect(files.readFileSync(`${USER}/a`, 'utf8')).toBe('猫');
  expect(plain(files.readdirSync(USER)).sort()).toEqual(['a', 'empty']);
  expect(plain((await call('getSavedFileList')).fileList)).toEqual(before);
  expect((await call('access', { path: savedFilePath })).errMsg).toBe('access:ok');
  expect((await call('access', { path: tempFilePath })).errCode).toBe(1300002);
  expect(plain(phone.simulator.call('getStorageSync', 'key'))).toEqual({ a: [1] });
  await phone.close();
  await open({ files: { [`${USER}/given/b`]: new Uint8Array([65]) } });
  expect(files.readFileSync(`${USER}/given/b`, 'utf8')).toBe('A');
});
