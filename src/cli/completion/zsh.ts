import { type CompletedCommand, optionsWithValues, quote } from './tree.ts';

export function zshCompletion(name: string, commands: readonly CompletedCommand[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh), after compinit; or a file _${name} in a directory of fpath
_${name}() {
  local at= i
  local -a entries flags
  # Which command this is, leaving out the values of options.
  for ((i = 2; i < CURRENT; i++)); do
    case "$at:\${words[i]}" in
      ${optionsWithValues(commands).map(quote).join('|')}) ((i++)) ;;
${commands.slice(1).map(enterCase).join('\n')}
    esac
  done
  if ((i > CURRENT)); then
    case "$at:\${words[CURRENT - 1]}" in
${commands.flatMap(valueCases).join('\n')}
    esac
    return
  fi
  case "$at" in
${commands.map(wordCase).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _${name} "$@"; else compdef _${name} ${name}; fi`;
}

function enterCase({ path }: CompletedCommand): string {
  const [parent, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  return `      ${quote(`${parent}:${name}`)}) at=${quote(path)} ;;`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ names, value }) => {
    if (value === 'none' || value === 'any') return [];
    const pattern = names.map((name) => quote(`${path}:${name}`)).join('|');
    return [`      ${pattern}) ${value === 'file' ? '_files' : `compadd -- ${value.map(quote).join(' ')}`} ;;`];
  });
}

function wordCase({ path, commands, options, words, takesFiles }: CompletedCommand): string {
  const entries = [...commands.map(({ name, description }) => entry(name, description)), ...words.map(quote)];
  const flags = options.flatMap(({ names, description }) => names.map((each) => entry(each, description)));
  return `    ${quote(path)})
      entries=(${entries.join(' ')})
      flags=(${flags.join(' ')})
      if [[ $PREFIX == -* ]]; then _describe -o option flags
      else
        _describe command entries${takesFiles ? '\n        _files' : ''}
      fi ;;`;
}

/** A word and what it means, as _describe has it. */
function entry(word: string, description: string): string {
  return quote(`${word.replaceAll(':', '\\:')}:${description.replaceAll('\\', '\\\\')}`);
}
