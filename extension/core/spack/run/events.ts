/** What happens while Spack installs, as events; made from its output by install-parser.ts. */

/** A package as Spack's messages name it: `<name>-<version>-<hash>`. */
export interface PackageId {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}

export type Origin = "source" | "cache";

/** One line of a build log as Spack cites it. */
export interface ExcerptLine {
  /** The line's number in the log; undefined for text around it. */
  readonly number: number | undefined;
  readonly text: string;
  /** Spack points at it (`>>`). */
  readonly marked: boolean;
}

export interface Failure {
  /** Spack's message, its first line first. */
  readonly why: string;
  readonly excerpt: readonly ExcerptLine[];
  /** The build log's path at the site. */
  readonly log: string | undefined;
}

export type InstallEvent =
  /** Spack has begun with a package; `from` as soon as it says. Reported again when more is known. */
  | { readonly kind: "started"; readonly package: PackageId; readonly from: Origin | undefined }
  /** Spack's own count of its tasks, those already done and externals included. */
  | { readonly kind: "counted"; readonly package: PackageId; readonly index: number; readonly total: number }
  /** A phase of a build (`configure`, `build`, `install` …), or `stage`, `fetch`, `extract`. */
  | { readonly kind: "phase"; readonly package: PackageId; readonly phase: string }
  | { readonly kind: "fetching"; readonly url: string }
  | {
      readonly kind: "installed";
      readonly package: PackageId;
      readonly from: Origin | undefined;
      /** Seconds by phase, as Spack measured them. */
      readonly phases: Readonly<Record<string, number>>;
      readonly seconds: number | undefined;
      readonly prefix: string | undefined;
    }
  /** Was there already, or is an external. */
  | {
      readonly kind: "present";
      readonly package: PackageId | undefined;
      readonly prefix: string;
      readonly external: boolean;
    }
  | ({ readonly kind: "failed"; readonly package: PackageId } & Failure)
  /** Not tried, because what it needs failed. */
  | { readonly kind: "skipped"; readonly package: PackageId; readonly because: PackageId }
  | { readonly kind: "view"; readonly path: string }
  /** A warning or error that belongs to no package. */
  | ({ readonly kind: "warning" | "error" } & Failure)
  /** What a build printed, or a line of Spack that this version does not know. */
  | { readonly kind: "output"; readonly line: string };
