import { Refusal, strict } from './api.js';

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function cameraMembers(phone, api) {
  return {
    createCameraContext: () =>
      strict('CameraContext', {
        onCameraFrame: (callback) => {
          if (typeof callback !== 'function') throw new TypeError('onCameraFrame wants a function');
          const listener = (frame) => void phone.call(callback, undefined, frame);
          return strict('CameraFrameListener', {
            start: api('startCameraFrame', () => phone.cameras.startFrames(listener)),
            stop: api('stopCameraFrame', () => phone.cameras.stopFrames(listener)),
          });
        },
        setZoom: api('setZoom', ({ zoom }) => {
          if (!Number.isFinite(zoom)) throw new Refusal('parameter error: parameter.zoom should be Number');
          return { zoom: phone.cameras.setZoom(zoom) };
        }),
        takePhoto: api('takePhoto', async ({ quality } = {}) => {
          const { bytes, width, height } = await phone.cameras.takePhoto(quality);
          const tempImagePath = await phone.files.addBlob(bytes, 'jpg');
          if (width) return { tempImagePath, width, height };
          const size = await phone.pictures.measure(tempImagePath);
          return { tempImagePath, width: size.width, height: size.height };
        }),
      }),
  };
}
