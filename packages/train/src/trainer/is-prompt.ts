/** What carries a label in an adapter: degradation prompts, basic restoration prompts and gates. */
const prompts = /^level\d+\.(prompt\.(detask|low)_prompt_param|(\w+_)?gate)$/;

/**
 * Whether a parameter learns at the rate of prompts, where they have one.
 *
 * @example isPrompt('level1.prompt.detask_prompt_param') // true
 */
export function isPrompt(name: string): boolean {
  return prompts.test(name);
}
