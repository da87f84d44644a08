import { Refusal, strict } from './api.js';

/** @param {import('../phone.js').Phone} phone @param {Function} api @returns {Record<string, any>} */
export function cameraMembers(phone, api) {
  return {
    createCameraContext: () =>
      strict('CameraContext', {
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
