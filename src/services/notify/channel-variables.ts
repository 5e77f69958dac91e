/** `${NAME}` and `${NAME:-fallback}` in a text of CHANNELS_FILE. */
export const CHANNEL_VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** The names of variables that a file of channels uses. */
export function variablesInChannels(text: string): string[] {
  return [...text.matchAll(CHANNEL_VARIABLE)].map(([, name = '']) => name);
}
