/** One file to write below the repository root. */
export interface RenderedFile {
  /** Relative to the repository root, with `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly executable: boolean;
  /** The permission bits of a file that was there before and is only in part Sygaldry's. */
  readonly mode?: number;
}

type FileState =
  /** As rendered. */
  | "current"
  /** Not there. */
  | "missing"
  /** As some earlier rendering left it. */
  | "stale"
  /** Changed by hand since it was rendered, or never rendered by Sygaldry. */
  | "edited"
  /** Rendered once, no longer wanted. */
  | "obsolete";

export interface FileStatus {
  readonly path: string;
  readonly state: FileState;
  readonly before: Uint8Array | undefined;
  readonly after: RenderedFile | undefined;
}
