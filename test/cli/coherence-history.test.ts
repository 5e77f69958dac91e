import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStoredHistory } from '../../src/cli/coherence-history.ts';
import { makeTemporaryDirectory } from '../database.ts';

let directory: string;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true }));

async function readLines(name: string, ...lines: string[]) {
  const path = join(directory, name);
  await writeFile(path, lines.join('\r\n'));
  return readStoredHistory(path);
}

/** As the Coherence Engine makes its table. */
const SCHEMA = `create table rolling_metrics (ts_utc text not null, window_sec integer not null, n integer not null,
  mean real not null, stdev real not null, drift_risk text not null, source text not null, request_id text)`;

describe('the history of a Coherence Engine', () => {
  const row = {
    ts_utc: '2025-10-29T18:43:00.123Z',
    window_sec: 3600,
    n: 120,
    mean: -86,
    stdev: 0.25 * 86,
    drift_risk: 'low',
    source: 'test',
    request_id: 'req-123',
  };

  it.each([
    ['its CSV', 'ts_utc,window_sec,n,mean,stdev,drift_risk,source,request_id', '3600,120,-86,0.25,low,test,req-123'],
    [
      'its later CSV',
      'ts_utc,window_sec,n,interactionStability,signalVolatility,trustContinuityRiskLevel,coherenceTrend,source,request_id',
      '3600,120,-86,0.25,LOW,Steady,test,req-123',
    ],
    [
      'the CSV of /coherence/history',
      'ts_utc,window_sec,n,mean,stdev,drift_risk,source,request_id,volatilityIndex',
      '3600,120,-86,21.5,low,test,req-123,0.25',
    ],
  ])('in %s: the column stdev is its volatility, unless both are there', async (name, header, cells) => {
    const { rows, unreadable } = await readLines(
      `${name.replaceAll('/', '_')}.csv`,
      header,
      `2025-10-29T19:43:00.123456+01:00,${cells}`,
    );
    expect({ rows, unreadable }).toEqual({ rows: [row], unreadable: 0 });
  });

  it('in its SQLite database', async () => {
    const path = join(directory, 'rolling_store.db');
    const db = new sqlite.Database(path);
    db.exec(SCHEMA);
    const insert = 'insert into rolling_metrics values (?, ?, ?, ?, ?, ?, ?, ?)';
    db.run(insert, ['2025-10-29T18:43:00.123', 3600, 120, -86, 0.25, 'low', 'test', 'req-123']);
    db.run(insert, ['2025-10-29T19:43:00+00:00', 3600, 120, 86, 0, 'high', 'mock', null]);
    db.close();
    const second = {
      ...row,
      ts_utc: '2025-10-29T19:43:00.000Z',
      mean: 86,
      stdev: 0,
      drift_risk: 'high',
      source: 'mock',
    };
    const { request_id: _, ...without } = second;
    expect((await readStoredHistory(path)).rows).toEqual([row, without]);
  });

  it('says which rows cannot be read, and why the first one', async () => {
    const header = 'ts_utc,window_sec,n,mean,stdev,drift_risk,source,request_id';
    const good = '2025-10-29T18:43:00+00:00,3600,120,86,0.14,low,,';
    const read = await readLines(
      'bad.csv',
      header,
      good,
      'yesterday,3600,1,1,1,low,x,y',
      '2025-10-29,1',
      `${good},more`,
    );
    expect(read).toMatchObject({ unreadable: 2, firstFault: 'row 2: ts_utc is not a time: "yesterday"' });
    expect(read.rows).toMatchObject([{ source: 'darshan_api' }, { source: 'darshan_api' }]);
    expect(read.rows[0]).not.toHaveProperty('request_id');
  });

  it.each([
    ['another CSV', 'a,b\n1,2', 'its first line names no column ts_utc'],
    ['a broken one', 'ts_utc,"n\n1', 'is neither the CSV file nor the SQLite database'],
    [
      'another SQLite database',
      'SQLite format 3\0 and nothing else',
      'is not the SQLite database of a Coherence Engine',
    ],
  ])('%s is refused', async (name, content, reason) => {
    const path = join(directory, name);
    await writeFile(path, content);
    await expect(readStoredHistory(path)).rejects.toThrow(reason);
  });

  it('a missing file is named', () =>
    expect(readStoredHistory('/nowhere/history.csv')).rejects.toThrow('/nowhere/history.csv does not exist'));
});
