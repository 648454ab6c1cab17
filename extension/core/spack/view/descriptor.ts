export type ViewLink = "all" | "roots" | "run";
type ViewLinkType = "symlink" | "hardlink" | "copy";

/** One view that an environment asks for, with Spack's defaults put in. */
export interface ViewDescriptor {
  readonly name: string;
  /** As the manifest has it, variables and all: it is part of the view's hash. */
  readonly root: string;
  /** The absolute path of `root` at the site. */
  readonly path: string;
  /** In the manifest's order, which is part of the view's hash. */
  readonly projections: Readonly<Record<string, string>>;
  /** Specs of which a package has to satisfy one, unless the list is empty. */
  readonly select: readonly string[];
  /** Specs of which a package may satisfy none. */
  readonly exclude: readonly string[];
  /** Whether what the roots link to and run with is in it, or only what they run with, or the roots alone. */
  readonly link: ViewLink;
  readonly linkType: ViewLinkType;
}
