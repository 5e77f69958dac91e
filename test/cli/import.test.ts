import { expect, inject, it } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { createClone, isOnPostgres, runOnServer, urlOf } from '../database.ts';
import { fakeTerminal } from './fake-terminal.ts';

it("needs the address of Guard's database", async () => {
  const terminal = fakeTerminal();
  expect(await runCommand(['import', 'guard'], terminal)).toBe(2);
  expect(terminal.errors()).toContain("set DATABASE_URL to Guard's database");
});

it.runIf(isOnPostgres())("takes Guard's database over, which serve and migrate refuse before", async () => {
  const server = inject('testDatabase').databaseUrl ?? '';
  const url = urlOf(server, await createClone(server, 'template1'));
  await runOnServer(
    url,
    `create table observations_raw (id bigserial primary key, ts timestamptz not null, service text not null,
       endpoint text not null, host text, payload jsonb not null);
     insert into observations_raw (ts, service, endpoint, payload) values
       (now(), 'payments_api', 'POST /v2/payments', '{"response": {"status": 200}}'),
       ('2025-01-01T00:00:00Z', 'payments_api', 'POST /v2/payments', '{"response": {"status": 200}}')`,
  );
  const env = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent' };
  for (const command of [['migrate'], ['migrate', '--check'], ['serve']]) {
    const terminal = fakeTerminal(env);
    expect(await runCommand(command, terminal)).toBe(2);
    expect(terminal.errors()).toContain('plumbline import guard');
  }
  const terminal = fakeTerminal(env, true);
  expect(await runCommand(['import', 'guard'], terminal), terminal.errors()).toBe(0);
  expect(terminal.lines[0]).toBe(
    '2 rows: 1 stored, 1 older than 30 days and folded into profiles, 0 refused, 0 duplicates',
  );
  // Whatever was drawn, the bar is gone at the end.
  expect(terminal.errors().endsWith('\r\x1b[2K')).toBe(true);
});
