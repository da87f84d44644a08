// @ts-check

/** Texts of class cards, in Chinese. */
const card = {
  info: '{name}的介绍',
  loading: '正在加载介绍…',
  kind: '类别：{kind}',
  failed: '介绍没有加载出来：{title}',
  none: '这个识别服务没有介绍。',
  retry: '重试',
};

module.exports = { card };
