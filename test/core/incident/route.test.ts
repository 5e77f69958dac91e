import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseChannels, type Route, type RouteTarget } from '../../../src/core/incident/route.ts';

const TARGET: RouteTarget = {
  severity: 'warning',
  service: 'payments_api',
  endpoint: 'POST /v2/payments',
  monitor: 'payments hourly',
  labels: { team: 'pay', tier: '1' },
};

const matches = (route: Omit<Route, 'channels'>, target: Partial<RouteTarget> = {}): boolean =>
  chooseChannels([{ ...route, channels: ['c'] }], { ...TARGET, ...target }).length === 1;

describe('chooseChannels', () => {
  it('the first route that matches has it', () => {
    const routes: Route[] = [
      { severity: ['critical'], channels: ['pager'] },
      { service: 'payments*', channels: ['pay', 'log'] },
      { channels: ['all'] },
    ];
    expect(chooseChannels(routes, TARGET)).toEqual(['pay', 'log']);
    expect(chooseChannels(routes, { ...TARGET, severity: 'critical' })).toEqual(['pager']);
    expect(chooseChannels(routes, { ...TARGET, service: 'other' })).toEqual(['all']);
  });

  it('goes on while those that match say continue, and names each channel once', () => {
    const routes: Route[] = [
      { channels: ['a', 'b'], continue: true },
      { severity: ['critical'], channels: ['pager'], continue: false },
      { channels: ['b', 'c'], continue: true },
      { monitor: 'none', channels: ['d'] },
      { channels: ['e'] },
      { channels: ['f'] },
    ];
    expect(chooseChannels(routes, TARGET)).toEqual(['a', 'b', 'c', 'e']);
    expect(chooseChannels(routes, { ...TARGET, severity: 'critical' })).toEqual(['a', 'b', 'pager']);
  });

  it('names no channel when no route matches', () => {
    expect(chooseChannels([], TARGET)).toEqual([]);
    expect(chooseChannels([{ service: 'x', channels: ['a'] }], TARGET)).toEqual([]);
  });

  it('all that a route names must match', () => {
    expect(
      matches({ service: 'payments_api', endpoint: 'POST *', monitor: '*hourly', severity: ['warning', 'info'] }),
    ).toBe(true);
    expect(matches({ service: 'payments_api', endpoint: 'GET *' })).toBe(false);
    expect(matches({ service: 'payments_api', severity: ['critical'] })).toBe(false);
  });

  it('labels are patterns, and one that is missing is empty', () => {
    expect(matches({ labels: { team: 'p*', tier: '1' } })).toBe(true);
    expect(matches({ labels: { team: 'p*', tier: '2' } })).toBe(false);
    expect(matches({ labels: { region: 'eu' } })).toBe(false);
    expect(matches({ labels: { region: '' } })).toBe(true);
  });

  it('a pattern stands for the whole text, case and all', () => {
    expect(matches({ service: 'payments' })).toBe(false);
    expect(matches({ service: 'Payments_api' })).toBe(false);
    expect(matches({ service: '*api' })).toBe(true);
    expect(matches({ service: '*' }, { service: '' })).toBe(true);
    expect(matches({ service: '' })).toBe(false);
  });

  it('only the star means anything', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab.+?^{$}()|[]\\/-\n\u2028 👍'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, service) => {
        expect(matches({ service: pattern }, { service: pattern })).toBe(true);
        expect(matches({ service: pattern }, { service })).toBe(pattern === service);
      }),
    );
  });

  it('a star stands for any text, also in several lines', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '\n', '\\'), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), fc.array(text, { maxLength: 4 }), (parts, fill) => {
        const service = parts.map((part, i) => part + (i < parts.length - 1 ? (fill[i] ?? '') : '')).join('');
        expect(matches({ service: parts.join('*') }, { service })).toBe(true);
        expect(matches({ service: `${parts.join('*')}!` }, { service })).toBe(false);
      }),
    );
  });

  it('a pattern of many stars ends: by backtracking it would take longer than anybody lives', () => {
    expect(matches({ service: `${'*a'.repeat(20)}*b` }, { service: 'a'.repeat(1_000) })).toBe(false);
  });
});
