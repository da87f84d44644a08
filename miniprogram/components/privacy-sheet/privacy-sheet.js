// @ts-check
const { answerConsent, onConsentNeeded, showPrivacyContract } = require('../../services/device/privacy');
const { texts } = require('../../texts/texts');

/**
 * Requests consent to the privacy statement whenever the platform requires it. One on each page.
 *
 * Events: `open` and `close`, for a page that hides what is behind it from screen readers.
 */
Component({
  data: {
    open: false,
    t: texts().privacy,
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().privacy });
      this.listen();
    },
    detached() {
      if (this.data.open) answerConsent({ event: 'disagree' });
    },
  },
  pageLifetimes: {
    /** Another page's sheet may have registered meanwhile. */
    show() {
      this.listen();
    },
  },
  methods: {
    listen() {
      onConsentNeeded(() => {
        this.setData({ open: true });
        this.triggerEvent('open');
      });
    },
    agree() {
      this.close();
      // The platform checks that this button was tapped.
      answerConsent({ event: 'agree', buttonId: 'agree' });
    },
    disagree() {
      this.close();
      answerConsent({ event: 'disagree' });
    },
    close() {
      this.setData({ open: false });
      this.triggerEvent('close');
    },
    read() {
      showPrivacyContract();
    },
  },
});
