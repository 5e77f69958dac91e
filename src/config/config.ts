import { z } from 'zod';
import { POLICIES } from '../core/drift/drift-test.ts';
import { FAILURE_STATUS_HINT, isFailurePattern } from '../core/evaluation/failure-status.ts';
import { DURATION_HINT, parseDuration } from '../core/time/window.ts';
import { UPSTREAM_MODES } from '../core/upstream-mode.ts';
import { SMTP_TLS_MODES } from './smtp-tls.ts';

const MIB = 1024 * 1024;
const number = () => z.coerce.number('must be a number');
const port = number().int().min(0).max(65_535);
const count = (fallback: number, max = Number.MAX_SAFE_INTEGER) => number().int().min(1).max(max).default(fallback);
const share = (fallback: number) => number().min(0).max(1).default(fallback);
const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );

const httpUrl = z.string().regex(/^https?:\/\/\S+$/, 'must start with http:// or https://');
const isDuration = (text: string) => parseDuration(text) !== undefined;
const duration = (fallback: string) => z.string().refine(isDuration, DURATION_HINT).default(fallback);
const windows = (fallback: string) => list(fallback).refine((parts) => parts.every(isDuration), DURATION_HINT);

const failureStatus = (fallback: string) =>
  list(fallback).refine((parts) => parts.length > 0 && parts.every(isFailurePattern), FAILURE_STATUS_HINT);

/** All environment variables that the process reads. A test checks that `.env.example` lists the same names. */
export const configSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  DATABASE_POOL_SIZE: count(8, 100),
  DATA_DIR: z.string().min(1).default('./data'),
  BASELINES_DIR: z.string().min(1).default('./baselines'),
  BASELINE_PATH: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  AUTH: z.enum(['on', 'off']).default('on'),
  ENV_IGNORE: list('NODE_*,PG*,POSTGRES_*,COMPOSE_*,TZ,NO_COLOR,FORCE_COLOR'),
  CORS_ORIGINS: list('http://localhost:5173,http://127.0.0.1:5173'),
  DRIFT_WINDOW_MINUTES: count(30, 43_200),
  BASELINE_WINDOW_MINUTES: count(120, 525_600),
  DEFAULT_STREAM: z
    .string()
    .regex(/^\S.* .*\S$/, 'must be the service, a space and the endpoint')
    .optional(),
  DRIFT_POLICY: z.enum(POLICIES).default('calibrated'),
  KS_P_MIN: share(0.05),
  KS_D_MIN: share(0.05),
  PSI_MAX: number().min(0).default(0.2),
  SLO_SUCCESS_MIN: share(0.995),
  SLO_FAILURE_STATUS: failureStatus('5xx'),
  SLO_P95_MAX: number().positive().default(2000),
  ARTIFACTS_DIR: z.string().min(1).default('./artifacts'),
  MONITORS_FILE: z.string().min(1).optional(),
  DEFAULT_MONITOR: z.enum(['on', 'off']).default('on'),
  CHANNELS_FILE: z.string().min(1).optional(),
  CHANNEL_ALLOW_HOSTS: list(''),
  PUBLIC_URL: httpUrl.optional(),
  SLACK_WEBHOOK_URL: httpUrl.optional(),
  SLACK_MENTION_USERS: list(''),
  SMTP_HOST: z.string().min(1).optional(),
  SMTP_PORT: number().int().min(1).max(65_535).default(587),
  SMTP_TLS: z.enum(SMTP_TLS_MODES).default('starttls'),
  SMTP_USERNAME: z.string().min(1).optional(),
  SMTP_PASSWORD: z.string().min(1).optional(),
  EMAIL_FROM: z.string().min(1).optional(),
  EMAIL_TO: list(''),
  DARSHAN_MODE: z.enum(UPSTREAM_MODES).default('mock'),
  DARSHAN_BASE_URL: httpUrl.optional(),
  DARSHAN_API_KEY: z.string().min(1).optional(),
  DARSHAN_TIMEOUT_S: number().positive().max(300).default(5),
  DARSHAN_INTERVAL: duration('5m'),
  MOCK_PATH: z.string().min(1).optional(),
  DEFAULT_WINDOWS: windows('1h,24h'),
  COHERENCE_WARN: number().positive().default(0.2),
  COHERENCE_CRIT: number().positive().default(0.5),
  DRIFT_PSI_WARN: number().positive().default(0.1),
  DRIFT_PSI_CRIT: number().positive().default(0.25),
  REPORT_RETENTION_DAYS: count(90, 36_500),
  EVENT_RETENTION_DAYS: count(30, 36_500),
  MINUTE_PROFILE_DAYS: count(2, 3_650),
  MAX_BATCH_EVENTS: count(10_000, 10_000),
  MAX_BODY_BYTES: count(16 * MIB, 256 * MIB),
  MAX_EVENT_DEPTH: count(32, 256),
  MAX_EVENT_LEAVES: count(1_000, 100_000),
  MAX_FEATURES: count(500, 10_000),
  MAX_STREAMS: count(10_000),
  MAX_FUTURE_SECONDS: count(300, 86_400),
  INGEST_BUDGET_BYTES: count(48 * MIB),
  FEATURES_ALLOW: list('**'),
  FEATURES_DENY: list(''),
  FEATURES_CATEGORICAL: list('response.status'),
});

export type Config = Readonly<z.output<typeof configSchema>>;

/**
 * Reads the environment into one frozen Config. An empty variable is treated as not set, as in compose files.
 *
 * @throws RangeError that names each invalid variable and the values it accepts
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const variables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = configSchema.safeParse(variables);
  if (result.success) return Object.freeze(result.data);
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new RangeError(`The environment is not valid:\n${lines.join('\n')}`);
}
