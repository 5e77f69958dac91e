import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { assertMonitors, checkMonitors } from '../../../src/services/monitors/check-monitors.ts';
import { emptyDatabase } from '../../http/service.ts';

const LEAST = { name: 'm', stream: { service: 's', endpoint: 'e' }, window: '1h', every: '5m' };
const CHANNELS: ReadonlySet<string> = new Set(['slack', 'email']);

/** Errors of one monitor, without the head of their paths. */
function errorsOf(changed: object): [path: string, message: string][] {
  return checkMonitors([{ ...LEAST, ...changed }], CHANNELS).map(({ path, message }) => {
    expect(path).toMatch(/^\/monitors\/0(\/|$)/);
    return [path.slice('/monitors/0/'.length), message];
  });
}

const pathsOf = (changed: object) => errorsOf(changed).map(([path]) => path);
const DURATION = /^use 30m, 1h, 24h, 7d, or whole seconds such as 3600; from \d+ seconds to \d+ days$/;

describe('checkMonitors', () => {
  it('takes what is right', () => {
    expect(checkMonitors([LEAST, { ...LEAST, name: 'n', channels: ['slack'] }], CHANNELS)).toEqual([]);
    expect(checkMonitors([], CHANNELS)).toEqual([]);
  });

  it.each([
    ['name', { name: '' }, 'is empty'],
    ['name', { name: 'x'.repeat(201) }, 'is longer than 200 characters'],
    ['name', { name: 'a\0' }, 'holds a NUL character'],
    ['stream/service', { stream: { service: '', endpoint: 'e' } }, 'is empty'],
    ['stream/endpoint', { stream: { service: 's', endpoint: 'x'.repeat(513) } }, 'is longer than 400 characters'],
    ['reference', { reference: 'weeks' }, /^use baseline, /],
    ['reference/same_hours/weeks', { reference: { same_hours: { weeks: 0 } } }, /./],
    ['reference/extra', { reference: { baseline: 'b', extra: 1 } }, /^unknown setting "extra"/],
    ['window', { window: '59s' }, DURATION],
    ['window', { window: '31d' }, DURATION],
    ['window', { window: 'an hour' }, DURATION],
    ['window', { window: '0' }, DURATION],
    ['window', { window: -5 }, DURATION],
    ['window', { window: 1.5 }, DURATION],
    ['window', { window: true }, DURATION],
    ['window', { window: '90s' }, 'use whole minutes'],
    ['every', { every: '30s' }, DURATION],
    ['every', { every: undefined }, 'give either every or cron'],
    ['every', { cron: '* * * * *' }, 'give either every or cron'],
    ['cron', { every: undefined, cron: '61 * * * *' }, /^"61 \* \* \* \*": .*five fields, such as/],
    ['cron', { every: undefined, cron: '* * * * * *' }, /five fields/],
    ['cron', { every: undefined, cron: '0 0 31 2 *' }, /never comes true/],
    ['cron', { every: undefined, cron: 'x'.repeat(201) }, /./],
    ['zone', { zone: 'Europe/Atlantis' }, 'is not a time zone; use a name such as Europe/Berlin'],
    ['zone', { every: undefined, cron: '* * * * *', zone: 'Mars' }, /^is not a time zone/],
    ['delay', { delay: '2d' }, DURATION],
    ['delay', { delay: 0 }, DURATION],
    ['policy', { policy: 'strict' }, /./],
    ['tests', { tests: ['nope'] }, /^use "auto" or a list of ks, /],
    ['tests', { tests: [] }, /./],
    ['preset', { preset: 'nope' }, /./],
    ['preset', { preset: 'evidently', tests: 'auto' }, 'give tests or a preset, not both'],
    ['correction', { correction: 'holm' }, /./],
    ['alpha', { alpha: 0 }, /./],
    ['alpha', { alpha: 1 }, /./],
    ['floors/ks', { floors: { ks: -1 } }, /./],
    ['floors/nope', { floors: { nope: 1 } }, /./],
    ['features/a/alpha', { features: { a: { alpha: 2 } } }, /./],
    ['features/a/floors/ks', { features: { a: { floors: { ks: 'x' } } } }, /./],
    ['slo/success_rate_min', { slo: { success_rate_min: 1.1 } }, /./],
    ['slo/latency_p95_max', { slo: { latency_p95_max: 0 } }, /./],
    ['aggregate/rule', { aggregate: { rule: 'most' } }, /./],
    ['aggregate/share', { aggregate: { rule: 'share', share: 0 } }, /./],
    ['open_after', { open_after: 0 }, /./],
    ['open_after', { open_after: 1.5 }, /./],
    ['close_after', { close_after: 101 }, /./],
    ['dedup_window', { dedup_window: '8d' }, DURATION],
    ['group_by', { group_by: 'check' }, /./],
    ['severity/warning', { severity: { warning: 0.9 } }, /./],
    ['severity/slo', { severity: { slo: 'off' } }, /./],
    ['severity/no_data', { severity: { no_data: 'none' } }, /./],
    ['severity', { severity: { warning: 3, critical: 2 } }, 'critical must not be below warning'],
    ['runbook_url', { runbook_url: 'javascript:alert(1)' }, /http:\/\/ or https:\/\//],
    ['dashboard_url', { dashboard_url: 'grafana' }, /http:\/\/ or https:\/\//],
    ['channels', { channels: [] }, /./],
    ['channels/1', { channels: ['slack', 'pager'] }, 'no channel is called "pager"; there are slack, email'],
    ['repeat_interval', { repeat_interval: '1s' }, DURATION],
    ['update_interval', { update_interval: '2d' }, DURATION],
    ['quiet_hours/from', { quiet_hours: { from: '7:00', to: '08:00' } }, 'use HH:MM, in quotes'],
    ['quiet_hours/zone', { quiet_hours: { from: '07:00', to: '08:00', zone: 'x' } }, /^is not a time zone/],
    ['catchup', { catchup: 'some' }, /./],
    ['labels/', { labels: { '': 'x' } }, /./],
    ['labels/tier', { labels: { tier: 1 } }, /./],
    ['paused', { paused: 'yes' }, /./],
  ] as const)('refuses %s in %j', (path, changed, message) => {
    const errors = errorsOf(changed);
    expect(errors).toHaveLength(1);
    const [found, lastNotification] = errors[0] ?? [];
    expect(found).toBe(path);
    if (typeof message === 'string') expect(lastNotification).toBe(message);
    else expect(lastNotification).toMatch(message);
  });

  it('says what is missing', () => {
    expect(checkMonitors([{}], CHANNELS)).toEqual([
      { path: '/monitors/0/name', message: 'is missing' },
      { path: '/monitors/0/stream', message: 'is missing' },
      { path: '/monitors/0/window', message: 'is missing' },
      { path: '/monitors/0/every', message: 'give either every or cron' },
    ]);
    expect(errorsOf({ stream: { service: 's' } })).toEqual([['stream/endpoint', 'is missing']]);
  });

  it.each([{ name: 5 }, { paused: 'yes' }, { open_after: '2' }, { labels: { tier: 1 } }, { stream: 's' }])(
    'what is of the wrong type is not missing: %j',
    (changed) => {
      const [[, message] = []] = errorsOf(changed);
      expect(message).toBeTruthy();
      expect(message).not.toBe('is missing');
    },
  );

  it.each([[null], ['m'], [5], [[]]])('a monitor that is %j is refused at its place', (document) => {
    const errors = checkMonitors([LEAST, document], CHANNELS);
    expect(errors).toMatchObject([{ path: '/monitors/1' }]);
    expect(errors[0]?.message).not.toBe('is missing');
  });

  it('an unknown key is an error of that key, with the one that was meant', () => {
    expect(errorsOf({ winow: '1h', repeat_intervall: '1h', Channels: ['slack'] })).toEqual([
      ['winow', 'unknown setting "winow"; did you mean window?'],
      ['repeat_intervall', 'unknown setting "repeat_intervall"; did you mean repeat_interval?'],
      ['Channels', 'unknown setting "Channels"; did you mean channels?'],
    ]);
    expect(errorsOf({ thresholds: 1 })).toEqual([
      ['thresholds', expect.stringMatching(/; there are name, stream, .*paused$/)],
    ]);
  });

  it.each([
    ['severity/warnin', { severity: { warnin: 2 } }, 'warning'],
    ['slo/success_rate', { slo: { success_rate: 0.9 } }, 'success_rate_min'],
    ['quiet_hours/form', { quiet_hours: { form: '22:00', from: '22:00', to: '07:00' } }, 'from'],
    ['stream/services', { stream: { service: 's', endpoint: 'e', services: 1 } }, 'service'],
    ['features/a/test', { features: { a: { test: ['ks'] } } }, 'tests'],
  ])('the hint for %s is of the settings that are there', (path, changed, meant) => {
    const errors = errorsOf(changed);
    expect(errors.map(([at]) => at)).toEqual([path]);
    const [, hint = ''] = (errors[0]?.[1] ?? '').split(';');
    expect(hint).toContain(meant);
    expect(hint).not.toMatch(/repeat_interval|\bname\b/);
  });

  it('all that is wrong is reported at once, also what is wrong between settings', () => {
    expect(pathsOf({ window: '90s', severity: { warning: 3, critical: 2 }, every: undefined, nope: 1 }).sort()).toEqual(
      ['every', 'nope', 'severity', 'window'],
    );
    expect(pathsOf({ window: 'soon', cron: '* * * * *' }).sort()).toEqual(['every', 'window']);
  });

  it('a name is there once', () => {
    expect(checkMonitors([LEAST, { ...LEAST, name: 'n' }, LEAST, LEAST], CHANNELS)).toEqual([
      { path: '/monitors/2/name', message: '"m" is the name of monitor 1 too' },
      { path: '/monitors/3/name', message: '"m" is the name of monitor 1 too' },
    ]);
  });

  it('a name that is there twice, and a channel that is not there, are reported with another mistake too', () => {
    const errors = checkMonitors([LEAST, { ...LEAST, alpha: 7, channels: ['pager'] }], CHANNELS);
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/monitors/1/alpha',
      '/monitors/1/channels/0',
      '/monitors/1/name',
    ]);
  });

  it('where channels are not known they are not checked', () => {
    expect(checkMonitors([{ ...LEAST, channels: ['pager'] }], undefined)).toEqual([]);
  });

  it('a path is a JSON pointer, whatever a feature is called', () => {
    expect(pathsOf({ features: { 'a/b~c': { alpha: 2 } } })).toEqual(['features/a~1b~0c/alpha']);
  });

  it('never throws', () => {
    const keys = [
      'name',
      'stream',
      'window',
      'every',
      'cron',
      'zone',
      'features',
      'labels',
      'severity',
      'reference',
      '__proto__',
    ];
    const document = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(fc.jsonValue(), fc.constantFrom('1h', '* * * * *', 'UTC')),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(document, fc.jsonValue()), { maxLength: 3 }), (documents) => {
        for (const { path, message } of checkMonitors(documents, CHANNELS)) {
          expect(path).toMatch(/^\/monitors\/[0-2](\/|$)/);
          expect(message).not.toBe('');
        }
      }),
    );
  });
});

describe('assertMonitors', () => {
  const refusalOf = async (documents: readonly unknown[]) => {
    try {
      await assertMonitors({ db: emptyDatabase, channelNames: CHANNELS }, documents);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    return undefined;
  };

  it('lets pass what is right', async () => expect(await refusalOf([LEAST])).toBeUndefined());

  it('refuses a name that is too long for a new stream', async () => {
    const long = { service: 's'.repeat(201), endpoint: 'e'.repeat(401) };
    expect((await refusalOf([LEAST, { ...LEAST, name: 'long', stream: long }]))?.errors).toEqual([
      { path: '/monitors/1/stream/service', message: 'is longer than 200 characters' },
      { path: '/monitors/1/stream/endpoint', message: 'is longer than 400 characters' },
    ]);
  });

  it('has the first error in its text, and all of them in a list', async () => {
    const refusal = await refusalOf([{ ...LEAST, winow: 1, alpha: 2 }]);
    expect(refusal).toMatchObject({ code: 'invalid_monitor' });
    expect(refusal?.errors?.map(({ path }) => path).sort()).toEqual(['/monitors/0/alpha', '/monitors/0/winow']);
    expect(refusal?.message).toMatch(/^\/monitors\/0\/\w+: .*, and 1 more; nothing was applied$/);
    expect((await refusalOf([{ ...LEAST, alpha: 2 }]))?.message).not.toContain('more');
  });
});
