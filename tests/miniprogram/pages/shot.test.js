import { describe, expect, it, vi } from 'vitest';
import { aroundEachTest, open, phone, server } from './around.js';
import { TRUSTING } from './phone.js';

aroundEachTest();

/** Longer than the page waits for a shot. */
const PATIENCE_MS = 30_000;

/** @returns {string | null} */
const isDisabled = () => phone.find('.shutter').getAttribute('aria-disabled');

/** A camera whose shots are answered by the test. @returns {{wx: object, shots: any[]}} */
function slowCamera() {
  /** @type {any[]} */
  const shots = [];
  return { shots, wx: { createCameraContext: () => ({ takePhoto: (options) => void shots.push(options), setZoom() {} }) } };
}

describe('the shutter', () => {
  it('waits for the camera', async () => {
    await open({ privacy: 'agreed' });
    await phone.tap('打开相机');
    expect(phone.find('camera')).not.toBeNull();
    expect(isDisabled()).toBe('true');
    await phone.tap(phone.find('.shutter'));
    expect(phone.called('createCameraContext')).toBe(0);
    await phone.tap('允许');
    expect(isDisabled()).toBe('false');
    await phone.tap('拍照');
    await phone.reads('印度象');
  });

  it('is felt', async () => {
    await open(TRUSTING);
    phone.simulator.fail('vibrateShort', 'not supported');
    await phone.tap('拍照');
    await phone.reads('印度象');
    expect(phone.calls.filter(({ name }) => name === 'vibrateShort').map(({ args }) => args[0].type)).toEqual(['light']);
  });

  it.each(['another app', 'a stop of the camera'])('works again after %s came in between', async (what) => {
    const { shots, wx } = slowCamera();
    await open({ ...TRUSTING, wx });
    await phone.tap('拍照');
    expect(isDisabled()).toBe('true');
    if (what === 'another app') {
      phone.simulator.hide();
      phone.simulator.show();
    } else {
      phone.find('camera').__wxElement.triggerEvent('stop', {});
      await phone.settle();
      expect(isDisabled()).toBe('false');
      await phone.tap('打开相机');
    }
    await phone.until(() => expect(phone.named('拍照')?.getAttribute('aria-disabled')).toBe('false'));
    await phone.tap('拍照');
    expect(shots).toHaveLength(2);
    shots[0].fail({ errMsg: 'takePhoto:fail' });
    await phone.settle();
    expect(phone.text()).not.toContain('拍照失败');
    expect(isDisabled()).toBe('true');
  });

  it('works again where the camera never answers, and a late answer is nothing', async () => {
    const { shots, wx } = slowCamera();
    await open({ ...TRUSTING, wx });
    await phone.tap('拍照');
    await vi.waitFor(() => expect(phone.text()).toContain('拍照失败'), { timeout: PATIENCE_MS });
    expect(isDisabled()).toBe('false');
    shots[0].success({ tempImagePath: 'wxfile://tmp_late.jpg' });
    await phone.settle();
    expect(phone.page.data.stage).toBe('aim');
    expect(server.to('/predict')).toEqual([]);
  });
});

describe('zoom', () => {
  /** @returns {string} */
  const shown = () => phone.text('.zoom');
  /** @returns {string} of the simulator's lens */
  const scale = () => phone.window.document.querySelector('video').style.transform;

  /** @param {string} type @param {number} pointerId @param {number} clientX @returns {void} */
  function finger(type, pointerId, clientX) {
    phone.find('camera').dispatchEvent(new phone.window.PointerEvent(type, { pointerId, clientX, clientY: 50, bubbles: true }));
  }

  it('is 1 or 2 by its button', async () => {
    await open(TRUSTING);
    expect(shown()).toBe('1×');
    await phone.tap('.zoom');
    expect([shown(), scale()]).toEqual(['2×', 'scale(2)']);
    await phone.tap('.zoom');
    expect([shown(), scale()]).toEqual(['1×', '']);
  });

  it('follows two fingers, within what the camera can', async () => {
    await open(TRUSTING);
    finger('pointerdown', 1, 100);
    finger('pointermove', 1, 90);
    expect(shown()).toBe('1×');
    finger('pointerdown', 2, 190);
    finger('pointermove', 2, 240);
    await phone.settle();
    expect([shown(), scale()]).toEqual(['1.5×', 'scale(1.5)']);
    finger('pointermove', 2, 1000);
    await phone.settle();
    expect(scale()).toBe('scale(4)');
    finger('pointermove', 2, 91);
    await phone.settle();
    expect(shown()).toBe('1×');
    finger('pointerup', 2, 91);
    finger('pointermove', 1, 300);
    await phone.settle();
    expect(shown()).toBe('1×');
    expect(phone.page.data.stage).toBe('aim');
  });

  it('begins anew with the other camera', async () => {
    await open(TRUSTING);
    await phone.tap('.zoom');
    await phone.tap('切换到前置摄像头');
    await phone.settle();
    expect([shown(), scale()]).toEqual(['1×', '']);
  });

  it('stays where the camera cannot', async () => {
    const setZoom = ({ fail }) => fail({ errMsg: 'setZoom:fail' });
    await open({ ...TRUSTING, wx: { createCameraContext: () => ({ setZoom }) } });
    await phone.tap('.zoom');
    expect(shown()).toBe('1×');
  });
});
