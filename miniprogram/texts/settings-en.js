// @ts-check

/** @type {import('./zh').Texts['settings']} */
const settings = {
  title: 'Settings',
  language: 'Language',
  languageSystem: 'As in WeChat',
  notStored: 'The phone is full: this choice ends with the session.',
  unknown: 'WeChat does not say',
  corrections: {
    title: 'Corrections',
    agree: 'Send my corrections to the server, to learn from',
    sentence:
      'While this is on and you correct a result, its photo and the name that you chose go to {server}. Whoever runs it keeps them to make recognition better. Off by default, and you can turn it off at any time. Nothing is sent where the server takes no corrections.',
    stopped:
      'Stopped. What waited is not sent any more. What was sent earlier is with the operator: ask them to delete it.',
    failed: 'The phone has no room for this choice. Nothing was changed.',
    earlierTitle: 'Earlier ones, too?',
    earlierSentence:
      'Corrections on this phone that were made earlier and never sent: {count}. The photo and the name that you chose would be sent.',
    earlierSend: 'Send',
    earlierKeep: 'No',
  },
  kept: {
    title: 'Stored on this phone',
    results: 'Results',
    met: 'Field guide',
    metCount: '{count}',
    size: 'Room taken',
    session: 'Login',
    sessionHeld: 'Yes',
    sessionNone: 'None',
    waiting: 'Corrections to be sent',
    sentence: 'At most 100 results are kept, with their photos; the field guide keeps all that you met. Both are on this phone only.',
    deleteResults: 'Delete all results',
    deleteResultsTitle: 'Delete all results?',
    deleteResultsSentence:
      'Results that go from this phone for good, photos included, also those in the field guide: {count}. What you met stays there. What was saved to the album stays.',
    deleteEverything: 'Delete everything',
    deleteEverythingTitle: 'Delete everything?',
    deleteEverythingSentence:
      'Results, photos, the field guide, the login, waiting corrections and all settings go from this phone for good. What was saved to the album, sent as a correction or taught to the server stays.',
    delete: 'Yes',
    keep: 'No',
    deleted: 'Deleted',
    notDeleted: 'Not all of it could be deleted. Please try again.',
  },
  privacy: {
    title: 'Privacy',
    statement: 'How photos and data are used',
    sent: 'Photos are sent to the recognising server, only to find their name. It does not keep them.',
    heat: 'Tap a name to see where the photo looks like it, and the same photo is sent once more. It is not kept either. To read about a name, only the number of its class is sent.',
    echo:
      'To show what the server received, it holds that picture in memory for a while (usually ten minutes), so that the phone can fetch it.',
    corrections: 'Corrections are sent only while “Help improve recognition” is on. The server does keep those photos.',
    taught: 'The names and photos that you teach are stored on the server only after you agreed, until you delete them.',
    phone: 'Results, the field guide and copies of photos stay on this phone until you delete them.',
    login: 'Where the server wants a login, WeChat gives it a code that counts once. Nobody asks for your name or picture.',
    contract: 'Privacy statement',
    close: 'Close',
    contractFailed: 'WeChat could not open the privacy statement.',
  },
  permissions: {
    title: 'Permissions',
    camera: 'Camera',
    album: 'Save to album',
    granted: 'Allowed',
    refused: 'Not allowed',
    unasked: 'Not asked yet',
    change: 'Change in the settings of WeChat',
    sentence:
      'Choosing from the album needs no permission. What was not asked yet is asked when it is needed, and stands in the settings of WeChat only after that. The phone itself may also keep the camera from WeChat: see its own settings.',
    failed: 'The settings of WeChat did not open.',
  },
  about: {
    title: 'About',
    version: 'Version',
    versionDevelop: 'In development, without a number',
    versionTrial: 'On trial, without a number',
    model: 'Model',
    standsIn: 'The built-in model answers for now; {model} is not ready yet, the server keeps trying',
    standsInDownloading: 'The built-in model answers for now; {model} is downloading, {percent}%',
    modelUnset: 'Not available yet',
    asking: 'Asking…',
    askAgain: 'Ask again',
    fit: 'Looks at',
    fitCrop: 'The middle square',
    fitSquash: 'All of it, squashed',
    fitBoth: 'The middle and all of it',
    precision: 'Precision',
  },
};

module.exports = { settings };
