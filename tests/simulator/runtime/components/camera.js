/** @type {import('./common.js').BuiltIn} */
export const camera = {
  tag: 'camera',
  properties: {
    mode: { type: String, value: 'normal', oneOf: ['normal'] },
    resolution: { type: String, value: 'medium', oneOf: ['low', 'medium', 'high'] },
    devicePosition: { type: String, value: 'back', oneOf: ['front', 'back'] },
    flash: { type: String, value: 'auto', oneOf: ['auto', 'on', 'off', 'torch'] },
    // A phone has a default too, but its documentation wants it set where frames are listened to.
    frameSize: { type: String, value: '', oneOf: ['small', 'medium', 'large'] },
  },
  events: ['stop', 'error', 'initdone'],
  mount({ element, phone, emit, data }) {
    const video = element.ownerDocument.createElement('video');
    Object.assign(video, { muted: true, playsInline: true, autoplay: true });
    element.append(video);
    const lens = phone.cameras.create(video, emit);
    let position = '';
    return {
      attached() {
        phone.singlePage.checkComponent('<camera>');
        position = data().devicePosition;
        lens.frameSize = data().frameSize;
        lens.open(position);
      },
      render({ devicePosition, frameSize }) {
        lens.frameSize = frameSize;
        element.setAttribute('device-position', devicePosition);
        if (!position || devicePosition === position) return;
        position = devicePosition;
        lens.open(position);
      },
      detached: () => lens.close(),
    };
  },
};
