import { settingErrors } from '../../config/setting-errors.ts';
import { pointerOf } from '../../config/yaml-file.ts';
import { AppError, type FieldError } from '../../core/errors.ts';
import { monitorDocument } from '../../core/monitor/monitor-spec.ts';

/**
 * Everything that is wrong with some monitors, each with its path, such as `/monitors/2/window`.
 *
 * @param channelNames - undefined where they are not known: only the service knows its channels
 */
export function checkMonitors(
  documents: readonly unknown[],
  channelNames: ReadonlySet<string> | undefined,
): FieldError[] {
  const names = new Map<string, number>();
  return documents.flatMap((document, i) => {
    const at = (path: readonly PropertyKey[]) => pointerOf(['monitors', i, ...path]);
    const { name, channels } = (document ?? {}) as { name?: unknown; channels?: unknown };
    const first = typeof name === 'string' ? names.get(name) : undefined;
    if (typeof name === 'string') names.set(name, first ?? i);
    const twice =
      first === undefined ? [] : [{ path: at(['name']), message: `"${name}" is the name of monitor ${first + 1} too` }];
    const errors = settingErrors(monitorDocument, document).map(({ path, message }) => ({
      path: at([]) + path,
      message,
    }));
    return [...twice, ...errors, ...unknownChannels(channels, channelNames, at)];
  });
}

/** @throws AppError invalid_monitor that lists every error */
export function assertMonitors(documents: readonly unknown[], channelNames: ReadonlySet<string>): void {
  const errors = checkMonitors(documents, channelNames);
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  throw new AppError('invalid_monitor', `${first.path}: ${first.message}${more}; nothing was applied`, { errors });
}

function unknownChannels(
  channels: unknown,
  known: ReadonlySet<string> | undefined,
  at: (path: readonly PropertyKey[]) => string,
): FieldError[] {
  if (!Array.isArray(channels) || known === undefined) return [];
  return channels.flatMap((channel, i) => {
    if (typeof channel !== 'string' || known.has(channel)) return [];
    const hint = `no channel is called "${channel}"; there are ${[...known].join(', ')}`;
    return [{ path: at(['channels', i]), message: hint }];
  });
}
