/**
 * What `canvas.createImage()` gives: a picture that loads when its `src` is set, from the package, a file,
 * a data: address or the network.
 *
 * @param {import('../phone.js').Phone} phone
 * @param {WeakMap<object, any>} hidden where its element goes, for `drawImage`
 * @returns {{src: string, width: number, height: number, onload?: Function, onerror?: Function}}
 */
export function canvasPicture(phone, hidden) {
  const element = phone.document.createElement('img');
  let source = '';
  const picture = {
    width: 0,
    height: 0,
    onload: undefined,
    onerror: undefined,
    referrerPolicy: '',
    get src() {
      return source;
    },
    set src(address) {
      source = address;
      load(address);
    },
  };
  const load = async (address) => {
    try {
      const size = await phone.pictures.show(element, address);
      if (source !== address) return;
      Object.assign(picture, { width: size.width, height: size.height });
      phone.call(picture.onload, picture, {});
    } catch (error) {
      if (source === address) phone.call(picture.onerror, picture, { errMsg: error.message });
    }
    phone.pictures.release(element);
  };
  hidden.set(picture, element);
  return picture;
}
