// @ts-check

/** Texts of offline recognition, in Chinese. tsc checks that en.js has the same keys. */
const zh = {
  title: '离线识别',
  toggle: '离线识别',
  about: '没有网络或连不上服务时，照片在手机上识别，不会发送。有网络时仍由服务识别。',
  limits: '离线识别不显示识别依据，也认不出教过的东西。',
  download: '需要下载一次模型（{size}），建议使用 Wi-Fi。',
  asking: '正在获取模型信息…',
  mobileTitle: '使用移动网络下载？',
  mobileSentence: '当前不是 Wi-Fi，下载模型会使用约 {size} 流量。',
  mobileYes: '下载',
  mobileNo: '取消',
  downloading: '正在下载',
  downloadLabel: '已下载 {percent}%',
  checking: '正在检查模型…',
  stopped: '尚未完成',
  interrupted: '已下载的部分会保留，网络恢复后可以继续。',
  goOn: '继续下载',
  startAgain: '重新下载',
  cancel: '取消下载',
  again: '重试',
  later: '请稍后重试。',
  model: '模型',
  size: '占用',
  newer: '有新版本的模型，更新前继续使用现有的。',
  update: '更新模型（{size}）',
  removeTitle: '关闭离线识别？',
  removeSentence: '模型会从手机删除，释放 {size}。再次开启需要重新下载。',
  removeYes: '关闭',
  removeNo: '取消',
  unsupportedTitle: '这台手机不支持离线识别',
  unsupportedSentence: '请更新微信后再试。有网络时识别不受影响。',
  unavailableTitle: '暂不提供离线识别',
  unavailableSentence: '识别服务没有可供手机下载的模型。',
  problems: {
    changed: { title: '模型刚刚更新', sentence: '服务上的模型在下载时有了新版本，请重新下载。' },
    damaged: { title: '下载的模型不完整', sentence: '文件校验没有通过，已删除，请重新下载。' },
    'no-room': { title: '存储空间不足', sentence: '请在“本机数据”中删除一些结果，或清理手机空间，然后继续下载。' },
    'not-runnable': { title: '模型无法在这台手机上运行', sentence: '可以更新微信后重试，或取消下载。有网络时识别不受影响。' },
  },
};

/** @typedef {typeof zh} OfflineTexts */

module.exports = { zh };
