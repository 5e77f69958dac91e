import { type CompletedCommand, type CompletedOption, optionsWithValues, quote } from './tree.ts';

/** Bash 3.2 and later, without the package bash-completion. */
export function bashCompletion(name: string, commands: readonly CompletedCommand[]): string {
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at= i words= files=
  COMPREPLY=()
  # Which command this is, leaving out the values of options.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at:\${COMP_WORDS[i]}" in
      ${optionsWithValues(commands).map(quote).join('|')}) ((i++)) ;;
${commands.slice(1).map(enterCase).join('\n')}
    esac
  done
  if ((i > COMP_CWORD)); then
    case "$at:\${COMP_WORDS[COMP_CWORD - 1]}" in
${commands.flatMap(valueCases).join('\n')}
    esac
  else
    case "$at" in
${commands.map(wordCase).join('\n')}
    esac
  fi
  if [[ $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
  if [[ $files && $cur != -* ]]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$cur"))
  fi
}
complete -F _${name} ${name}`;
}

function enterCase({ path }: CompletedCommand): string {
  const [parent, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  return `      ${quote(`${parent}:${name}`)}) at=${quote(path)} ;;`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ names, value }: CompletedOption) => {
    if (value === 'none' || value === 'any') return [];
    const pattern = names.map((name) => quote(`${path}:${name}`)).join('|');
    return [`      ${pattern}) ${value === 'file' ? 'files=1' : `words=${quote(value.join(' '))}`} ;;`];
  });
}

function wordCase({ path, commands, options, words, takesFiles }: CompletedCommand): string {
  const all = [...commands.map(({ name }) => name), ...words, ...options.flatMap(({ names }) => names)];
  return `      ${quote(path)}) words=${quote(all.join(' '))}${takesFiles ? ' files=1' : ''} ;;`;
}
