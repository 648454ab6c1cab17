import { SygaldryError } from "../../../core/base/errors.ts";
import type { DifferentAction, DifferentOutput } from "../../../core/bazel/reproduce/compare-actions.ts";
import type { FileDifference } from "../../../core/bazel/reproduce/compare-files.ts";
import { type Reproduction, reproduce as reproduceIt } from "../../../core/bazel/reproduce/reproduce.ts";
import { parsePattern, patternText } from "../../../core/bazel/workspace/pattern.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { bazelJson, findPlace, openBazel } from "./place.ts";

interface ReproduceOptions extends SiteOptions {
  readonly keep?: boolean;
}

/** Exits 1 when the two builds differ. */
export async function reproduce(
  options: ReproduceOptions,
  operands: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { root, folder } = await findPlace(options);
  // Operands may begin with '-' only after `--`, and there stand options of Bazel with their values.
  const first = operands.findIndex((operand) => operand.startsWith("-"));
  const end = first < 0 ? operands.length : first;
  const [texts, flags] = [operands.slice(0, end), operands.slice(end)];
  if (texts.length === 0)
    throw new SygaldryError("SYG-USAGE", "no target is named", {
      next: "`sygaldry bazel targets` lists all.",
    });
  const targets = texts.map((text) => patternText(parsePattern(text, folder)));
  const { site, bazel } = await openBazel(options, root, output, signal);
  const found = await reproduceIt(site, bazel, root, {
    ...{ targets, flags, keep: options.keep === true, environment: process.env, signal },
    onBuild: (which) => output.info(`the ${which} build of ${targets.join(" ")}`),
    onLine: (line) => output.debug(line),
  });
  const reproducible = found.different.length === 0;
  output.result(
    { root, targets, bazel: bazelJson(bazel), reproducible, ...foundJson(found) },
    reproducible ? undefined : foundText(found),
  );
  if (reproducible) output.info(`${found.actions} actions made the same twice.`);
  if (found.kept !== undefined) output.info(`The output bases and logs are in ${found.kept}.`);
  return reproducible ? 0 : 1;
}

function foundJson({ actions, different, followers, files, kept }: Reproduction): Record<string, unknown> {
  return {
    ...{ actions, followers, kept: kept ?? null },
    different: different.map(({ mnemonic, label, what, outputs }) => ({
      ...{ mnemonic, label: label ?? null, what },
      outputs: outputs.map(({ path, first, second }) => {
        const { offset, diff, hint } = files.get(path) ?? {};
        const sides = { first: first ?? null, second: second ?? null };
        return { path, ...sides, offset: offset ?? null, diff: diff ?? null, hint: hint ?? null };
      }),
    })),
  };
}

const whats: Readonly<Record<DifferentAction["what"], string>> = {
  outputs: "made other outputs of the same inputs",
  command: "was another command",
  missing: "ran in one of the builds only",
};

/** More lines of a diff than this are left to --json. */
const shown = 12;

function foundText({ actions, different, followers, files }: Reproduction): string {
  const causes = different.flatMap(({ mnemonic, label, what, outputs }, index) => [
    `${index + 1}. ${mnemonic} of ${label ?? "no target"} ${whats[what]}:`,
    ...outputs.flatMap((output) => outputText(output, files.get(output.path))),
  ]);
  const rest = followers === 0 ? "" : `; ${followers} more differ since their inputs do`;
  return [...causes, `${different.length} of ${actions} actions are not reproducible${rest}`].join("\n");
}

function outputText(
  { path, first, second }: DifferentOutput,
  difference: FileDifference | undefined,
): readonly string[] {
  if (first === undefined || second === undefined)
    return [`   ${path}: only the ${first === undefined ? "second" : "first"} build made it`];
  const sizes = first.size === second.size ? `${first.size} bytes` : `${first.size} and ${second.size} bytes`;
  const at = difference === undefined ? "" : `, from byte ${difference.offset}`;
  const hint = difference?.hint === undefined ? "" : `, seemingly ${difference.hint}`;
  const lines = difference?.diff?.trimEnd().split("\n").slice(3) ?? [];
  const cut = lines.length > shown ? ["     …"] : [];
  return [`   ${path}: ${sizes}${at}${hint}`, ...lines.slice(0, shown).map((line) => `     ${line}`), ...cut];
}
