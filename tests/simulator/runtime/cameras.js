import { Refusal } from './wx/api.js';

const MAX_ZOOM = 4;
const QUALITY = { high: 0.92, normal: 0.8, low: 0.5, original: 1 };
/** Pixels of a frame's long side, by the component's frame-size. */
const FRAME_SIDES = { small: 352, medium: 640, large: 1280 };
/** Milliseconds; a phone has about thirty frames a second, here ten are enough. */
const FRAME_TIME = 100;

/** The lenses of the `<camera>` elements that are there. */
export class Cameras {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {Lens[]} */
    this.lenses = [];
    /** @type {Uint8Array | undefined} JPEG that stands for the view where there is no real camera */
    this.picture = undefined;
    /** @type {Set<(frame: {data: ArrayBuffer, width: number, height: number}) => void>} */
    this.frameListeners = new Set();
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.frameTimer = undefined;
  }

  /** @param {HTMLVideoElement} video @param {(name: string, detail?: any) => void} emit @returns {Lens} */
  create(video, emit) {
    return new Lens(this, video, emit);
  }

  /** Opens and stops lenses after pages or the whole app came or went. */
  update() {
    for (const lens of this.lenses) lens.follow(this.isVisible(lens));
  }

  /** @param {Lens} lens @returns {boolean} */
  isVisible(lens) {
    const page = /** @type {HTMLElement | null} */ (lens.video.closest('.phone-page'));
    return this.phone.router.visible && Boolean(page) && !page.hidden;
  }

  /** @param {'high' | 'normal' | 'low' | 'original'} quality @returns {Promise<{bytes: Blob, width: number, height: number}>} */
  takePhoto(quality = 'normal') {
    return this.#running.capture(QUALITY[quality] ?? QUALITY.normal);
  }

  /** @param {number} zoom @returns {number} what it became, 1 to 4 */
  setZoom(zoom) {
    return this.#running.zoomTo(zoom);
  }

  /**
   * @param {(frame: {data: ArrayBuffer, width: number, height: number}) => void} listener gets RGBA, until it is
   *   removed or the component is gone
   * @throws {Refusal} where no camera runs, or its component has no frame-size
   */
  startFrames(listener) {
    if (!this.#running.frameSize) throw new Refusal('frame-size of <camera> is not set');
    this.frameListeners.add(listener);
    this.frameTimer ??= setInterval(() => this.#sendFrame(), FRAME_TIME);
  }

  /** @param {(frame: any) => void} [listener] all of them otherwise @returns {void} */
  stopFrames(listener) {
    if (listener) this.frameListeners.delete(listener);
    else this.frameListeners.clear();
    if (this.frameListeners.size > 0) return;
    clearInterval(this.frameTimer);
    this.frameTimer = undefined;
  }

  #sendFrame() {
    const frame = this.lenses.find(({ running }) => running)?.frame();
    if (frame) for (const listener of [...this.frameListeners]) listener(frame);
  }

  get #running() {
    const lens = this.lenses.find((candidate) => candidate.running);
    if (!lens) throw new Refusal('camera is not running');
    return lens;
  }
}

class Lens {
  /** @param {Cameras} cameras @param {HTMLVideoElement} video @param {(name: string, detail?: any) => void} emit */
  constructor(cameras, video, emit) {
    Object.assign(this, {
      cameras,
      video,
      emit,
      running: false,
      stream: undefined,
      position: 'back',
      frameSize: '',
      attempt: 0,
      zoom: 1,
    });
  }

  /** @param {'front' | 'back'} position @returns {Promise<void>} */
  async open(position) {
    const { phone, lenses } = this.cameras;
    this.#stop();
    this.position = position;
    if (!lenses.includes(this)) lenses.push(this);
    const attempt = ++this.attempt;
    try {
      await phone.privacy.need('camera');
      await phone.scopes.need('scope.camera');
      const stream = await this.#stream();
      if (attempt !== this.attempt) return stopTracks(stream);
      this.stream = stream;
      this.video.srcObject = stream ?? null;
      if (stream) await this.video.play();
      if (attempt !== this.attempt) return undefined;
      this.running = true;
      this.zoom = 1;
      this.#showZoom();
      this.emit('initdone', { maxZoom: MAX_ZOOM });
    } catch (error) {
      if (attempt !== this.attempt) return undefined;
      this.emit('error', failure(error));
    }
    return undefined;
  }

  /** @returns {void} */
  close() {
    const { lenses } = this.cameras;
    this.attempt += 1;
    this.#stop();
    lenses.splice(lenses.indexOf(this), 1);
    this.cameras.stopFrames();
  }

  /** @param {boolean} visible @returns {void} */
  follow(visible) {
    if (visible && !this.running && this.paused) {
      this.paused = false;
      this.open(this.position);
    } else if (!visible && this.running) {
      this.paused = true;
      this.attempt += 1;
      this.#stop();
      this.emit('stop', {});
    }
  }

  /** @param {number} quality 0 to 1 @returns {Promise<{bytes: Blob, width: number, height: number}>} JPEG */
  async capture(quality) {
    const { picture, phone } = this.cameras;
    if (!this.stream) {
      if (!picture)
        throw new Refusal('the simulator has no camera here; set one with simulator.camera(jpeg)');
      const bytes = new Blob([picture], { type: 'image/jpeg' });
      return { bytes, width: 0, height: 0 };
    }
    const { width, height } = this.#visible();
    const canvas = Object.assign(phone.document.createElement('canvas'), { width, height });
    canvas.getContext('2d').drawImage(this.video, ...this.#middle(width, height), 0, 0, width, height);
    const bytes = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    return { bytes, width, height };
  }

  /**
   * All that the sensor sees, whatever the component shows of it. Where there is no real camera it is grey.
   *
   * @returns {{data: ArrayBuffer, width: number, height: number} | undefined} RGBA; undefined before the first picture
   */
  frame() {
    const { picture, phone } = this.cameras;
    const longSide = FRAME_SIDES[this.frameSize];
    if (!this.stream) {
      const [width, height] = [Math.round((longSide * 9) / 11), longSide];
      return picture && { data: new Uint8ClampedArray(4 * width * height).fill(128).buffer, width, height };
    }
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return undefined;
    const scale = Math.min(1, longSide / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    this.surface ??= phone.document.createElement('canvas');
    if (this.surface.width !== width || this.surface.height !== height)
      Object.assign(this.surface, { width, height });
    const context = this.surface.getContext('2d', { willReadFrequently: true });
    context.drawImage(this.video, ...this.#middle(videoWidth, videoHeight), 0, 0, width, height);
    return { data: context.getImageData(0, 0, width, height).data.buffer, width, height };
  }

  /** @returns {number[]} x, y, width and height of the zoomed part of an area in the middle of the film */
  #middle(width, height) {
    const [across, down] = [width / this.zoom, height / this.zoom];
    const { videoWidth, videoHeight } = this.video;
    return [(videoWidth - across) / 2, (videoHeight - down) / 2, across, down];
  }

  /**
   * A phone takes what the component shows: the middle of the frame at the component's proportions.
   *
   * @returns {{width: number, height: number}} pixels of the frame
   */
  #visible() {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = this.video;
    const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight);
    return {
      width: Math.min(videoWidth, Math.round(clientWidth / scale)),
      height: Math.min(videoHeight, Math.round(clientHeight / scale)),
    };
  }

  /** Enlarges the middle, as a phone does where its lens cannot. */
  zoomTo(zoom) {
    this.zoom = Math.min(MAX_ZOOM, Math.max(1, zoom));
    this.#showZoom();
    return this.zoom;
  }

  #showZoom() {
    this.video.style.transform = this.zoom === 1 ? '' : `scale(${this.zoom})`;
  }

  async #stream() {
    const { mediaDevices } = navigator;
    if (!mediaDevices)
      return this.cameras.phone.pictures.decodes ? Promise.reject(new Error('no camera')) : undefined;
    const facingMode = this.position === 'front' ? 'user' : 'environment';
    return mediaDevices.getUserMedia({ video: { facingMode, width: { ideal: 1280 }, resizeMode: 'none' } });
  }

  #stop() {
    if (this.stream) stopTracks(this.stream);
    this.stream = undefined;
    this.video.srcObject = null;
    this.running = false;
  }
}

/** @param {MediaStream | undefined} stream @returns {void} */
function stopTracks(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** @param {any} error @returns {{errMsg: string}} */
function failure(error) {
  if (error instanceof Refusal) return error.result('insertCamera');
  const reason = error.name === 'NotAllowedError' ? 'system permission denied' : error.message;
  return { errMsg: `insertCamera:fail ${reason}` };
}
