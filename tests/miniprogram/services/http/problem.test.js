import { describe, expect, it } from 'vitest';
import schema from '../../../../shared/contract.schema.json' with { type: 'json' };
import { example, load } from '../../sources.js';

const { responseFailure } = load('services/http/problem.js');
const { isWorthRetrying } = load('services/http/failure.js');
const { transportKind } = load('services/http/transport-failure.js');

it('reads the golden problems', () => {
  expect(responseFailure(422, example('problem'))).toMatchObject({
    kind: 'image-unreadable',
    requestId: '0f9d7b5e3c1a4e6f8a2b4c6d8e0f1a3b',
    retryAfter: 0,
  });
  expect(responseFailure(503, example('problem-loading'))).toMatchObject({ kind: 'model-loading', retryAfter: 3 });
});

it.each(schema.$defs.ProblemCode.enum)('knows the code %s of the contract', (code) => {
  const body = { ...JSON.parse(example('problem')), code };
  expect(responseFailure(400, body).kind).toBe(code);
});

describe('where the code says nothing', () => {
  it.each([
    [400, 'refused'],
    [403, 'refused'],
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [413, 'image-too-large'],
    [429, 'busy'],
    [500, 'server-error'],
    [501, 'server-error'],
    [502, 'gateway'],
    [503, 'busy'],
    [504, 'gateway'],
    [302, 'wrong-form'],
    [204, 'wrong-form'],
  ])('status %i means %s', (status, kind) => {
    const unknown = JSON.stringify({ ...JSON.parse(example('problem')), code: 'moon-phase', status });
    expect(responseFailure(status, unknown).kind).toBe(kind);
    expect(responseFailure(status, '<html>nginx</html>').kind).toBe(kind);
    expect(responseFailure(status, '').kind).toBe(kind);
  });

  it('a code that every object has is no code', () => {
    expect(responseFailure(500, '{"code": "constructor"}').kind).toBe('server-error');
  });

  it.each(['null', '[]', '7'])('the body %s does no harm', (body) => {
    expect(responseFailure(500, body).kind).toBe('server-error');
  });

  it.each([-5, 'soon', null])('a wait of %j is none', (wait) => {
    expect(responseFailure(503, { code: 'overloaded', retry_after: wait }).retryAfter).toBe(0);
  });
});

describe('a request that got no answer', () => {
  it.each([
    ['uploadFile:fail abort', 'wifi', 'cancelled'],
    ['uploadFile:fail interrupted', 'wifi', 'interrupted'],
    ['uploadFile:fail timeout', 'wifi', 'timeout'],
    ['request:fail The request timed out.', '4g', 'timeout'],
    ['uploadFile:fail timeout', 'none', 'offline'],
    ['uploadFile:fail url not in domain list', 'wifi', 'domain-not-listed'],
    ['request:fail ssl hand shake error', 'wifi', 'insecure'],
    ['request:fail net::ERR_CERT_DATE_INVALID', 'wifi', 'insecure'],
    ['uploadFile:fail file not found', 'none', 'photo-gone'],
    ['uploadFile:fail Error: connect ECONNREFUSED 127.0.0.1:5000', 'wifi', 'unreachable'],
    ['request:fail -105:net::ERR_NAME_NOT_RESOLVED', 'none', 'offline'],
    ['request:fail', 'unknown', 'unreachable'],
  ])('%s on %s is %s', (errMsg, network, kind) => {
    expect(transportKind(errMsg, network)).toBe(kind);
  });
});

it('offers another try where it can help, and only there', () => {
  for (const kind of ['offline', 'timeout', 'interrupted', 'model-loading', 'overloaded', 'internal', 'gateway']) {
    expect(isWorthRetrying(kind), kind).toBe(true);
  }
  for (const kind of ['image-too-large', 'image-format-unsupported', 'photo-gone', 'not-found', 'address-not-set']) {
    expect(isWorthRetrying(kind), kind).toBe(false);
  }
});
