import type { SpecHash } from "../../lockfile/lockfile.ts";

/** What is wrong with an install, in terms of its own manifest. */
export type DamageKind =
  /** The database says installed, and there is no such folder. */
  | "prefix-missing"
  | "manifest-missing"
  | "manifest-damaged"
  | "added"
  | "deleted"
  | "content"
  | "link"
  /** A file became a folder or a link, and the like. */
  | "type"
  | "mode"
  | "owner";

export interface Damage {
  readonly kind: DamageKind;
  /** As the site knows it. */
  readonly path: string;
  readonly detail: string;
}

/** Differences from the manifest that are no damage, by why: `spack verify manifest` cries wolf over these. */
export interface Excuse {
  readonly why: ExcuseReason;
  readonly paths: readonly string[];
}

export type ExcuseReason =
  /** From a build cache: the content is the recorded one once the new prefixes are turned back into the old. */
  | "relocated"
  /** From a build cache: shows the new prefix, but how the file was changed cannot be undone to compare it. */
  | "relocated, content not comparable"
  /** Only the time of the last change differs. */
  | "touched"
  /** Bytecode that Python keeps beside modules. */
  | "python bytecode"
  /** Written by Spack itself after the manifest. */
  | "written by spack"
  /** A log of the build that Spack keeps for people; sites take them away to save space or hide what is in them. */
  | "log removed"
  /** A folder's set-group-id bit, which archives and many file systems do not keep. */
  | "folder group bit"
  /** All owners or groups differ from the record in the same way, as in another user namespace or after chown -R. */
  | "owner renumbered";

/** Something that could not be examined; no word on whether it is damaged. */
export interface Unchecked {
  readonly path: string;
  readonly why: string;
}

export interface InstallVerification {
  readonly hash: SpecHash;
  readonly name: string;
  readonly prefix: string | undefined;
  /** `unknown`: no damage found, but not everything could be examined. `skipped`: nothing that Spack installed here. */
  readonly state: "intact" | "damaged" | "unknown" | "skipped";
  readonly damages: readonly Damage[];
  readonly excuses: readonly Excuse[];
  readonly unchecked: readonly Unchecked[];
  /** How many files, links and folders were compared. */
  readonly compared: number;
}
