// An adapter's config is read from files of unknown origin; these keep the sizes it
// can ask for within what a person could mean.

/** Degradations. The paper has at most seven. */
export const maxLabels = 256;

/** Skip connections of one network. */
export const maxLevels = 32;

/** Channels of a skip feature or a prompt. The largest published backbone has 1,024. */
export const maxChannels = 8192;

/** Height and width of a prompt. */
export const maxPromptSize = 1024;

/** Hidden width over width in the feed-forward parts. */
export const maxExpansion = 16;
