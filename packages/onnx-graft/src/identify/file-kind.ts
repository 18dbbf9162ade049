/** What a file is, by its content. */
export interface FileKind {
  /** With its article, as `a Git LFS pointer`. */
  readonly name: string;
  /** What to do about it, as an instruction; left out where the name says enough. */
  readonly advice?: string;
  /** Set for images: the format's short name, as `heic`. */
  readonly image?: string;
}

/** The same with a clause for messages. */
export interface IdentifiedFile extends FileKind {
  /** As `it is a web page; the download may have failed`. */
  readonly text: string;
}
