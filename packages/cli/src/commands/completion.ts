import { Argument, type Command } from 'commander';
import { bashScript, commandWords, fishScript, zshScript } from '../completion-scripts.ts';
import { define, run } from '../pipeline/run.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function command(): Command {
  const completion = define(
    'completion',
    'Prints a script that completes commands and options in a shell',
    [
      'source <(graft completion bash)',
      'graft completion zsh > ~/.zsh/completions/_graft',
      'graft completion fish > ~/.config/fish/completions/graft.fish',
    ],
  );
  return completion
    .addArgument(new Argument('<shell>', 'shell to complete for').choices(Object.keys(scripts)))
    .action(
      run<[keyof typeof scripts], object>(async (_session, shell) => {
        // The program was built with the full definition of every command.
        const script = scripts[shell](commandWords(completion.parent!));
        return { json: { shell, script }, text: script, isAnswer: true };
      }),
    );
}
