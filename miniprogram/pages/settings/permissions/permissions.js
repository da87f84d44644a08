// @ts-check
const { openPermissions, permissions } = require('../../../services/device/permissions');
const { texts } = require('../../../texts/texts');

/** @typedef {import('../../../services/device/permissions').Permissions} Permissions */

/**
 * @param {Permissions | null} all  null if the platform fails
 * @returns {{camera: string, album: string}}
 */
function describe(all) {
  const { permissions: t, unknown } = texts().settings;
  if (!all) return { camera: unknown, album: unknown };
  const words = { granted: t.granted, refused: t.refused, unasked: t.unasked };
  return { camera: words[all['scope.camera']], album: words[all['scope.writePhotosAlbum']] };
}

/** Shows the permissions and opens WeChat's settings to change them. */
Component({
  data: {
    t: texts().settings.permissions,
    camera: '',
    album: '',
  },
  lifetimes: {
    attached() {
      this.setData({ t: texts().settings.permissions });
      this.look();
    },
  },
  pageLifetimes: {
    show() {
      this.look();
    },
  },
  methods: {
    async look() {
      this.setData(describe(await permissions()));
    },

    async change() {
      if (!(await openPermissions())) wx.showToast({ title: this.data.t.failed, icon: 'none' });
      return this.look();
    },
  },
});
