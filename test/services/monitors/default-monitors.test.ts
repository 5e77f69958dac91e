import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { keepDefaultMonitors } from '../../../src/services/monitors/default-monitors.ts';
import { findMonitor, listMonitors } from '../../../src/store/monitors.ts';
import { isOnPostgres, POOL_SIZE } from '../../database.ts';
import { openWatching, START, startMonitors, type Watching } from './watching.ts';

/** Opens all connections of the pool, as a process that runs has them: by as many transactions at the same time. */
async function openConnections({ db }: Watching): Promise<void> {
  let isOpen: () => void = () => undefined;
  const allAreOpen = new Promise<void>((resolve) => (isOpen = resolve));
  let open = 0;
  const hold = () => {
    if (++open === POOL_SIZE) isOpen();
    return allAreOpen;
  };
  await Promise.all(Array.from({ length: POOL_SIZE }, () => db.transaction(hold)));
}

describe('default monitors', () => {
  it('are made for streams with a baseline, give way to one of its own, and may be switched off', async () => {
    const watching = await openWatching();
    await keepDefaultMonitors(watching.context);
    await Promise.all([keepDefaultMonitors(watching.context), keepDefaultMonitors(watching.another().context)]);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toMatchObject({ origin: 'default', paused: false });
    await watching.apply({});
    await keepDefaultMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeUndefined();
    expect(await findMonitor(watching.db, 'payments')).toMatchObject({ origin: 'file' });
  });

  it('are not made with DEFAULT_MONITOR=off', async () => {
    const watching = await openWatching({ DEFAULT_MONITOR: 'off' });
    await keepDefaultMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeUndefined();
  });

  it('are made once by several processes that start at once', async () => {
    const watching = await openWatching();
    if (isOnPostgres()) await openConnections(watching);
    await Promise.all(
      [watching, watching.another(), watching.another()].map(({ context }) => keepDefaultMonitors(context)),
    );
    const { monitors } = await listMonitors(watching.db, { limit: 10 });
    expect(monitors.map(({ name }) => name)).toEqual(['payments POST /pay']);
  });
});

describe('a stream whose default monitor cannot be made', () => {
  async function withBaseline(watching: Watching, stream: { service: string; endpoint: string }) {
    const startMs = START - 60 * MINUTE_MS;
    const events = Array.from({ length: 60 }, (_, i) => ({
      ...stream,
      ts: startMs + i * MINUTE_MS,
      request: { a: i },
    }));
    const text = JSON.stringify(events);
    await watching.ingest.submit({ text, format: 'json', isStrict: true, idempotencyKey: undefined });
    await buildBaseline(watching.context, { ...stream, interval: { startMs, endMs: START }, name: 'odd' });
  }

  it('with a name that is cut within a character is watched all the same, and the service starts', async () => {
    const watching = await openWatching();
    await withBaseline(watching, { service: `x${'😀'.repeat(120)}`, endpoint: 'GET /' });
    await startMonitors(watching.context);
    expect((await listMonitors(watching.db, { limit: 10 })).monitors).toHaveLength(2);
  });

  it('with an endpoint longer than a monitor may name keeps the service from nothing', async () => {
    const watching = await openWatching();
    await withBaseline(watching, { service: 'long', endpoint: '😀'.repeat(300) });
    await startMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeDefined();
  });
});
