import type { CommandWords, OptionWords } from './command-words.ts';

/** A completion script for zsh, with what each command and option is for. */
export function zshScript(commands: readonly CommandWords[]): string {
  return [
    '#compdef graft',
    '# zsh completion of graft; in a folder of $fpath: graft completion zsh > _graft',
    ...commands.map((command) => functionOf(command, commands)),
    '[[ $funcstack[1] == _graft ]] && _graft "$@" || compdef _graft graft',
  ].join('\n');
}

function functionOf(
  { name, commands: below, options }: CommandWords,
  all: readonly CommandWords[],
): string {
  const specs = options.map(specOf);
  if (below.length === 0)
    return [
      `${functionName(name)}() {`,
      `  _arguments -s ${[...specs, "'*:file:_files'"].join(' ')}`,
      '}',
    ].join('\n');
  const nameOf = (child: string): string => (name === '' ? child : `${name} ${child}`);
  const described = below.map((child) => {
    const { summary = '' } = all.find((each) => each.name === nameOf(child)) ?? {};
    return quoted(`${child}:${summary}`);
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
  return `'*'${list}${quoted(`${text}${value}`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
