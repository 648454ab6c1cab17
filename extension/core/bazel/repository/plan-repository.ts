import { assets } from "sygaldry:assets";
import type { RenderedFile } from "../../base/rendered/rendered-file.ts";
import { bazelrcBlock } from "./bazelrc.ts";
import { withoutBlock } from "./block.ts";
import { fileLabel } from "./labels.ts";
import type { ExistingRepository, PlannedBlock, RepositoryInput, RepositoryPlan } from "./model.ts";
import { pinsFor } from "./pins.ts";
import { buildFilePath, moduleFolder } from "./places.ts";
import { isNew, planSetup } from "./plan-setup.ts";
import { buildFileBody } from "./setup.ts";

/** Everything that setting a workspace up for Bazel and Spack comes to. Pure: the same input gives the same bytes. */
export function planRepository(input: RepositoryInput): RepositoryPlan {
  const { existing } = input;
  const setups = planSetup(input);
  // Who takes the module from elsewhere has no use for a copy.
  const spack = input.repositories.length > 0 && setups.some(({ copied }) => copied);
  const repositories = spack ? input.repositories : [];
  return {
    files: spack ? moduleFiles() : [],
    blocks: [
      ...setups.flatMap(({ block }) => block ?? []),
      ...repositories.map((repository): PlannedBlock => {
        return { path: buildFilePath(repository), body: buildFileBody(repository), place: "top" };
      }),
      bazelrcBlock(input),
      ...ignoreBlock(existing),
    ],
    seeds: seeds(input, spack),
    snippets: setups.flatMap(({ snippet }) => snippet ?? []),
    notes: [...tooOld(input), ...setups.flatMap(({ notes }) => notes)],
  };
}

function moduleFiles(): readonly RenderedFile[] {
  const from = "templates/bazel/spack/";
  return Object.entries(assets)
    .filter(([name]) => name.startsWith(from))
    .map(([name, { text }]) => {
      return { path: `${moduleFolder}/${name.slice(from.length)}`, content: text, executable: false };
    });
}

/** What Bazel and its users leave in a repository, unless the file knows of it. */
function ignoreBlock({ files }: ExistingRepository): readonly PlannedBlock[] {
  const lines = withoutBlock(files.get(".gitignore")?.text ?? "").split(/\r?\n/);
  const wanted = [
    ...(lines.some((line) => /^\/?bazel-/.test(line)) ? [] : ["/bazel-*"]),
    ...(lines.some((line) => /^\/?(user|\*)\.bazelrc/.test(line)) ? [] : ["/user.bazelrc"]),
  ];
  return wanted.length === 0 ? [] : [{ path: ".gitignore", body: `${wanted.join("\n")}\n`, place: "bottom" }];
}

function seeds({ bazel, repositories, existing }: RepositoryInput, spack: boolean): readonly RenderedFile[] {
  const file = (path: string, content: string): RenderedFile => ({ path, content, executable: false });
  const made = isNew(existing.files);
  const files = spack ? repositories.flatMap((each) => [each.lockPath, buildFilePath(each)]) : [];
  const wantsPackage = files.some((each) => fileLabel(each, existing.packages).startsWith("//:"));
  return [
    ...(made ? [file(".bazelversion", `${bazel.text}\n`)] : []),
    ...(made && bazel.major === 6 ? [file("WORKSPACE.bzlmod", workspaceOfModules)] : []),
    ...(wantsPackage && !existing.packages.has("") ? [file("BUILD.bazel", rootBuildFile)] : []),
  ];
}

const workspaceOfModules =
  "# With --enable_bzlmod Bazel reads this in place of WORKSPACE: all that it needs is in MODULE.bazel.\n";
const rootBuildFile =
  "# The package that files above all other packages belong to: //:spack.lock and its like.\n";

function tooOld({ bazel: { text, from, major, minor } }: RepositoryInput): readonly string[] {
  const [, lowest] = pinsFor(major).lowest;
  return pinsFor(major).lowest[0] === major && minor !== undefined && minor < lowest
    ? [`Bazel ${text} (${from}): the rules that are depended on want ${major}.${lowest} or later`]
    : [];
}
