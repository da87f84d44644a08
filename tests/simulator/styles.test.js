import { expect, test } from 'vitest';
import { compileStyles } from './compiler/wxss.js';
import { SourceFolder } from './compiler/source-folder.js';
import { responsiveUnits } from './runtime/responsive-units.js';
import { variant } from './variant.js';

const compiled = (wxss, kind, path = 'pages/home/home') =>
  compileStyles(new SourceFolder(variant({ 'x.wxss': wxss })), 'x.wxss', { kind, path })
    .replace(/\s+/g, ' ')
    .trim();

test('750rpx are the width of the phone', () => {
  expect(responsiveUnits('750rpx')).toBe('100cqw');
  expect(responsiveUnits('calc(100% - 37.5rpx) -10rpx')).toBe('calc(100% - 5cqw) -1.33333333cqw');
  expect(responsiveUnits('50vw 10vh 3px')).toBe('50cqw 10cqh 3px');
});

test('a page styles only itself, without more weight', () => {
  expect(compiled('.a view { color: red }', 'page')).toBe(
    ':where([data-route="pages/home/home"]) .a wx-view { color: red }',
  );
  expect(compiled('page { color: red }', 'page')).toBe(
    'wx-page:where([data-route="pages/home/home"] > *) { color: red }',
  );
});

test('a component gets marks where its scope comes', () => {
  expect(compiled('.a, .b.c::after { color: red }', 'component')).toBe(
    '._scope_a, ._scope_b._scope_c::after { color: red }',
  );
  expect(compiled(':host { color: red }', 'component')).toBe('[wx-host="_scope_"] { color: red }');
});

test('keyframes are left alone', () => {
  expect(compiled('@keyframes k { from { top: 75rpx } to { top: 0 } }', 'component')).toBe(
    '@keyframes k { from { top: 10cqw } to { top: 0 } }',
  );
});
