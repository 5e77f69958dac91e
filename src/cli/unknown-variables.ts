import { readFileSync } from 'node:fs';
import { unknownVariables } from '../config/env-file.ts';
import { variablesInChannels } from '../services/notify/channel-variables.ts';
import type { Terminal } from './terminal.ts';

/** The variables of `.env` whose names begin so and that nothing reads, a line each. */
export function describeUnknown({ env, envFile }: Terminal, prefix = ''): string[] {
  const variables = envFile.filter(({ name }) => name.startsWith(prefix));
  if (variables.length === 0) return [];
  return unknownVariables(variables, { env, used: channelVariables(env.CHANNELS_FILE) });
}

/** Nothing of a file that cannot be read: whoever reads its channels says so. */
function channelVariables(path: string | undefined): string[] {
  if (!path) return [];
  try {
    return variablesInChannels(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}
