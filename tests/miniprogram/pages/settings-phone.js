import { example } from '../sources.js';
import { TRUSTING } from './phone.js';

export const READY = JSON.parse(example('ready'));
/** EfficientNetLite0 answers while ResNet50 is downloaded. */
export const STANDING_IN = JSON.parse(example('ready-standing-in'));

/** The settings on a phone, and a server that answers as a PaiShi server does. */
export const SETTINGS = {
  phone: { ...TRUSTING, page: 'pages/settings/settings' },
  answers: {
    'POST /predict': { body: example('predictions') },
    'POST /corrections': { body: example('correction') },
    'GET /readyz': { body: READY },
  },
};
