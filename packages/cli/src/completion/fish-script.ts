import type { CommandWords } from './command-words.ts';

/** A completion script for fish, with what each command and option is for. */
export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, commands: below, options }) => {
    const path = name === '' ? [] : name.split(' ');
    const when = path.length === 0 ? '__fish_use_subcommand' : conditionOf(path, below);
    return [
      ...below.map((child) => {
        const { summary = '' } =
          commands.find((each) => each.name === [...path, child].join(' ')) ?? {};
        return `complete -c graft -n ${quoted(when)} -a ${child} -d ${quoted(summary)}`;
      }),
      ...options.map(({ flags, description, takesValue, choices }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value =
          choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r -F' : '';
        return `complete -c graft -n ${quoted(when)} ${names.join(' ')}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return [
    '# fish completion of graft: graft completion fish > ~/.config/fish/completions/graft.fish',
    ...lines,
  ].join('\n');
}

/** The options of `train` are not those of `train sensor`. */
function conditionOf(path: readonly string[], below: readonly string[]): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const others = below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [];
  return [...seen, ...others].join('; and ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
