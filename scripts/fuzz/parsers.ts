/** Property tests of the parsers, for a number of seconds: `tsx scripts/fuzz/parsers.ts SECONDS SEED PROGRESS_FILE`. Ends with 1 when one fails. */
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import pino from 'pino';
import { readConfig } from '../../src/config/config.ts';
import { AppError } from '../../src/core/errors.ts';
import { isoTime } from '../../src/core/format/iso-time.ts';
import { Unread } from '../../src/core/json/read-array.ts';
import { readParquet } from '../../src/core/table/read-parquet.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { parseTimestamp } from '../../src/core/time/timestamp.ts';
import { parseDuration } from '../../src/core/time/window.ts';
import { readChunks } from '../../src/services/datasets/read-table.ts';
import { parseBatch } from '../../src/services/ingest/parse-batch.ts';
import { checkMonitors } from '../../src/services/monitors/check-monitors.ts';
import { readMonitorsFile } from '../../src/services/monitors/read-monitors-file.ts';
import { readChannels } from '../../src/services/notify/read-channels.ts';

const SECOND_MS = 1_000;

/** Puts pieces into a text, takes parts out, and repeats some: what is nearly right finds more than what is random. */
function edited(originals: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 5 }));
  const edit = fc.record({ at: fc.nat(5_000), remove: fc.nat(20), piece, times: fc.integer({ min: 0, max: 3 }) });
  return fc.tuple(fc.constantFrom(...originals), fc.array(edit, { maxLength: 6 })).map(([text, edits]) =>
    edits.reduce((before, { at, remove, piece, times }) => {
      const from = before.length === 0 ? 0 : at % before.length;
      return before.slice(0, from) + piece.repeat(times) + before.slice(from + remove);
    }, text),
  );
}

function editedBytes(originals: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const edit = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 8 }), remove: fc.nat(8) });
  return fc.tuple(fc.constantFrom(...originals), fc.array(edit, { maxLength: 5 })).map(([original, edits]) =>
    edits.reduce<Buffer>((before, { at, bytes, remove }) => {
      const from = before.length === 0 ? 0 : at % before.length;
      return Buffer.concat([before.subarray(0, from), bytes, before.subarray(from + remove)]);
    }, Buffer.from(original)),
  );
}

/** A parser under test: what it is given, and what must hold. */
interface Parser {
  readonly name: string;
  check(seconds: number, seed: number, progress: number): Promise<boolean>;
}

/** Its last input stands in the progress file, so that an input on which a parser hangs is known. */
function parser<Input>(name: string, inputs: fc.Arbitrary<Input>, holds: (input: Input) => Promise<void>): Parser {
  return {
    name,
    check: async (seconds, seed, progress) => {
      let runs = 0;
      const property = fc.asyncProperty(inputs, async (input) => {
        ftruncateSync(progress);
        writeSync(progress, `${name}, run ${++runs}, seed ${seed}: ${fc.stringify(input)}`, 0);
        await holds(input);
      });
      const limit = { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: seconds * SECOND_MS };
      const { failed, counterexample, errorInstance } = await fc.check(property, { seed, ...limit });
      const isFailure = failed && counterexample !== null;
      console.log(`${isFailure ? 'FAILED' : 'ok'}  ${name}: ${runs} inputs, seed ${seed}`);
      if (isFailure) console.log(`  input ${fc.stringify(counterexample)}\n  ${(errorInstance as Error)?.stack}`);
      return !isFailure;
    },
  };
}

/** True when it ends, or is refused as the table of errors says; anything else that it throws is a fault. */
async function endsOrRefuses(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error;
  }
}

function assertThat(holds: boolean, claim: string): void {
  if (!holds) throw new Error(claim);
}

const TIMES = ['2026-01-31T09:30:00Z', '2024-02-29T23:59:60.123456789+05:30', '1970-01-01 00:00:00-1500', '2026-01-31'];
const TIME_PIECES = ['T', 'Z', '+00:00', '-', ':', '.', ',', '0', '9', '60', '٣', ' ', '\0', '9999'];

const timestamps = parser(
  'timestamps',
  fc.oneof(edited(TIMES, TIME_PIECES), fc.double(), fc.integer(), fc.anything()),
  async (value) => {
    const ms = parseTimestamp(value);
    if (typeof ms !== 'number') return;
    assertThat(Number.isInteger(ms) && ms >= 0, `${ms} is not a whole number of milliseconds`);
    assertThat(parseTimestamp(isoTime(ms)) === ms, `${isoTime(ms)} is read as another time`);
  },
);

const windows = parser(
  'windows',
  edited(['30m', '1h', '24h', '7d', '45s', '3600', '999999999d'], ['m', 'h', '0', '-', '.', 'e', '１', ' ']),
  async (text) => {
    const ms = parseDuration(text);
    assertThat(ms === undefined || (Number.isSafeInteger(ms) && ms > 0 && ms % SECOND_MS === 0), `${ms} ms`);
  },
);

const BATCH = '[{"ts":1767225600000,"service":"s","endpoint":"e","request":{"a":[1,"x\\u0000\\"]"]}},{"ts":"x"}]';
const JSON_PIECES = ['[', ']', '{', '}', ',', ':', '"', '\\', '\\u', '\\ud800', '\n', 'null', '1e999', '-', ' ', '{}'];
const batchText = edited([BATCH, BATCH.slice(1, -1).replace('},{', '}\n{'), '[]', '[[]]', '1'], JSON_PIECES);

const batches = parser(
  'batches',
  fc.tuple(batchText, fc.constantFrom('json' as const, 'ndjson' as const)),
  ([text, format]) =>
    endsOrRefuses(() => {
      const { slices, texts } = parseBatch(text, format, { maxEvents: 1_000, maxDepth: 32, maxValues: 1_000 });
      const values = [...slices].flat();
      assertThat(texts.count === values.length, `${texts.count} texts for ${values.length} values`);
      for (const [index, value] of values.entries()) {
        const same = value instanceof Unread || isDeepStrictEqual(JSON.parse(texts.textOf(index)), value);
        assertThat(same, `text ${index} is ${texts.textOf(index)}`);
      }
      if (!values.some((value) => value instanceof Unread))
        assertThat(isDeepStrictEqual(JSON.parse(`[${texts.wholeText()}]`), values), `whole text: ${texts.wholeText()}`);
    }),
);

const TABLES = [
  'a,b,c\n1,x,"y ""z""\n"\n2,,\r\n1e5,-,NaN\n',
  '\ufeffamount;country\n"1,5";FR\n2,25;\n',
  '{"a":1,"b":null}\n{"a":2.5,"b":"x"}\n',
  '[{"a":1,"b":true},{"a":null,"b":false}]',
];
const TABLE_PIECES = [
  '"',
  ',',
  ';',
  '\n',
  '\r',
  '\t',
  '\0',
  '\ufeff',
  'PAR1',
  '\x1f\x8b',
  '[',
  '{',
  '}',
  ']',
  '1e999',
  '%',
];

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const tables = parser(
  'tables',
  fc.tuple(
    fc.oneof(
      edited(TABLES, TABLE_PIECES).map((text) => Buffer.from(text)),
      editedBytes(TABLES.map((text) => Buffer.from(text))),
    ),
    fc.integer({ min: 1, max: 40 }),
  ),
  ([bytes, size]) => endsOrRefuses(() => readChunks(inChunks(bytes, size), 'table')),
);

const PARQUET = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'amount', data: [1, 2.5, 1e9, -1], type: 'DOUBLE' },
      { name: 'country', data: ['FR', 'DE', 'FR', ''], type: 'STRING' },
      { name: 'new', data: [true, false, null, true], type: 'BOOLEAN' },
      { name: 'at', data: [1, 2, 3, 4].map((day) => new Date(Date.UTC(2026, 0, day))), type: 'TIMESTAMP' },
    ],
  }),
);

/** The bytes of pages stay as they are: hyparquet counts on them, and a damaged run length keeps it busy for minutes. */
const PAGES_END = PARQUET.length - 8 - new DataView(PARQUET.buffer).getUint32(PARQUET.length - 8, true);
const footers = editedBytes([PARQUET.subarray(PAGES_END)]).map((footer) =>
  Buffer.concat([PARQUET.subarray(0, PAGES_END), footer]),
);
const truncated = fc.nat(PARQUET.length).map((length) => Buffer.from(PARQUET.subarray(0, length)));

const parquet = parser('parquet', fc.oneof(footers, truncated), (bytes) =>
  endsOrRefuses(() => {
    const { buffer, byteOffset, byteLength } = bytes;
    const part = (start: number, end?: number) => buffer.slice(byteOffset + start, byteOffset + (end ?? byteLength));
    return readParquet({ byteLength, slice: (start, end) => part(start, end) as ArrayBuffer }, 'table');
  }),
);

const MONITORS = `monitors:
  - &first
    name: checkout
    stream: {service: shop, endpoint: GET /cart}
    window: 1h
    every: 5m
    features: {request.amount: {floors: {ks: .1}}, response.status: {ignore: true}}
    quiet_hours: {from: "22:00", to: "06:00", zone: Europe/Berlin}
    labels: {team: a}
  - <<: *first
    name: hourly
    every: null
    cron: "0 * * * *"
    reference: {same_hours: {weeks: 4}}
`;
const CHANNELS = `channels:
  slack: {type: slack, webhook_url: "\${HOOK}", mention: [a]}
  mail: {type: email, host: localhost, port: 25, from: a@example.com, to: [b@example.com]}
  pager: &p {type: pagerduty, routing_key: "\${KEY:-x}"}
  alerts: {type: alertmanager, url: "http://localhost:9093", resolve_timeout: 5m}
  log: {type: log}
routes:
  - {severity: [critical], channels: [pager]}
  - {service: shop, channels: [slack, mail]}
`;
const YAML_PIECES = [
  '- ',
  ': ',
  '&a ',
  '*a',
  '*first',
  '<<: ',
  '|\n',
  '>',
  '!!binary ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  '#',
  '\t',
];
const MORE_PIECES = [
  ...YAML_PIECES,
  '"',
  '\n',
  '\n  ',
  '%YAML 1.1\n',
  '---\n',
  '__proto__',
  '0x',
  '.inf',
  '${',
  '~',
  '9e9',
];

const monitorFiles = parser(
  'monitorFiles',
  edited([MONITORS, JSON.stringify([{ name: 'm' }])], MORE_PIECES),
  async (text) => {
    const file = readMonitorsFile(text);
    for (const error of checkMonitors(file.documents, new Set(['log']))) {
      assertThat(file.atLine(error).line >= 1, `no line for ${error.path}`);
    }
  },
);

const LEAST = { name: 'm', stream: { service: 's', endpoint: 'e' }, window: '1h', every: '5m' };
const KEYS = [
  'name',
  'stream',
  'reference',
  'window',
  'every',
  'cron',
  'zone',
  'delay',
  'tests',
  'preset',
  'floors',
  'slo',
];
const MORE_KEYS = [
  'features',
  'aggregate',
  'severity',
  'channels',
  'quiet_hours',
  'labels',
  'repeat_interval',
  'group_by',
];
const monitorKey = fc.oneof(fc.constantFrom(...KEYS, ...MORE_KEYS), fc.string());
const monitorValue = fc.oneof(fc.jsonValue(), fc.anything(), fc.constantFrom('1h', '* * * * *', 'auto', 'UTC'));
const monitors = parser(
  'monitors',
  fc.array(fc.dictionary(monitorKey, monitorValue), { maxLength: 3 }),
  async (changes) => {
    for (const { path, message } of checkMonitors(
      changes.map((change) => ({ ...LEAST, ...change })),
      new Set(['log']),
    )) {
      assertThat(path.startsWith('/monitors/') && message.length > 0, `${path}: ${message}`);
    }
  },
);

const directory = mkdtempSync(join(tmpdir(), 'plumbline-fuzz-'));
const channelContext = {
  config: readConfig({ CHANNELS_FILE: join(directory, 'channels.yaml') }),
  env: { HOOK: 'http://localhost/hook' },
  log: pino({ level: 'silent' }),
  clock: systemClock,
};
const channelFiles = parser('channelFiles', edited([CHANNELS], MORE_PIECES), async (text) => {
  writeFileSync(channelContext.config.CHANNELS_FILE ?? '', text);
  try {
    await readChannels(channelContext);
  } catch (error) {
    // Its own errors name the file; others of this class are programmers' mistakes.
    assertThat(error instanceof RangeError && error.message.includes('channels.yaml'), String(error));
  }
});

const PARSERS = [timestamps, windows, batches, tables, parquet, monitorFiles, monitors, channelFiles];

const [seconds = 8, seed = 1] = process.argv.slice(2, 4).map(Number);
const progress = openSync(process.argv[4] ?? join(directory, 'progress.txt'), 'w');
let failures = 0;
for (const each of PARSERS) if (!(await each.check(seconds / PARSERS.length, seed, progress))) failures++;
rmSync(directory, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;
