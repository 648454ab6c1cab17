/** One file to write below the repository root. */
export interface RenderedFile {
  /** Relative to the repository root, with `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly executable: boolean;
}

/** The folder of everything rendered but a Dockerfile that is asked for elsewhere; also the build context. */
export const devcontainerFolder = ".devcontainer";
