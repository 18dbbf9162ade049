// An adapter's config comes from files of unknown origin; these limits keep its sizes within what a
// person could mean.

/** Degradations. The paper has at most seven. */
export const maxLabels = 256;

/** Skip connections of one network. */
export const maxLevels = 32;

/** Channels of a skip feature or a prompt. The largest published backbone has 1,024. */
export const maxChannels = 8192;

/** Height and width of a prompt. */
export const maxPromptSize = 1024;

/** Hidden width divided by width in the feed-forward parts. */
export const maxExpansion = 16;

/** Convolutions of a sensor. Each halves the image. */
export const maxSensorConvolutions = 8;

/** Channels of a sensor's convolutions: it must cost little compared with the host. */
export const maxSensorChannels = 512;

/** The authors start prompts at 1; larger values are of no use. */
export const maxPromptStd = 10;
