import { describe, expect, it } from 'vitest';
import { applyMonitors } from '../../../src/services/monitors/apply-monitors.ts';
import { keepDefaultMonitors } from '../../../src/services/monitors/default-monitors.ts';
import { deleteMonitor } from '../../../src/services/monitors/delete-monitor.ts';
import { keepPatternMonitors } from '../../../src/services/monitors/pattern-monitors.ts';
import { pauseMonitor } from '../../../src/services/monitors/pause-monitor.ts';
import { changeMonitor, createMonitor } from '../../../src/services/monitors/put-document.ts';
import { activateBaseline, findBaseline } from '../../../src/store/baselines.ts';
import { findPatternByName } from '../../../src/store/monitor-patterns.ts';
import { findMonitor, listAllMonitors } from '../../../src/store/monitors.ts';
import { createStreams, getOrCreateStream } from '../../../src/store/streams.ts';
import { monitorOf, TEN } from './runs.ts';
import { openWatching, START, slotAt, type Watching } from './watching.ts';

const WEB = { name: 'web', stream: { service: 'web*' }, window: '10m', every: '10m', reference: 'previous_window' };

const streamsOf = (...names: readonly (readonly [string, string])[]) =>
  names.map(([service, endpoint]) => ({ service, endpoint }));

/** Without a baseline, so that only monitors with another reference are made for them. */
async function openWeb() {
  const watching = await openWatching();
  await createStreams(watching.db, streamsOf(['web', 'GET /a'], ['web-2', 'POST /b'], ['other', 'GET /a']));
  return watching;
}

const apply = ({ context }: Watching, monitors: readonly object[], more: { prune?: boolean; dryRun?: boolean } = {}) =>
  applyMonitors(context, { monitors, prune: false, dryRun: false, ...more });

async function namesIn({ db }: Watching): Promise<string[]> {
  return (await listAllMonitors(db)).map(({ name }) => name).sort();
}

describe('a monitor for many streams', () => {
  it('makes one for each stream that matches, and says so before', async () => {
    const watching = await openWeb();
    const answer = {
      created: ['web', 'web: web GET /a', 'web: web-2 POST /b'],
      changed: [],
      unchanged: [],
      deleted: [],
      patterns: [{ name: 'web', monitors: 2 }],
    };
    expect(await apply(watching, [WEB], { dryRun: true })).toEqual(answer);
    expect(await namesIn(watching)).toEqual([]);
    expect(await apply(watching, [WEB])).toEqual(answer);
    expect(await namesIn(watching)).toEqual(['web: web GET /a', 'web: web-2 POST /b']);
    expect(await monitorOf(watching, 'web: web GET /a')).toMatchObject({ origin: 'pattern', pattern: 'web' });
    expect(await apply(watching, [WEB])).toEqual({ ...answer, created: [], unchanged: ['web'] });
  });

  it('has the endpoints that it names', async () => {
    const watching = await openWeb();
    await apply(watching, [{ ...WEB, stream: { service: 'web*', endpoint: 'GET *' } }]);
    expect(await namesIn(watching)).toEqual(['web: web GET /a']);
  });

  it('makes one for a stream that comes later, once, whichever process sees it first', async () => {
    const watching = await openWeb();
    await apply(watching, [WEB]);
    await createStreams(watching.db, streamsOf(['web', 'GET /late'], ['others', 'GET /late']));
    await Promise.all([watching, watching.another()].map(({ context }) => keepPatternMonitors(context)));
    await keepPatternMonitors(watching.context);
    expect(await namesIn(watching)).toEqual(['web: web GET /a', 'web: web GET /late', 'web: web-2 POST /b']);
  });

  it('runs, and opens the incidents of each stream', async () => {
    const watching = await openWeb();
    await apply(watching, [{ ...WEB, name: 'all', stream: { service: 'pay*' }, open_after: 1, delay: '1s' }]);
    await watching.pay(START, START + TEN, 300);
    await watching.runAt(slotAt(1));
    expect(watching.channel.sent.map(({ monitor }) => monitor)).toEqual(['all: payments POST /pay']);
  });

  it('waits for the active baseline of a stream where it compares with that', async () => {
    const watching = await openWatching();
    const { db } = watching;
    await createStreams(db, streamsOf(['web', 'GET /a']));
    const { reference: _, ...onBaseline } = WEB;
    const all = [{ ...onBaseline, stream: { service: '*' } }];
    expect((await apply(watching, all)).created).toEqual(['web', 'web: payments POST /pay']);
    await keepPatternMonitors(watching.context);
    expect(await namesIn(watching)).toEqual(['web: payments POST /pay']);
    const { id } = await getOrCreateStream(db, 'web', 'GET /a');
    const baseline = await findBaseline(db, 'payments');
    await db.query('update baselines set stream_id = $1 where id = $2', [id, baseline?.id]);
    await db.transaction((tx) => activateBaseline(tx, baseline?.id ?? 0));
    await keepPatternMonitors(watching.context);
    expect(await namesIn(watching)).toEqual(['web: payments POST /pay', 'web: web GET /a']);
    await keepDefaultMonitors(watching.context);
    expect(await namesIn(watching)).toHaveLength(2);
  });

  it('changes all of them, and keeps what somebody paused', async () => {
    const watching = await openWeb();
    await apply(watching, [WEB]);
    await pauseMonitor(watching.context, 'web: web GET /a', true);
    const change = { ...WEB, stream: { service: 'web*', endpoint: '* /a' }, window: '20m' };
    expect(await apply(watching, [change])).toEqual({
      created: [],
      changed: [{ name: 'web', differences: ['stream.endpoint: "* /a" (new)', 'window: "10m" → "20m"'] }],
      unchanged: [],
      deleted: ['web: web-2 POST /b'],
      patterns: [{ name: 'web', monitors: 1 }],
    });
    expect(await namesIn(watching)).toEqual(['web: web GET /a']);
    const monitor = await monitorOf(watching, 'web: web GET /a');
    expect(monitor).toMatchObject({ paused: true, spec: { window: '20m' } });
  });

  it('goes with all of them, by --prune or by name', async () => {
    const watching = await openWeb();
    await apply(watching, [WEB]);
    const single = { ...WEB, name: 'one', stream: { service: 'web', endpoint: 'GET /a' } };
    expect((await apply(watching, [single])).deleted).toEqual([]);
    expect((await apply(watching, [single], { prune: true })).deleted).toEqual([
      'web',
      'web: web GET /a',
      'web: web-2 POST /b',
    ]);
    expect(await namesIn(watching)).toEqual(['one']);
    await apply(watching, [WEB]);
    await deleteMonitor(watching.context, 'web');
    expect(await namesIn(watching)).toEqual(['one']);
    expect(await findPatternByName(watching.db, 'web')).toBeUndefined();
  });
});

describe('the names of its monitors', () => {
  it('give way to one that has the name, and to one that the file names', async () => {
    const watching = await openWeb();
    const own = { ...WEB, name: 'web: web GET /a', stream: { service: 'other', endpoint: 'GET /a' } };
    await createMonitor(watching.context, own);
    await apply(watching, [WEB]);
    const { id } = await getOrCreateStream(watching.db, 'web', 'GET /a');
    expect(await namesIn(watching)).toEqual(['web: web GET /a', `web: web GET /a #${id}`, 'web: web-2 POST /b']);
    const named = { ...own, name: 'web: web-2 POST /b' };
    const { id: second } = await getOrCreateStream(watching.db, 'web-2', 'POST /b');
    await apply(watching, [WEB, named]);
    expect(await monitorOf(watching, 'web: web-2 POST /b')).toMatchObject({ origin: 'file', service: 'other' });
    expect(await monitorOf(watching, `web: web-2 POST /b #${second}`)).toMatchObject({ origin: 'pattern' });
    await keepPatternMonitors(watching.context);
    expect(await namesIn(watching)).toHaveLength(4);
  });

  it('are cut where the stream has a long one', async () => {
    const watching = await openWeb();
    await createStreams(watching.db, streamsOf([`web${'😀'.repeat(120)}`, 'GET /']));
    await apply(watching, [WEB]);
    expect((await namesIn(watching)).filter((name) => / #\d+$/.test(name))).toHaveLength(1);
  });

  it('may have the characters of LIKE and of patterns', async () => {
    const watching = await openWatching();
    await createStreams(
      watching.db,
      streamsOf(
        ['a_b', 'GET /%'],
        ['axb', 'GET /x'],
        ['star', 'GET /*'],
        ['star', 'GET /files'],
        ['back\\slash', 'GET'],
      ),
    );
    await apply(watching, [
      { ...WEB, name: 'under', stream: { service: 'a_*' } },
      { ...WEB, name: 'percent', stream: { service: '*', endpoint: '*/%' } },
      { ...WEB, name: 'star', stream: { service: 'st*', endpoint: 'GET /\\*' } },
      { ...WEB, name: 'back', stream: { service: 'back\\s*' } },
      { ...WEB, name: 'one', stream: { service: 'star', endpoint: 'GET /\\*' } },
    ]);
    expect(await namesIn(watching)).toEqual([
      'back: back\\slash GET',
      'one',
      'percent: a_b GET /%',
      'star: star GET /*',
      'under: a_b GET /%',
    ]);
    expect(await monitorOf(watching, 'one')).toMatchObject({ endpoint: 'GET /*', pattern: null });
  });
});

describe('what is one and what is many', () => {
  it('may change in the file', async () => {
    const watching = await openWeb();
    const one = { ...WEB, stream: { service: 'web', endpoint: 'GET /a' } };
    await apply(watching, [one]);
    const many = await apply(watching, [WEB], { prune: true });
    expect(many.changed).toMatchObject([{ name: 'web' }]);
    expect(await namesIn(watching)).toEqual(['web: web GET /a', 'web: web-2 POST /b']);
    const back = await apply(watching, [one], { prune: true });
    expect(back.deleted).toEqual(['web: web GET /a', 'web: web-2 POST /b']);
    expect(await namesIn(watching)).toEqual(['web']);
  });

  it('is refused where only one is meant', async () => {
    const watching = await openWeb();
    const { context } = watching;
    await expect(createMonitor(context, WEB)).rejects.toMatchObject({ code: 'invalid_monitor' });
    await apply(watching, [WEB]);
    const one = { ...WEB, stream: { service: 'web', endpoint: 'GET /a' } };
    await expect(createMonitor(context, one)).rejects.toMatchObject({ code: 'conflict' });
    const renamed = { ...one, name: 'mine' };
    await expect(changeMonitor(context, 'web: web GET /a', renamed)).rejects.toMatchObject({ code: 'conflict' });
    await expect(deleteMonitor(context, 'web: web GET /a')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('comes from "web"'),
    });
    expect(await findMonitor(watching.db, 'web: web GET /a')).toBeDefined();
  });

  it('is checked as every monitor is', async () => {
    const watching = await openWeb();
    const wrong = [
      { ...WEB, winow: '1h' },
      { ...WEB, name: 'b', stream: { service: 'web*', endpiont: 'GET *' } },
      { ...WEB, name: 'c', reference: { baseline: 'week-2' } },
      { ...WEB, name: 'd', stream: { endpoint: 'GET *' } },
      { ...WEB, name: 'e', stream: { service: 'web' } },
    ];
    const messages = await apply(watching, wrong).catch(({ errors }) =>
      errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`),
    );
    expect(messages).toEqual([
      '/monitors/0/winow unknown setting "winow"; did you mean window?',
      '/monitors/1/stream/endpiont unknown setting "endpiont"; did you mean endpoint?',
      '/monitors/2/reference a baseline is of one stream; with a pattern use baseline',
      '/monitors/3/stream/service is missing',
      '/monitors/4/stream/endpoint is missing',
    ]);
  });
});
