import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEnvFile, unknownVariables } from '../../src/config/env-file.ts';

const unknown = (text: string, env: Record<string, string> = {}, used: string[] = []) =>
  unknownVariables(readEnvFile(text), { env, used });

describe('a name in .env that nothing reads', () => {
  it('has its line, and the name that was probably meant', () => {
    expect(
      unknown('# service\nPORT=8000\n\nSLO_P95_MX=900\n  export CHANELS_FILE = x.yaml\nSLACK_WEBHOOK=https://x'),
    ).toEqual([
      '.env line 4: unknown variable "SLO_P95_MX"; did you mean SLO_P95_MAX?',
      '.env line 5: unknown variable "CHANELS_FILE"; did you mean CHANNELS_FILE?',
      '.env line 6: unknown variable "SLACK_WEBHOOK"; did you mean SLACK_WEBHOOK_URL?',
    ]);
    expect(unknown('port=8000')).toEqual(['.env line 1: unknown variable "port"; did you mean PORT?']);
    expect(unknown('PLUMBLINE_KEY=x')).toHaveLength(1);
  });

  it('may be that of another program, which ENV_IGNORE names', () => {
    expect(unknown('STRIPE_TOKEN=x')).toEqual([
      '.env line 1: unknown variable "STRIPE_TOKEN"; if another program reads it, add it to ENV_IGNORE',
    ]);
    expect(unknown('STRIPE_TOKEN=x\nOTHER=y', { ENV_IGNORE: 'STRIPE_*, OTHER' })).toEqual([]);
  });

  it('is not one of Node, Postgres or compose', () => {
    expect(
      unknown('NODE_ENV=production\nPOSTGRES_PASSWORD=x\nPGSSLMODE=require\nCOMPOSE_PROJECT_NAME=a\nTZ=UTC'),
    ).toEqual([]);
  });

  it('is known where a file of channels uses it', () => {
    expect(unknown('TEAM_HOOK=https://x', {}, ['TEAM_HOOK'])).toEqual([]);
  });

  it('is in no example', () => {
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
    expect(unknown(example.replaceAll(/^#(?=[A-Z_]+=)/gm, ''))).toEqual([]);
    expect(unknown('PLUMBLINE_URL=http://x\nPLUMBLINE_API_KEY=pl_x')).toEqual([]);
  });
});
