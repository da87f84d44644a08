// @ts-check

/** Texts of class cards, in Chinese; further below those of the atlas. */
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

module.exports = { card, atlas };
