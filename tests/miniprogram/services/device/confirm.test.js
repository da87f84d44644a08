import { afterEach, expect, it, vi } from 'vitest';
import { load } from '../../sources.js';

const { confirm, confirmDeletion } = load('services/device/confirm.js');

afterEach(() => {
  delete globalThis.wx;
  vi.restoreAllMocks();
});

it.each([true, false])('the dialog is answered with %s', async (answer) => {
  globalThis.wx = { showModal: ({ success }) => success({ confirm: answer }) };
  expect(await confirm('删除？', '', '删除', '取消')).toBe(answer);
});

it('what cannot be undone has a red button, and nothing else has', async () => {
  const shown = [];
  globalThis.wx = { showModal: (options) => shown.push(options.confirmColor) && options.success({ confirm: true }) };
  await confirm('重启？', '', '重启', '取消');
  expect(await confirmDeletion('删除？', '', '删除', '取消')).toBe(true);
  expect(shown).toEqual([undefined, '#d54941']);
});

it('a dialog that does not open counts as not confirmed', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  globalThis.wx = { showModal: ({ fail }) => fail({ errMsg: 'showModal:fail' }) };
  expect(await confirm('删除？', '', '删除', '取消')).toBe(false);
  expect(warned).toHaveBeenCalledWith({ errMsg: 'showModal:fail' });
});
