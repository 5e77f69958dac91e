import { type CompletedCommand, type CompletedOption, optionsWithValues } from './tree.ts';

export function fishCompletion(name: string, commands: readonly CompletedCommand[]): string {
  return `# Completion of ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_at
  # Which command this is, leaving out the values of options.
  set -l at ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch "$at:$word"
      case ${optionsWithValues(commands).map(fishQuote).join(' ')}
        set skip 1
${commands.slice(1).map(enterCase).join('\n')}
    end
  end
  test "$at" = "$argv[1]"
end
complete -c ${name} -e
complete -c ${name} -f
${commands.flatMap((command) => linesOf(name, command)).join('\n')}`;
}

function enterCase({ path }: CompletedCommand): string {
  const [parent, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  return `      case ${fishQuote(`${parent}:${name}`)}\n        set at ${fishQuote(path)}`;
}

function linesOf(name: string, { path, commands, options, words, takesFiles }: CompletedCommand): string[] {
  const start = `complete -c ${name} -n ${fishQuote(`__${name}_at ${fishQuote(path)}`)}`;
  return [
    ...commands.map((each) => `${start} -a ${fishQuote(each.name)} -d ${fishQuote(each.description)}`),
    ...(words.length === 0 ? [] : [`${start} -a ${fishQuote(words.join(' '))}`]),
    ...(takesFiles ? [`${start} -F`] : []),
    ...options.map((option) => `${start} ${optionOf(option)}`),
  ];
}

function optionOf({ names, description, value }: CompletedOption): string {
  const flags = names.map((each) => (each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`));
  const after =
    value === 'none'
      ? ''
      : value === 'any'
        ? ' -x'
        : value === 'file'
          ? ' -r -F'
          : ` -x -a ${fishQuote(value.join(' '))}`;
  return `${flags.join(' ')}${after} -d ${fishQuote(description)}`;
}

/** In single quotes, where fish knows \\\\ and \\'. */
function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
