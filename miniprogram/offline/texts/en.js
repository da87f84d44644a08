// @ts-check

/** @type {import('./zh').OfflineTexts} */
const en = {
  title: 'Offline',
  toggle: 'Recognise offline',
  about:
    'Without a network, or if the service cannot be reached, photos are recognised on the phone and not sent. With a network the service still recognises them.',
  limits: 'Offline, taught things are not known, and you cannot see why a name was chosen.',
  download: 'A model is downloaded once ({size}), best on Wi-Fi.',
  asking: 'Asking about the model…',
  mobileTitle: 'Use mobile data?',
  mobileSentence: 'You are not on Wi-Fi. The model takes about {size} of mobile data.',
  mobileYes: 'Yes',
  mobileNo: 'No',
  downloading: 'Downloading',
  downloadLabel: '{percent}% downloaded',
  checking: 'Checking the model…',
  stopped: 'Not finished',
  interrupted: 'What is downloaded stays. Continue when the network is back.',
  goOn: 'Continue',
  startAgain: 'Start again',
  cancel: 'Cancel',
  again: 'Try again',
  later: 'Please try again later.',
  model: 'Model',
  size: 'Storage used',
  newer: 'There is a newer model. This one is used until it is here.',
  update: 'Update the model ({size})',
  removeTitle: 'Turn it off?',
  removeSentence: 'The model is deleted from the phone, which frees {size}. Turning it on again downloads it again.',
  removeYes: 'Yes',
  removeNo: 'No',
  unsupportedTitle: 'Not possible on this phone',
  unsupportedSentence: 'Please update WeChat and try again. Recognition with a network works as before.',
  unavailableTitle: 'Not offered at the moment',
  unavailableSentence: 'The service has no model that phones can download.',
  problems: {
    changed: { title: 'The model has just changed', sentence: 'The service got a newer model during the download. Please download again.' },
    damaged: { title: 'The model is not complete', sentence: 'The file did not pass its check and was deleted. Please download again.' },
    'no-room': {
      title: 'Not enough space',
      sentence: 'Delete some results under “Stored on this phone”, or make room on the phone, then continue.',
    },
    'not-runnable': {
      title: 'This phone cannot run the model',
      sentence: 'Update WeChat and try again, or cancel the download. Recognition with a network works as before.',
    },
  },
};

module.exports = { en };
