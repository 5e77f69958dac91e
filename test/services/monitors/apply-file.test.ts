import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findMonitor } from '../../../src/store/monitors.ts';
import { makeTemporaryDirectory } from '../../database.ts';
import { openWatching, startMonitors } from './watching.ts';

describe('MONITORS_FILE', () => {
  it('is applied at every start, and a wrong one names its lines and stops the start', async () => {
    const directory = await makeTemporaryDirectory();
    const path = `${directory}/monitors.yaml`;
    const good = 'monitors:\n  - {name: filed, stream: {service: s, endpoint: e}, window: 10m, every: 10m}\n';
    await writeFile(path, good);
    const watching = await openWatching({ MONITORS_FILE: path, DEFAULT_MONITOR: 'off' });
    await startMonitors(watching.context);
    expect(await findMonitor(watching.db, 'filed')).toMatchObject({ origin: 'file' });
    await writeFile(path, good.replace('every: 10m', 'every: 10s').replace('name: filed', 'name: filed, color: red'));
    await expect(startMonitors(watching.context)).rejects.toThrow(
      /line 2: monitors\.0\.every: .*\n {2}line 2: monitors\.0\.color: /,
    );
    await rm(directory, { recursive: true });
    await expect(startMonitors(watching.context)).rejects.toThrow(/MONITORS_FILE: .* cannot be read \(ENOENT\)/);
  });

  it('is applied by several processes that start at once', async () => {
    const directory = await makeTemporaryDirectory();
    const path = `${directory}/monitors.yaml`;
    const line = (i: number) => `  - {name: m${i}, stream: {service: s, endpoint: e}, window: 10m, every: 10m}\n`;
    await writeFile(path, `monitors:\n${[1, 2, 3].map(line).join('')}`);
    const watching = await openWatching({ MONITORS_FILE: path, DEFAULT_MONITOR: 'off' });
    const started = await Promise.allSettled(
      [watching, watching.another(), watching.another()].map(({ context }) => startMonitors(context)),
    );
    await rm(directory, { recursive: true });
    expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });
});
