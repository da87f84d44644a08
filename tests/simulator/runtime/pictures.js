import { exifOrientation } from './exif-orientation.js';
import { pictureSize } from './picture-size.js';

/** Finds, shows and measures pictures wherever they are: package, temporary file, network. */
export class Pictures {
  /** @param {import('./phone.js').Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** jsdom decodes nothing; there the header has to do. */
    this.decodes = typeof URL.createObjectURL === 'function' && typeof createImageBitmap === 'function';
    /** @type {WeakMap<HTMLImageElement, string>} */
    this.addresses = new WeakMap();
  }

  /**
   * @param {HTMLImageElement} element
   * @param {string} source
   * @returns {Promise<{width: number, height: number}>} natural size
   */
  async show(element, source) {
    this.release(element);
    if (!this.decodes) {
      element.setAttribute('src', source);
      return this.measure(source);
    }
    const address = this.#address(source);
    this.addresses.set(element, address);
    await new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = () => reject(new Error(`GET ${source} failed`));
      element.src = address;
    });
    return { width: element.naturalWidth, height: element.naturalHeight };
  }

  /** @param {HTMLImageElement} element @returns {void} */
  release(element) {
    const address = this.addresses.get(element);
    if (address?.startsWith('blob:')) URL.revokeObjectURL(address);
    this.addresses.delete(element);
  }

  /**
   * @param {string} source
   * @returns {Promise<{width: number, height: number, type: string}>} as it is shown, so turned as its Exif says
   * @throws {Error} where there is no picture
   */
  async measure(source) {
    const bytes = await this.bytes(source);
    const { type, width, height } = pictureSize(bytes);
    if (!this.decodes) {
      if (type === 'unknown') throw new Error('invalid image');
      return exifOrientation(bytes) > 4 ? { type, width: height, height: width } : { type, width, height };
    }
    const bitmap = await createImageBitmap(new Blob([bytes])).catch(() => {
      throw new Error('invalid image');
    });
    return { type, width: bitmap.width, height: bitmap.height };
  }

  /**
   * @param {string} source
   * @returns {Promise<{width: number, height: number, type: string, orientation: number}>} as it is stored;
   *   `orientation` is Exif's, 1 to 8
   * @throws {Error} where there is no picture
   */
  async stored(source) {
    const shown = await this.measure(source);
    const orientation = exifOrientation(await this.bytes(source));
    const { width, height } = orientation > 4 ? { width: shown.height, height: shown.width } : shown;
    return { type: shown.type, width, height, orientation };
  }

  /** @param {string} source @returns {Promise<Uint8Array>} */
  async bytes(source) {
    const { files, app, network } = this.phone;
    const local = files.read(source);
    if (local) return local;
    const asset = app.assets[source.replace(/^\//, '')] ?? (source.startsWith('data:') ? source : undefined);
    if (asset) return Uint8Array.from(atob(asset.split(',')[1]), (letter) => letter.charCodeAt(0));
    if (!/^https?:/.test(source)) throw new Error('file not found');
    const { body, status } = await network.send({ method: 'GET', url: source, responseType: 'arraybuffer' })
      .result;
    if (status !== 200) throw new Error(`GET ${source} ${status}`);
    return new Uint8Array(body);
  }

  #address(source) {
    const { files, app, network } = this.phone;
    const blob = files.blob(source);
    if (blob) return URL.createObjectURL(blob);
    if (/^https?:/.test(source)) return network.status === 'none' ? 'data:,' : network.address(source);
    if (source.startsWith('data:')) return source;
    return app.assets[source.replace(/^\//, '')] ?? 'data:,';
  }
}
