import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileApp } from './compiler/app.js';
import { openingTags } from './compiler/wxml-tags.js';
import { FIXTURE, variant } from './variant.js';

const appJson = JSON.parse(readFileSync(join(FIXTURE, 'app.json'), 'utf8'));
const withApp = (change) => ({ 'app.json': JSON.stringify({ ...appJson, ...change }, null, 2) });
const HOME = 'pages/home/home';
const MATERIAL = { materialType: 'image/*', name: '用${nickname}打开', desc: '看图', path: HOME };

test('the fixture compiles to plain data', async () => {
  const app = await compileApp(FIXTURE);
  expect(Object.keys(app.components)).toEqual([
    'pages/home/home',
    'components/badge/badge',
    'pages/detail/detail',
  ]);
  expect(Object.keys(app.modules)).toContain('modules/punctuation.js');
  expect(app.assets['images/dot.png']).toMatch(/^data:image\/png;base64,/);
  expect(JSON.parse(JSON.stringify(app))).toEqual(app);
});

test.each([
  [
    'a page that is not there',
    withApp({ pages: ['pages/home/home', 'pages/none/none'] }),
    /app\.json.*pages\/none\/none\.wxml does not exist/,
  ],
  ['an unknown key of app.json', withApp({ pagez: [] }), /app\.json:\d+: .*"pagez"/],
  ['an unknown key of a page', { [`${HOME}.json`]: '{\n  "titel": "x"\n}' }, /home\.json:2: .*"titel"/],
  ['broken JSON', { [`${HOME}.json`]: '{\n  "a": 1,,\n}' }, /home\.json:2:\d+/],
  [
    'a theme variable that is not there',
    withApp({ window: { backgroundColor: '@nope' } }),
    /app\.json:\d+: @nope is not in the theme's "light"/,
  ],
  ...[
    [{ materialType: 'image/*' }, /"name" is missing/],
    [{ ...MATERIAL, materialType: 'image' }, /"image" is no MIME type/],
    [{ ...MATERIAL, name: '打开' }, /must have \$\{nickname\}/],
    [{ ...MATERIAL, name: '用${nickname}看看这张照片' }, /more than 6 letters/],
    [{ ...MATERIAL, desc: '字'.repeat(23) }, /more than 22 letters/],
    [{ ...MATERIAL, path: 'pages/none/none' }, /page "pages\/none\/none" is not in/],
    [{ ...MATERIAL, icon: 'a' }, /unknown field "icon"/],
  ].map(([material, message]) => [
    `a material of a chat: ${message}`,
    withApp({ supportedMaterials: [material] }),
    new RegExp(`app\\.json:\\d+: supportedMaterials: .*${message.source}`),
  ]),
  ['a material that is declared twice', withApp({ supportedMaterials: [MATERIAL, MATERIAL] }), /declared twice/],
  [
    'a package that is too large',
    { 'images/large.png': 'x'.repeat(2 * 1024 * 1024) },
    /app\.json: the package has 2\d{6} bytes/,
  ],
  ['pull-down refresh', { [`${HOME}.json`]: '{ "enablePullDownRefresh": true }' }, /no pull-down refresh/],
  ['a syntax error in a script', { [`${HOME}.js`]: 'Page({\n  data: {,}\n});' }, /home\.js:2:\d+/],
  [
    'a required script that is not there',
    { [`${HOME}.js`]: "\nrequire('./none');\nPage({});" },
    /home\.js:2:\d+: require\('\.\/none'\) finds no script/,
  ],
  [
    'an npm package',
    { [`${HOME}.js`]: "require('lodash');\nPage({});" },
    /home\.js:1:\d+: require\('lodash'\)/,
  ],
  ['import', { [`${HOME}.js`]: "import x from '../../modules/greeting.js';\nPage({ x });" }, /home\.js:1/],
  ['export', { 'modules/greeting.js': 'exports.a = 1;\nexport const b = 2;' }, /greeting\.js:2/],
  [
    'dynamic import',
    { [`${HOME}.js`]: "import('../../modules/greeting.js');\nPage({});" },
    /home\.js:1:\d+: a phone has only require/,
  ],
  [
    'a tag that is not closed',
    { [`${HOME}.wxml`]: '<view>\n<text>a\n</view>' },
    /home\.wxml:\d+:\d+: missing end tag/,
  ],
  [
    'a broken expression',
    { [`${HOME}.wxml`]: '<view>\n{{ a b }}</view>' },
    /home\.wxml:2:\d+: unexpected character/,
  ],
  [
    'an unknown directive',
    { [`${HOME}.wxml`]: '<view wx:iff="{{a}}"></view>' },
    /home\.wxml:1:\d+: invalid attribute prefix/,
  ],
  [
    'an unknown component',
    { [`${HOME}.wxml`]: '<view>\n  <movable-area /></view>' },
    /home\.wxml:2: <movable-area> is no component/,
  ],
  [
    'an unknown property',
    { [`${HOME}.wxml`]: '<view\n  tooltip="x"></view>' },
    /home\.wxml:2: .*<view> has no "tooltip"/,
  ],
  [
    'an unknown value',
    { [`${HOME}.wxml`]: '<button open-type="getPhoneNumber" />' },
    /home\.wxml:1: .*open-type="getPhoneNumber"/,
  ],
  [
    'an unknown event',
    { [`${HOME}.wxml`]: '<image bindlaod="x" />' },
    /home\.wxml:1: <image> has no event "laod"/,
  ],
  [
    'aria on a component',
    { [`${HOME}.wxml`]: '<badge aria-label="x" />' },
    /home\.wxml:1: aria-label has no effect/,
  ],
  [
    'an included template that is not there',
    { [`${HOME}.wxml`]: '<include src="none.wxml" />' },
    /home\.wxml: pages\/home\/none\.wxml does not exist/,
  ],
  ['broken WXSS', { [`${HOME}.wxss`]: '.a {\n  color: red;\n' }, /home\.wxss:1:1/],
  [
    'an imported style sheet that is not there',
    { [`${HOME}.wxss`]: '\n@import "none.wxss";' },
    /home\.wxss:2:1: @import finds no/,
  ],
  [
    'a local picture in WXSS',
    { [`${HOME}.wxss`]: '.a {\n background: url(/images/dot.png); }' },
    /home\.wxss:2:\d+: WXSS cannot show/,
  ],
  ['the universal selector', { [`${HOME}.wxss`]: '* { color: red; }' }, /home\.wxss:1:1: .*"\*"/],
  [
    'a tag selector in a component',
    { 'components/badge/badge.wxss': 'view { color: red; }' },
    /badge\.wxss:1:1: .*must not select the tag view/,
  ],
  [
    'a component without JSON',
    { [`${HOME}.json`]: '{ "usingComponents": { "x-y": "/components/none/none" } }' },
    /home\.json: component components\/none\/none has no/,
  ],
])('%s is refused with its place', async (_, files, message) => {
  await expect(compileApp(variant(files))).rejects.toThrow(message);
});

test('opening tags carry their line, and text is no tag', () => {
  const source = '<!-- <no> -->\n<view\n  class="a > b"\n  bindtap="go">{{ 1 < 2 }}</view>\n<text hidden />';
  expect(openingTags(source)).toEqual([
    {
      name: 'view',
      line: 2,
      attributes: [
        { name: 'class', value: 'a > b', line: 3 },
        { name: 'bindtap', value: 'go', line: 4 },
      ],
    },
    { name: 'text', line: 5, attributes: [{ name: 'hidden', value: undefined, line: 5 }] },
  ]);
});
