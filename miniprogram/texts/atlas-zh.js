// @ts-check

/** Texts of class cards, in Chinese; further below those of the atlas and of the quiz. */
const card = {
  info: '{name}的介绍',
  loading: '正在加载介绍…',
  kind: '类别：{kind}',
  failed: '介绍没有加载出来：{title}',
  none: '这个识别服务没有介绍。',
  retry: '重试',
};

const atlas = {
  title: '图鉴',
  link: '图鉴',
  linkLabel: '打开图鉴，遇见了 {count} 种，一共 {all} 种',
  countLabel: '遇见了 {count} 种，一共 {all} 种',
  fresh: '新',
  number: '第 {number} 种',
  byTime: '按时间',
  byGroup: '按类别',
  groups: {
    dogs: '狗',
    mammals: '其他哺乳动物',
    birds: '鸟',
    reptiles: '爬行和两栖动物',
    fish: '鱼',
    insects: '昆虫',
    animals: '其他动物',
    food: '食物',
    plants: '植物和菌菇',
    vehicles: '交通工具',
    buildings: '建筑和设施',
    clothes: '衣物',
    music: '乐器',
    furniture: '家具',
    sports: '运动和游戏',
    machines: '电器和机器',
    scenes: '风景和人物',
    things: '其他物品',
  },
  met: '{day}第一次遇见，第 {number} 种',
  seePhoto: '看那次的结果',
  emptyTitle: '还没有遇见过',
  emptySentence: '能认准的东西，第一次拍到就会收进图鉴，一共 {all} 种。',
  shoot: '去拍一张',
};

const quiz = {
  title: '猜一猜',
  start: '考考朋友',
  startSentence: '照片和 {count} 个名字会发给朋友，选了才揭晓答案。',
  send: '发给朋友',
  poster: '分享图片',
  drawing: '正在生成…',
  failed: '图片没有生成，请再试一次。',
  question: '猜猜这是什么？',
  upsideDown: '答案：{name}',
  friend: '猜猜朋友拍到了什么',
  look: '照片在朋友发来的卡片上，选一个名字。',
  right: '猜对了！',
  wrong: '没猜中',
  answer: '识别结果是{name}。',
  choiceRight: '{name}，正确答案',
  choiceWrong: '{name}，你选的，不对',
  shoot: '我也拍一张',
  goneTitle: '这道题打不开',
  goneSentence: '链接不完整，请朋友重新发一次。',
};

module.exports = { card, atlas, quiz };
