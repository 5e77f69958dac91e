import { expect, test } from 'vitest';
import { type InferredType, inferFeatureType } from '../../../src/core/profile/feature-type.ts';
import type { FeatureProfile } from '../../../src/core/profile/profile.ts';
import { hash32 } from '../../../src/core/stats/hash.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { profileOf } from './arbitraries.ts';

const rng = seededRng(8);
const below = (n: number) => Math.floor(rng.next() * n);
const pick = (...values: string[]) => values[below(values.length)] as string;
const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
const words = (count: number) =>
  Array.from({ length: count }, () =>
    pick('the', 'parcel', 'arrived', 'late', 'again', 'please', 'refund', 'my', 'order'),
  ).join(' ');
const NOW_MS = Date.UTC(2026, 0, 1);

function inferTypeOfValues(path: string, value: (i: number) => number | string, n = 1_000): InferredType {
  const key = path.split('.').at(-1) as string;
  const feature = profileOf(Array.from({ length: n }, (_, i) => ({ [key]: value(i) }))).features.get(
    key,
  ) as FeatureProfile;
  return inferFeatureType(path, feature);
}

test.each<[string, (i: number) => number | string, number?]>([
  ['request.request_key', uuid],
  ['request.request_key', uuid, 5_000],
  ['request.trace_id', () => hex(32)],
  ['request.order_id', (i) => 100_000 + i],
  ['request.orderId', (i) => 100_000 + 3 * i, 60_000],
  ['request.sent', (i) => NOW_MS + 37 * i],
  ['request.sent', (i) => (NOW_MS + 37 * i) / 1_000],
  ['request.created_at', () => Math.floor(NOW_MS / 1_000) + below(60)],
  ['request.expiryDate', () => NOW_MS + 86_400_000 * below(30)],
  ['request.clock_ns', (i) => (NOW_MS + i) * 1e6],
  ['request.at', (i) => `2026-01-01T00:00:${String(i % 60).padStart(2, '0')}Z`],
  ['request.day', () => pick('2026-01-01', '2026-01-02')],
  ['request.logged', (i) => `2026-01-01 00:00:${String(i % 60).padStart(2, '0')}`, 10],
  ['request.comment', () => words(12)],
  ['request.message', () => `${words(8)} ${pick('one', 'two')} ${below(900)}`],
  [
    'trace',
    (i) =>
      hash32(`trace ${Math.floor(i / 9)}`)
        .toString(16)
        .padStart(16, '0'),
    2_000,
  ],
  ['request.session_id', (i) => `s-${Math.floor(i / 5)}`, 2_000],
  ['request.session', () => `${below(3_000).toString(16).padStart(16, '0')}`],
])('%s is an identifier', (path, value, n) => {
  const inferred = inferTypeOfValues(path, value, n);
  expect(inferred).toMatchObject({ type: 'identifier' });
});

test.each<[string, (i: number) => number | string, number?]>([
  ['request.amount', () => 100 + 20 * rng.next()],
  ['request.amount_cents', () => below(1_000_000)],
  ['request.amount_cents', () => below(100_000_000), 20_000],
  ['request.duration_us', () => below(5_000_000)],
  ['response.response_time', () => below(5_000_000)],
  ['request.shop_id', () => below(20)],
  ['request.shop_id', () => 100_000 + below(5_000), 60_000],
  ['request.memory_bytes', () => 1_100_000_000 + below(2_000_000_000)],
  ['request.order_id', (i) => 100_000 + i, 49],
  ['request.price_key', () => rng.next()],
])('%s is numeric', (path, value, n) => expect(inferTypeOfValues(path, value, n)).toEqual({ type: 'numeric' }));

test.each<[string, (i: number) => number | string, number?]>([
  ['request.currency', () => pick('USD', 'EUR', 'CAD')],
  ['request.country', () => pick('DE', 'FR', 'US', 'GB', 'CA', 'JP', 'BR', 'IN')],
  ['response.status', () => pick('200', '404', '500')],
  ['request.tenant_id', () => pick('3b241101-e2bb-4255-8caf-4136c566a962', '3b241101-e2bb-4255-8caf-4136c566a963')],
  ['request.tenant', () => `3b241101-e2bb-4255-8caf-4136c566a9${10 + below(60)}`, 20_000],
  ['request.store_id', () => `store-${below(40)}`, 200],
  ['request.user_agent', () => `Mozilla/5.0 (X11; Linux x86_64; rv:${below(90)}) Gecko like many others before it`],
  ['request.user', () => `user-${below(700)}`],
  ['request.request_key', uuid, 49],
])('%s is categorical', (path, value, n) => expect(inferTypeOfValues(path, value, n)).toEqual({ type: 'categorical' }));

test('the reason is a sentence with the numbers in it', () => {
  expect(inferTypeOfValues('request.key', uuid, 200)).toEqual({
    type: 'identifier',
    reason: 'nearly every value is distinct (200 of 200)',
  });
  expect(inferTypeOfValues('request.sent', (i) => NOW_MS + i)).toEqual({
    type: 'identifier',
    reason: 'its values are moments in time (Unix milliseconds)',
  });
});

test('mixed types are what most values are; nothing is categorical', () => {
  expect(inferTypeOfValues('x', (i) => (i % 3 === 0 ? 'none' : i % 7))).toEqual({ type: 'numeric' });
  expect(inferTypeOfValues('x', (i) => (i % 3 === 0 ? 1 : 'some'))).toEqual({ type: 'categorical' });
  expect(inferFeatureType('x', {})).toEqual({ type: 'categorical' });
});
