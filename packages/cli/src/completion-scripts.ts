import type { Command, Option } from 'commander';

/** Returns a completion script for bash: commands, options, their choices, otherwise files. */
export function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap(({ name, commands: below, values, options }) => [
    `    '${name}')`,
    `      below='${[...below, ...values].join(' ')}'`,
    `      options='${options.flatMap(({ flags }) => flags).join(' ')}'`,
    '      case "$previous" in',
    ...options.flatMap(({ flags, takesValue, choices }) =>
      takesValue ? [`        ${flags.join('|')}) value=1; choices='${choices.join(' ')}' ;;`] : [],
    ),
    '      esac ;;',
  ]);
  const names = commands.map(({ name }) => `'${name}'`).filter((name) => name !== "''");
  return [
    '# bash completion of graft; in ~/.bashrc: source <(graft completion bash)',
    '_graft() {',
    `  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}`,
    "  local name='' below='' options='' choices='' value='' words",
    `  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in`,
    `    ${names.filter((each) => each.includes(' ')).join('|')}) (( COMP_CWORD > 2 )) && name="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" ;;`,
    '  esac',
    `  [[ -z $name ]] && (( COMP_CWORD > 1 )) && name=\${COMP_WORDS[1]}`,
    '  local -a parts=($name)',
    '  case "$name" in',
    ...cases,
    '  esac',
    '  if [[ -n $value ]]; then words=$choices',
    '  elif [[ $current == -* ]]; then words=$options',
    `  elif (( COMP_CWORD == \${#parts[@]} + 1 )); then words=$below`,
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _graft graft',
  ].join('\n');
}

/** Returns a completion script for fish, with a description of each command and option. */
export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, commands: below, values, options }) => {
    const path = name === '' ? [] : name.split(' ');
    const when = path.length === 0 ? '__fish_use_subcommand' : conditionOf(path, below);
    const words = values.length > 0 ? ` -a ${fishQuoted(values.join(' '))}` : '';
    return [
      // Where a word of a list is expected, files are not offered.
      ...(below.length + values.length > 0
        ? [`complete -c graft -n ${fishQuoted(when)} -f${words}`]
        : []),
      ...below.map((child) => {
        const { summary = '' } =
          commands.find((each) => each.name === [...path, child].join(' ')) ?? {};
        return `complete -c graft -n ${fishQuoted(when)} -a ${child} -d ${fishQuoted(summary)}`;
      }),
      ...options.map(({ flags, description, takesValue, choices }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value =
          choices.length > 0
            ? ` -x -a ${fishQuoted(choices.join(' '))}`
            : takesValue
              ? ' -r -F'
              : '';
        return `complete -c graft -n ${fishQuoted(when)} ${names.join(' ')}${value} -d ${fishQuoted(description)}`;
      }),
    ];
  });
  return [
    '# fish completion of graft: graft completion fish > ~/.config/fish/completions/graft.fish',
    ...lines,
  ].join('\n');
}

/** Condition for a command but not its subcommands: `train sensor` has its own options. */
function conditionOf(path: readonly string[], below: readonly string[]): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const others = below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [];
  return [...seen, ...others].join('; and ');
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Returns a completion script for zsh, with a description of each command and option. */
export function zshScript(commands: readonly CommandWords[]): string {
  return [
    '#compdef graft',
    '# zsh completion of graft; in a folder of $fpath: graft completion zsh > _graft',
    ...commands.map((command) => functionOf(command, commands)),
    '[[ $funcstack[1] == _graft ]] && _graft "$@" || compdef _graft graft',
  ].join('\n');
}

function functionOf(
  { name, commands: below, values, options }: CommandWords,
  all: readonly CommandWords[],
): string {
  const specs = options.map(specOf);
  const first = values.length > 0 ? [`'1:value:(${values.join(' ')})'`] : [];
  if (below.length === 0)
    return [
      `${functionName(name)}() {`,
      `  _arguments -s ${[...specs, ...first, "'*:file:_files'"].join(' ')}`,
      '}',
    ].join('\n');
  const nameOf = (child: string): string => (name === '' ? child : `${name} ${child}`);
  const described = below.map((child) => {
    const { summary = '' } = all.find((each) => each.name === nameOf(child)) ?? {};
    return zshQuoted(`${child}:${summary}`);
  });
  return [
    `${functionName(name)}() {`,
    '  local -a below',
    `  below=(${described.join(' ')})`,
    `  local state line`,
    `  _arguments -C -s ${specs.join(' ')} '1:command:->command' '*::argument:->argument'`,
    '  case $state in',
    "    command) _describe 'command' below ;;",
    '    argument) case $line[1] in',
    ...below.map((child) => `      ${child}) ${functionName(nameOf(child))} ;;`),
    '    esac ;;',
    '  esac',
    '}',
  ].join('\n');
}

function functionName(name: string): string {
  return `_graft${name === '' ? '' : `_${name.replaceAll(/[ -]/g, '_')}`}`;
}

function specOf({ flags, description, takesValue, choices }: OptionWords): string {
  const text = `[${description.replaceAll(/[[\]:]/g, (found) => `\\${found}`)}]`;
  const value = !takesValue
    ? ''
    : choices.length > 0
      ? `:value:(${choices.join(' ')})`
      : ':value:_files';
  const list = flags.length > 1 ? `{${flags.join(',')}}` : flags[0];
  return `'*'${list}${zshQuoted(`${text}${value}`)}`;
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a shell must know about a command. */
interface CommandWords {
  /** `graft` for the tool itself, otherwise the command, such as `adapter init`. */
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly string[];
  /** Choices of its first argument; empty if that is a file or something only the user knows. */
  readonly values: readonly string[];
  readonly options: readonly OptionWords[];
}

interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a value follows; without choices, it is a file or something only the user knows. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** Returns the words of all commands of a program, starting with the tool itself. */
export function commandWords(root: Command): CommandWords[] {
  const visit = (command: Command, path: readonly string[]): CommandWords[] => [
    {
      name: path.join(' '),
      summary: command.summary() || command.description(),
      commands: command.commands.map((child) => child.name()),
      values: command.registeredArguments[0]?.argChoices ?? [],
      options: [...command.options.filter(({ hidden }) => !hidden).map(optionWords), help],
    },
    ...command.commands.flatMap((child) => visit(child, [...path, child.name()])),
  ];
  const [first, ...others] = visit(root, []);
  // Commander keeps its own command for help out of the list.
  const named = { ...first!, commands: [...first!.commands, 'help'] };
  return [named, ...others, { ...helpCommand, values: first!.commands }];
}

const helpCommand: CommandWords = {
  name: 'help',
  summary: 'show how a command is used',
  commands: [],
  values: [],
  options: [],
};

const help: OptionWords = {
  flags: ['-h', '--help'],
  description: 'show how the command is used',
  takesValue: false,
  choices: [],
};

function optionWords({
  short,
  long,
  description,
  required,
  optional,
  argChoices,
}: Option): OptionWords {
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  };
}
