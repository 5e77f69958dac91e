import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../terminal.ts';

/** Where the state of a replay may lie, the best place first: beside the file, else in the state directory of the user. */
export function statePaths(file: string, env: Environment): readonly string[] {
  const name = createHash('sha256').update(resolve(file)).digest('hex').slice(0, 16);
  return [`${file}.replay.json`, join(stateDirectory(env), 'plumbline', `${basename(file)}-${name}.replay.json`)];
}

/** As the XDG base directories say: a path that is not absolute is ignored. */
function stateDirectory({ XDG_STATE_HOME: chosen, HOME: home }: Environment): string {
  return chosen !== undefined && isAbsolute(chosen) ? chosen : join(home || homedir(), '.local', 'state');
}
