import { z } from 'zod';
import { settingErrors } from '../../config/setting-errors.ts';
import { pointerOf } from '../../config/yaml-file.ts';
import { AppError, type FieldError } from '../../core/errors.ts';
import { monitorDocument } from '../../core/monitor/monitor-spec.ts';
import { isPattern, streamPattern, unescapeStream } from '../../core/monitor/stream-pattern.ts';
import { lengthErrors, streamNameFields } from '../../core/stream-name.ts';
import { findStream } from '../../store/streams.ts';
import type { MonitorContext } from './context.ts';

const streamName = z.object(streamNameFields);

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
    const errors = documentErrors(document).map(({ path, message }) => ({
      path: at([]) + path,
      message,
    }));
    return [...twice, ...errors, ...unknownChannels(channels, channelNames, at)];
  });
}

/** A pattern is checked as a monitor of one stream is, but for its stream. */
function documentErrors(document: unknown): FieldError[] {
  if (!isPattern(document)) return settingErrors(monitorDocument, document);
  const { stream, ...settings } = document as { stream: unknown; reference?: unknown };
  const rest = settingErrors(monitorDocument, { ...settings, stream: { service: 'any', endpoint: 'any' } });
  const names = settingErrors(streamPattern, stream).map(({ path, message }) => ({ path: `/stream${path}`, message }));
  const isNamed = Object.hasOwn(Object(settings.reference), 'baseline');
  const named = isNamed
    ? [{ path: '/reference', message: 'a baseline is of one stream; with a pattern use baseline' }]
    : [];
  return [...rest, ...names, ...named];
}

type Known = Pick<MonitorContext, 'db' | 'channelNames'>;

/** All that `checkMonitors` finds, and what only the database shows: names that are too long for a stream, unless it exists already. */
export async function findMonitorErrors(
  { db, channelNames }: Known,
  documents: readonly unknown[],
): Promise<FieldError[]> {
  const errors = checkMonitors(documents, channelNames);
  for (const [i, document] of documents.entries()) {
    if (isPattern(document)) continue;
    const { data } = streamName.safeParse((document as { stream?: unknown } | null)?.stream);
    const name = data && unescapeStream(data);
    const tooLong = name === undefined ? [] : lengthErrors(name);
    if (name === undefined || tooLong.length === 0) continue;
    if ((await findStream(db, name.service, name.endpoint)) !== undefined) continue;
    errors.push(...tooLong.map(({ path, message }) => ({ path: pointerOf(['monitors', i, 'stream', path]), message })));
  }
  return errors;
}

/** @throws AppError invalid_monitor that lists every error */
export async function assertMonitors(known: Known, documents: readonly unknown[]): Promise<void> {
  const errors = await findMonitorErrors(known, documents);
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
