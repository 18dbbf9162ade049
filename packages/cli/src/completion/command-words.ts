import type { Command, Option } from 'commander';

/** What a shell must know about a command. */
export interface CommandWords {
  /** `graft` for the tool itself, otherwise the command, such as `adapter init`. */
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly string[];
  /** Choices of its first argument; empty if that is a file or something only the user knows. */
  readonly values: readonly string[];
  readonly options: readonly OptionWords[];
}

export interface OptionWords {
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
