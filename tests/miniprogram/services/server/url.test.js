import { describe, expect, it } from 'vitest';
import { load } from '../../sources.js';

const { parseAddress, parseCloud, isLoopback, isPlaceholder, isPrivate, resolveAgainst } = load('services/server/url.js');

describe('an address as it is typed', () => {
  it.each([
    ['http://192.168.1.5:5000', 'http://192.168.1.5:5000'],
    ['  http://192.168.1.5:5000/ ', 'http://192.168.1.5:5000'],
    ['192.168.1.5:5000', 'http://192.168.1.5:5000'],
    ['192。168。1。5：5000', 'http://192.168.1.5:5000'],
    ['HTTPS://Recognise.Example.com/', 'https://recognise.example.com'],
    ['https://example.com/PaiShi/v1//', 'https://example.com/PaiShi/v1'],
    ['http://[::1]:5000', 'http://[::1]:5000'],
    ['my-laptop.local', 'http://my-laptop.local'],
    ['http://localhost:05000', 'http://localhost:5000'],
  ])('%s is taken as %s', (typed, address) => {
    expect(parseAddress(typed)).toBe(address);
  });

  it.each(['', 'http://', 'ftp://example.com', 'http://example.com:0', 'http://example.com:65536', 'http://a b?', 'http://example.com/?x=1', '你好', 'http://-', 'http://me:secret@example.com'])(
    '%j is refused',
    (typed) => expect(parseAddress(typed)).toBeNull(),
  );
});

it.each([
  ['http://127.0.0.1:5000', true],
  ['http://localhost', true],
  ['http://[::1]:5000', true],
  ['http://127.1.2.3/paishi', true],
  ['http://192.168.1.5:5000', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
])('%s is this device itself: %s', (address, own) => {
  expect(isLoopback(address)).toBe(own);
});

it.each([
  ['http://192.168.1.5:5000', true],
  ['http://10.0.0.7/paishi', true],
  ['https://172.16.0.1', true],
  ['http://172.31.255.1', true],
  ['http://169.254.3.4:80', true],
  ['http://172.32.0.1', false],
  ['http://192.169.1.5', false],
  ['http://8.8.8.8', false],
  ['http://10.0.0.7.example.com', false],
  ['http://recognise.example.com/10.0.0.7', false],
  ['http://127.0.0.1:5000', false],
])('%s lies in a local network: %s', (address, local) => {
  expect(isPrivate(address)).toBe(local);
});

it.each([
  ['https://example.invalid', true],
  ['https://example.invalid:8443/x', true],
  ['', true],
  ['https://example.invalid.com', false],
  ['https://notinvalid', false],
  ['https://recognise.example.com', false],
])('%s is a placeholder: %s', (address, placeholder) => {
  expect(isPlaceholder(address)).toBe(placeholder);
});

describe('a url out of an answer', () => {
  it.each([
    ['https://a.example', 'http://a.example/image/x1', 'https://a.example/image/x1'],
    ['http://127.0.0.1:5000', 'http://0.0.0.0:8000/image/x1', 'http://127.0.0.1:5000/image/x1'],
    ['https://a.example/paishi', 'http://inner:5000/image/x1', 'https://a.example/paishi/image/x1'],
    ['https://a.example/paishi', 'https://a.example/paishi/image/x1', 'https://a.example/paishi/image/x1'],
    ['https://a.example', 'https://a.example/image/x1?k=v', 'https://a.example/image/x1?k=v'],
    ['https://a.example', '/image/x1', 'https://a.example/image/x1'],
  ])('at %s, %s is fetched from %s', (address, url, fetched) => {
    expect(resolveAgainst(address, url)).toBe(fetched);
  });
});

describe('a service of 微信云托管', () => {
  it.each([
    ['cloud:prod-7g/paishi', { env: 'prod-7g', service: 'paishi', path: '/' }],
    ['cloud:prod-7g/paishi/explain?label=a/b', { env: 'prod-7g', service: 'paishi', path: '/explain?label=a/b' }],
  ])('%s is one', (url, parts) => {
    expect(parseCloud(url)).toEqual(parts);
    expect(isPlaceholder(url) || isLoopback(url) || isPrivate(url)).toBe(false);
  });

  it.each(['https://cloud.example/paishi', 'cloud:prod-7g', 'cloud:/paishi', 'cloud://prod-7g/paishi'])('%s is none', (url) => {
    expect(parseCloud(url)).toBeNull();
  });

  it('cannot be typed', () => {
    expect(parseAddress('cloud:prod-7g/paishi')).toBeNull();
  });
});
