/** What training adds to a layer, by the ends of its names, and how to take it out again. */
const additions = [
  {
    names: /(^|\.)lora_\w+(\.\w+)*$|\.base_layer\.(weight|bias)$/,
    text: 'it has LoRA weights beside those of its layers: merge the LoRA weights first (merge_and_unload of PEFT), and save the state_dict() after that',
  },
  {
    names: /\.parametrizations\.\w+\.original\d*$/,
    text: 'it has parametrizations, such as weight_norm, in place of weights: remove them with torch.nn.utils.parametrize.remove_parametrizations, and save the state_dict() after that',
  },
  {
    names: /\.weight_[gv]$/,
    text: 'it has weight_norm in place of weights: remove it with torch.nn.utils.remove_weight_norm, and save the state_dict() after that',
  },
  {
    names: /\.weight_(orig|u)$/,
    text: 'it has spectral_norm or pruning in place of weights: remove it with torch.nn.utils.remove_spectral_norm or prune.remove, and save the state_dict() after that',
  },
] as const;

/** What to do about names that training put in place of a network's; undefined for other names. */
export function additionIn(names: readonly string[]): string | undefined {
  return additions.find((one) => names.some((name) => one.names.test(name)))?.text;
}
