import { SygaldryError } from "../../../core/base/errors.ts";
import { coversPackage, parsePattern, type TargetPattern } from "../../../core/bazel/workspace/pattern.ts";
import type { BazelProgram } from "../../../core/bazel/workspace/program.ts";
import { scanWorkspace } from "../../../core/bazel/workspace/scan.ts";
import { selectTargets } from "../../../core/bazel/workspace/select.ts";
import type { BazelWorkspace } from "../../../core/bazel/workspace/workspace.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { findPlace, openBazel } from "./place.ts";
import { targetsJson, targetsTable, tellProblems } from "./targets-text.ts";

interface TargetsOptions extends SiteOptions {
  readonly kind?: readonly string[];
  readonly scan?: boolean;
}

export async function targets(
  options: TargetsOptions,
  [text = "//..."]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { root, folder } = await findPlace(options);
  const pattern = parsePattern(text, folder);
  const scan = scanPart(root, pattern, signal);
  const asked = options.scan === true ? undefined : await ask(options, root, pattern, scan, output, signal);
  const workspace = asked?.workspace ?? requireKnown(await scan, pattern);
  const selected = selectTargets(workspace, pattern, options.kind);
  const complete = asked?.complete ?? isExact(selected);
  output.result(
    targetsJson(selected, { pattern: text, bazel: asked?.bazel, complete }),
    targetsTable(selected),
  );
  tellProblems(selected, asked === undefined, output);
  return 0;
}

/** The packages that the pattern means, by their files; none of another repository's. */
function scanPart(
  root: string,
  { repository, folder, scope }: TargetPattern,
  signal: AbortSignal,
): Promise<BazelWorkspace> {
  return repository === undefined
    ? scanWorkspace(root, { folder, single: scope !== "below", signal })
    : Promise.resolve({ root, packages: [], problems: [] });
}

async function ask(
  options: TargetsOptions,
  root: string,
  pattern: TargetPattern,
  scan: Promise<BazelWorkspace>,
  output: Output,
  signal: AbortSignal,
): Promise<{ readonly workspace: BazelWorkspace; readonly bazel: BazelProgram; readonly complete: boolean }> {
  // Bazel is waited for first, and may fail before the scan does.
  scan.catch(() => {});
  const { site, bazel } = await openBazel(options, root, output, signal);
  // The parsers' schema takes longer to make than a scan.
  const [{ queryTargets }, { mergeAnswer }] = await Promise.all([
    import("../../../core/bazel/query/query.ts"),
    import("../../../core/bazel/query/merge.ts"),
  ]);
  const answer = await queryTargets(site, bazel, root, pattern, { environment: process.env, signal });
  return { workspace: mergeAnswer(await scan, answer, pattern), bazel, complete: answer.complete };
}

/** Throws SYG-BAZEL-TARGET when the files show nothing of that name. */
function requireKnown(workspace: BazelWorkspace, pattern: TargetPattern): BazelWorkspace {
  const { repository, folder, scope, name } = pattern;
  if (repository !== undefined)
    throw new SygaldryError("SYG-BAZEL-TARGET", `--scan knows nothing of ${repository}`, {
      next: "Leave out --scan: only Bazel knows other repositories.",
    });
  const covered = workspace.packages.filter(({ label }) => coversPackage(pattern, label));
  const none = covered.length === 0 && folder !== "";
  const lacks =
    scope === "target" && !covered.some(({ targets }) => targets.some((one) => one.name === name));
  if (!none && !lacks) return workspace;
  const what = none ? `there is no package //${folder}` : `the file of //${folder} names no target ${name}`;
  throw new SygaldryError("SYG-BAZEL-TARGET", scope === "below" && none ? `${what} and none below` : what, {
    next: none
      ? "`sygaldry bazel targets --scan` lists all there are."
      : "Leave out --scan: a macro may make it, which only Bazel can tell.",
  });
}

function isExact({ packages, problems }: BazelWorkspace): boolean {
  const read = packages.every(
    (one) => one.unread.length + one.problems.length === 0 && one.targets.every(({ certain }) => certain),
  );
  return read && problems.length === 0;
}
