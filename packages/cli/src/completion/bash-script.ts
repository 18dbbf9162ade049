import type { CommandWords } from './command-words.ts';

/** A completion script for bash: commands, options, the choices of an option, else files. */
export function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap(({ name, commands: below, options }) => [
    `    '${name}')`,
    `      below='${below.join(' ')}'`,
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
    '  case "$name" in',
    ...cases,
    '  esac',
    '  if [[ -n $value ]]; then words=$choices',
    '  elif [[ $current == -* ]]; then words=$options',
    '  elif (( COMP_CWORD == 1 )) || [[ $name == "$previous" ]]; then words=$below',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _graft graft',
  ].join('\n');
}
