const data = JSON.parse(document.getElementById('data').textContent);

const TEXTS = {
  zh: {
    language: 'English',
    title: '{model}：识别效果报告',
    accuracy: '准确率', of: '{right}/{of} 张，95% 置信区间 {low}–{high}',
    sure: '有把握的比例', sureNote: '概率达到 {at}，其中 {right}% 正确', notMeasured: '照片太少，无法得出',
    photos: '照片', photosNote: '训练 {train} 张，验证 {val} 张', measured: '验证 {val} 张',
    calibration: '概率偏差', calibrationNote: '概率与实际正确率的平均差距',
    curves: '训练过程', curvesNote: '左：损失；右：准确率。虚线处开始微调。', training: '训练', validation: '验证',
    confusion: '混淆矩阵', confusionNote: '行是照片所在的类别，列是模型给出的第一个名称。点击数字查看照片。',
    some: '只显示混淆最多的 {count} 个类别，共 {all} 个。',
    cell: '“{given}”被识别为“{named}”：{count} 张', noPictures: '报告只带了最需要看的照片，这里的没有收录。',
    classes: '各类别', class: '类别', precision: '精确率', recall: '召回率', count: '照片',
    worst: '错得最有把握的照片', noWorst: '没有认错的照片。',
    doubtful: '可能放错文件夹的照片', doubtfulNote: '仅凭其余照片判断，这些更像另一个类别。请逐张确认。', noDoubtful: '没有发现。',
    isNamed: '识别为', suggested: '更像', inFolder: '所在文件夹',
    alike: '重复与连拍', alikeNote: '重复的照片和同一组连拍不会分到训练和验证两边，否则结果会虚高。', copies: '重复', series: '连拍', noAlike: '没有发现。', across: '跨越训练与验证',
    reliability: '概率是否可信', reliabilityNote: '点在虚线上，说明概率与实际正确率一致；竖线是 95% 置信区间。',
    probability: '平均概率', right: '实际正确率',
    made: '制作信息', unreadable: '无法读取的照片',
    made_by: '程序', model: '基础模型', weights: '权重', head: '分类头', size: '输入边长', fit: '取景', seed: '随机种子', divided: '划分',
    class_weights: '类别权重', loss: '损失函数', optimizer: '优化器', schedule: '学习率计划', epochs: '轮数',
    fine_tuned: '已微调', interrupted: '提前中止',
  },
  en: {
    language: '中文',
    title: '{model}: how well it recognises',
    accuracy: 'Accuracy', of: '{right} of {of} photos, 95\u00a0% interval {low} to {high}',
    sure: 'Sure of', sureNote: 'with a probability from {at}; {right}\u00a0% of these are right', notMeasured: 'too few photos to say',
    photos: 'Photos', photosNote: '{train} to train, {val} to validate', measured: '{val} to measure',
    calibration: 'Calibration error', calibrationNote: 'mean difference of probability and share that is right',
    curves: 'Training', curvesNote: 'Left: loss; right: accuracy. Fine-tuning begins at the dotted line.', training: 'training', validation: 'validation',
    confusion: 'Confusion matrix', confusionNote: 'Rows are the classes of the photos, columns the first name that the model gives. Click a number to see the photos.',
    some: 'The {count} classes that are confused most, of {all}.',
    cell: '{count} of “{given}” named “{named}”', noPictures: 'The report holds the photos that matter most; these are not among them.',
    classes: 'Classes', class: 'Class', precision: 'Precision', recall: 'Recall', count: 'Photos',
    worst: 'The surest mistakes', noWorst: 'No photo is named wrongly.',
    doubtful: 'Photos that may be in the wrong folder', doubtfulNote: 'Judged by all other photos, these look like another class. Check each of them.', noDoubtful: 'None were found.',
    isNamed: 'named', suggested: 'looks like', inFolder: 'in folder',
    alike: 'Copies and series', alikeNote: 'Copies and photos of one series stay on one side of the split, or the figures would flatter.', copies: 'Copies', series: 'Series', noAlike: 'None were found.', across: 'across training and validation',
    reliability: 'Can its probabilities be believed?', reliabilityNote: 'On the dotted line probability and share of right names agree; the bars are 95 % intervals.',
    probability: 'Mean probability', right: 'Share right',
    made: 'How it was made', unreadable: 'Photos that could not be read',
    made_by: 'Program', model: 'Model', weights: 'Weights', head: 'Head', size: 'Side of the input', fit: 'Fit', seed: 'Seed', divided: 'Divided',
    class_weights: 'Class weights', loss: 'Loss', optimizer: 'Optimizer', schedule: 'Schedule', epochs: 'Epochs',
    fine_tuned: 'Fine-tuned', interrupted: 'Interrupted',
  },
};

let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
let open = null;

const t = (key, values = {}) => TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;
const nameOf = (index) => data.classes[index].name[language];

/** An element with properties and children; text is never read as HTML. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function section(title, note, ...children) {
  return make('section', {}, make('h2', {}, title), note ? make('p', { className: 'soft' }, note) : null, ...children);
}

function chart(name, className) {
  const { light, dark } = data.charts[name];
  return make(
    'div', { className },
    make('picture', {}, make('source', { srcset: dark, media: '(prefers-color-scheme: dark)' }), make('img', { src: light, alt: '' })),
  );
}

function picture(photo, ...lines) {
  const image = data.pictures[photo.picture];
  return make(
    'figure', {},
    image ? make('img', { src: image, alt: nameOf(photo.label) }) : make('span', { className: 'missing' }),
    make('figcaption', {}, ...lines, make('div', { className: 'file' }, photo.file)),
  );
}

const line = (label, value, className = '') => make('div', { className }, `${label} `, make('b', {}, value));

function sheet(figures, className = '') {
  return make('ul', { className: `sheet ${className}` }, ...figures.map((figure) => make('li', {}, ...[figure].flat())));
}

function named(photo) {
  const isWrong = photo.label !== photo.first;
  return picture(
    photo,
    line(t('inFolder'), nameOf(photo.label)),
    line(t('isNamed'), `${nameOf(photo.first)} ${percent(photo.probability)}`, isWrong ? 'wrong' : ''),
  );
}

function figures() {
  const { accuracy, confidence, counts, calibration } = data;
  const figure = (title, value, note) => [make('dt', {}, title), make('dd', {}, value, make('small', {}, note))];
  const pair = (title, value, note) => make('div', {}, ...figure(title, value, note));
  const interval = { right: accuracy.right, of: accuracy.of, low: percent(accuracy.low), high: percent(accuracy.high) };
  return make('section', {}, make(
    'dl', { className: 'figures' },
    pair(t('accuracy'), percent(accuracy.share), t('of', interval)),
    confidence.named === null
      ? pair(t('sure'), '–', t('notMeasured'))
      : pair(t('sure'), `${confidence.named} %`, t('sureNote', confidence)),
    pair(t('photos'), String(counts.train + counts.val), t(counts.train ? 'photosNote' : 'measured', counts)),
    pair(t('calibration'), percent(calibration), t('calibrationNote')),
  ));
}

function curves() {
  const legend = make(
    'div', { className: 'legend' },
    ...['training', 'validation'].map((part) => make('span', {}, make('i', { style: `background: ${data.colours[part]}` }), t(part))),
  );
  return section(t('curves'), t('curvesNote'), legend, chart('curves', 'wide'));
}

function cell(row, column, count, total, panel) {
  if (!count) return make('span', { className: 'none' }, '·');
  const colour = row === column ? '--right' : '--wrong';
  const id = `${row}-${column}`;
  const label = t('cell', { given: nameOf(row), named: nameOf(column), count });
  const button = make('button', {
    type: 'button', className: 'cell', title: label, 'aria-label': label, 'aria-expanded': String(open === id),
    style: `background: rgba(var(${colour}), ${0.15 + (0.55 * count) / total})`,
  }, String(count));
  button.addEventListener('click', () => {
    open = open === id ? null : id;
    for (const other of panel.closest('section').querySelectorAll('.cell')) other.setAttribute('aria-expanded', String(other === button && open === id));
    show(panel);
  });
  return button;
}

/** Shows the photos of the open cell in `panel`. */
function show(panel) {
  panel.replaceChildren();
  if (open === null) return;
  const [row, column] = open.split('-').map(Number);
  const photos = data.photos.filter((photo) => photo.label === row && photo.first === column);
  const title = t('cell', { given: nameOf(row), named: nameOf(column), count: data.matrix[row][column] });
  panel.append(make('h2', {}, title), photos.length ? sheet(photos.map(named)) : make('p', { className: 'soft' }, t('noPictures')));
}

function confusion() {
  const panel = make('div', { id: 'cell', 'aria-live': 'polite' });
  const head = make('tr', {}, make('th'), ...data.shown.map((column) => make('th', { title: nameOf(column) }, make('span', {}, nameOf(column)))));
  const rows = data.shown.map((row) => {
    const total = Object.values(data.matrix[row] ?? {}).reduce((sum, count) => sum + count, 0);
    const cells = data.shown.map((column) => make('td', {}, cell(row, column, data.matrix[row]?.[column] ?? 0, total, panel)));
    return make('tr', {}, make('th', { title: nameOf(row) }, nameOf(row)), ...cells);
  });
  const table = make('table', { className: 'matrix' }, make('thead', {}, head), make('tbody', {}, ...rows));
  const note = data.shown.length < data.involved ? ` ${t('some', { count: data.shown.length, all: data.involved })}` : '';
  const found = section(t('confusion'), t('confusionNote') + note, make('div', { className: 'scroll' }, table), panel);
  show(panel);
  return found;
}

function table(heads, rows) {
  const cells = (row) => row.map((value, index) => make('td', { className: index ? 'number' : '' }, value));
  return make('div', { className: 'scroll' }, make(
    'table', {},
    make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', {}, head)))),
    make('tbody', {}, ...rows.map((row) => make('tr', {}, ...cells(row)))),
  ));
}

const interval = (one) => (one.of ? `${percent(one.share)}  (${percent(one.low)} – ${percent(one.high)})` : '–');

function classes() {
  const rows = data.figures.map((one) => [nameOf(one.index), interval(one.precision), interval(one.recall), String(one.recall.of)]);
  return section(t('classes'), '', table([t('class'), t('precision'), t('recall'), t('count')], rows));
}

function worst() {
  const photos = data.worst.map((index) => data.photos[index]);
  return section(t('worst'), photos.length ? '' : t('noWorst'), photos.length ? sheet(photos.map(named)) : null);
}

function doubtful() {
  if (!data.doubtful) return null;
  const figures = data.doubtful.map((photo) => picture(
    photo,
    line(t('inFolder'), nameOf(photo.label)),
    line(t('suggested'), `${nameOf(photo.suggested)} ${percent(photo.probability)}`, 'wrong'),
  ));
  return section(t('doubtful'), figures.length ? t('doubtfulNote') : t('noDoubtful'), figures.length ? sheet(figures) : null);
}

function alike() {
  if (!data.alike) return null;
  const groups = [['copies', data.alike.copies], ['series', data.alike.series]].filter(([, pairs]) => pairs.length);
  const lists = groups.flatMap(([kind, pairs]) => [
    make('h2', {}, `${t(kind)} (${pairs.length})`),
    sheet(pairs.filter((pair) => pair.photos.length).map((pair) => pair.photos.map((photo) => picture(
      photo, nameOf(photo.label), pair.leaks ? make('div', { className: 'wrong' }, t('across')) : '',
    ))), 'pairs'),
  ]);
  return section(t('alike'), groups.length ? t('alikeNote') : t('noAlike'), ...lists);
}

function reliability() {
  const rows = data.reliability.map((bin) => [`${percent(bin.low)} – ${percent(bin.high)}`, percent(bin.probability), interval(bin.right), String(bin.right.of)]);
  return section(t('reliability'), t('reliabilityNote'), chart('reliability', 'chart'), table(['', t('probability'), t('right'), t('count')], rows));
}

function made() {
  const text = (value) => (Array.isArray(value) || typeof value !== 'object' || value === null ? [value].flat().join(', ')
    : Object.entries(value).map(([name, inner]) => `${name} ${inner}`).join(', '));
  const rows = Object.entries(data.made).map(([name, value]) => make('tr', {}, make('th', {}, name in TEXTS.en ? t(name) : name), make('td', {}, text(value))));
  const lost = data.unreadable.map(([file, reason]) => make('tr', {}, make('td', {}, file), make('td', {}, reason)));
  return [
    section(t('made'), '', make('div', { className: 'scroll' }, make('table', { className: 'made' }, make('tbody', {}, ...rows)))),
    lost.length ? section(t('unreadable'), '', make('div', { className: 'scroll' }, make('table', { className: 'made' }, make('tbody', {}, ...lost)))) : null,
  ];
}

function render() {
  document.documentElement.lang = language;
  document.title = t('title', { model: data.model });
  document.querySelector('h1').textContent = document.title;
  document.getElementById('language').textContent = t('language');
  const parts = [figures(), data.charts.curves ? curves() : null, confusion(), worst(), classes(), doubtful(), alike(), reliability(), ...made()];
  document.querySelector('main').replaceChildren(...parts.filter((part) => part !== null));
}

document.getElementById('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  render();
});
render();
