/** Losses that a training state may keep: with 24 bytes each, the header stays under the format's 100 MB. */
export const maxLosses = 2_000_000;

/** Characters of a training state's record, by the same reckoning. */
export const maxRecordCharacters = 64 * 1024 * 1024;
