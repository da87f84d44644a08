// @ts-check

/** @type {import('./zh').Texts['settings']} */
const settings = {
  title: 'Settings',
  language: 'Language',
  languageSystem: 'Same as WeChat',
  notStored: 'The phone is full: this choice lasts until you close the mini-program.',
  unknown: 'Unknown',
  corrections: {
    title: 'Corrections',
    agree: 'Help improve recognition',
    sentence:
      'While this is on, the photos and names of your corrections are uploaded to {server}. Its operator keeps them to improve recognition. You can turn it off at any time. Nothing is uploaded if the service takes no corrections.',
    stopped:
      'Stopped. Waiting corrections are not uploaded. The operator has the earlier ones: ask them if you want those deleted.',
    failed: 'The phone is full. Nothing was changed.',
    earlierTitle: 'Upload earlier ones?',
    earlierSentence:
      'Earlier corrections that were never uploaded: {count}. Photos and the names that you chose would be uploaded.',
    earlierSend: 'Send',
    earlierKeep: 'No',
  },
  kept: {
    title: 'Stored on this phone',
    results: 'Results',
    met: 'Field guide',
    metCount: '{count}',
    size: 'Storage used',
    session: 'Login',
    sessionHeld: 'Logged in',
    sessionNone: 'Logged out',
    waiting: 'Corrections to upload',
    sentence: 'Up to 100 results are kept; favourites stay until you delete them. The field guide keeps all that you met. All of it is on this phone only.',
    deleteResults: 'Delete all results',
    deleteResultsTitle: 'Delete all results?',
    deleteResultsSentence:
      'Results that leave this phone for good, favourites and photos included, also those in the field guide: {count}. What you met stays there. What was saved to the album stays.',
    deleteEverything: 'Delete everything',
    deleteEverythingTitle: 'Delete everything?',
    deleteEverythingSentence:
      'Results, photos, the field guide, the login, waiting corrections and all settings go from this phone for good. What was saved to the album, sent as a correction or taught to the server stays.',
    delete: 'Yes',
    keep: 'No',
    deleted: 'Deleted',
    notDeleted: 'Some data could not be deleted. Please try again.',
  },
  offline: { title: 'Recognition', row: 'Recognise offline', on: 'On', off: 'Off', stopped: 'Not downloaded' },
  privacy: {
    title: 'Privacy',
    statement: 'How photos and data are used',
    sent: 'Photos are sent to the recognition service, for recognition only. It does not keep them.',
    live: 'While live names are on, small pictures of what the camera sees are sent about once a second. They are not kept either.',
    heat: 'To show why a name was chosen, the same photo is sent once more. It is not kept either. To read about a name, only the number of its class is sent.',
    echo:
      'To show what the server received, it holds that picture in memory for a while (usually ten minutes), so that the phone can fetch it.',
    corrections: 'Corrections are sent only while “Help improve recognition” is on. The operator does keep those photos.',
    taught: 'The names and photos that you teach are stored on the server only after you agreed, until you delete them.',
    phone: 'Results, the field guide and copies of photos stay on this phone until you delete them.',
    login: 'If the service needs a login, WeChat gives it a one-time code, without your name or picture.',
    cloud: 'Photos reach the server through WeChat Cloud Hosting, and WeChat adds your number in this mini-program (openid), without your name or picture.',
    contract: 'Privacy statement',
    close: 'Close',
    contractFailed: 'The privacy statement could not be opened. Please try again.',
  },
  permissions: {
    title: 'Permissions',
    camera: 'Camera',
    album: 'Save to album',
    granted: 'Allowed',
    refused: 'Not allowed',
    unasked: 'Not asked yet',
    change: 'Open WeChat permissions',
    sentence:
      'Permissions are requested when they are first needed. Choosing from the album needs none. If the system keeps the camera from WeChat, allow it in the system settings.',
    failed: 'The permissions could not be opened. Please try again.',
  },
  about: {
    title: 'About',
    version: 'Version',
    versionDevelop: 'Development build',
    versionTrial: 'Trial build',
    model: 'Model',
    standsIn: 'The built-in model answers for now; {model} is not ready yet, the server keeps trying',
    standsInDownloading: 'The built-in model answers for now; {model} is downloading, {percent}%',
    modelUnset: 'Not available yet',
    asking: 'Loading…',
    askAgain: 'Load again',
    fit: 'Crop',
    fitCrop: 'Centre',
    fitSquash: 'Whole photo, scaled',
    fitBoth: 'Both',
    precision: 'Precision',
  },
};

module.exports = { settings };
