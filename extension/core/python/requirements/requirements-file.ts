import { parseRequirement, type Requirement } from "./requirement.ts";

/**
 * The requirements of a requirements file; options, paths, URLs and further files (-r) are passed over. Format: pip's
 * requirements file format, in which a backslash goes on with the next line and ` #` begins a comment.
 */
export function parseRequirementsFile(text: string): readonly Requirement[] {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, "")
        .replace(/\s--(?:hash|config-settings|global-option)[= ].*$/, "")
        .trim(),
    )
    .filter((line) => line !== "" && !line.startsWith("-"))
    .flatMap((line) => parseRequirement(line) ?? []);
}
