import * as z from "zod";
import { SygaldryError } from "../../base/errors.ts";
import type { RunOptions } from "../../base/process.ts";
import type { Site } from "../../site/site.ts";
import type { SpackDistribution } from "../distributions/distribution.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { generator } from "../stubs/stub-wheel.ts";
import { projectPython, type UvCall, uvCommand } from "./commands.ts";
import { verifyScript } from "./verify-script.ts";

/** A distribution of Spack's that is not what the project's Python imports. */
export interface Shadowed {
  readonly name: string;
  readonly owner: SpackDistribution["owner"];
  /**
   * module: a file elsewhere is imported in its place. installed: another build of it is installed in the environment.
   * absent: it is installed, and a module of it cannot be found.
   */
  readonly why: "module" | "installed" | "absent";
  readonly module: string | undefined;
  /** The file (of the site) that is in the way. */
  readonly file: string | undefined;
}

export interface Verification {
  /** `3.11.7` */
  readonly python: string;
  /** The project's environment, at the site. */
  readonly prefix: string;
  /** How many distributions of Spack's the project can import. */
  readonly verified: number;
  readonly shadowed: readonly Shadowed[];
}

const answer = z.object({
  python: z.string(),
  prefix: z.string(),
  installed: z.record(z.string(), z.object({ version: z.string(), generator: z.string() })),
  modules: z.record(z.string(), z.object({ files: z.array(z.string()), spack: z.boolean() })),
});

type Answer = z.infer<typeof answer>;

/**
 * Asks the project's Python where it would import Spack's distributions from. Throws SYG-UV when it cannot be asked.
 */
export async function verifyProject(
  site: Site,
  call: UvCall,
  environment: PythonEnvironment,
  options: RunOptions = {},
): Promise<Verification> {
  const { distributions, paths } = environment;
  const asked = {
    modules: [...new Set(distributions.flatMap(({ modules }) => modules))].sort(),
    roots: [...new Set([...distributions.map(({ owner }) => owner.prefix), ...paths])],
  };
  return judge(await ask(site, call, asked, options), environment);
}

/** The files that the project's Python would import these modules from. Throws as verifyProject does. */
export async function moduleFiles(
  site: Site,
  call: UvCall,
  modules: readonly string[],
  signal?: AbortSignal,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { modules: found } = await ask(
    site,
    call,
    { modules, roots: [] },
    signal === undefined ? {} : { signal },
  );
  return Object.fromEntries(Object.entries(found).map(([name, { files }]) => [name, files]));
}

interface Question {
  readonly modules: readonly string[];
  /** Folders that are Spack's. */
  readonly roots: readonly string[];
}

async function ask(site: Site, call: UvCall, asked: Question, options: RunOptions): Promise<Answer> {
  const command = uvCommand(projectPython(verifyScript), call);
  const { exitCode, stdout, stderr } = await site.run({ ...command, input: JSON.stringify(asked) }, options);
  const said = exitCode === 0 ? parseAnswer(stdout) : undefined;
  if (said === undefined) {
    const why = stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
    throw new SygaldryError("SYG-UV", `the project's Python could not be asked what it imports: ${why}`, {
      next: "Run `sygaldry python sync`.",
    });
  }
  return said;
}

function parseAnswer(text: string): Answer | undefined {
  try {
    const parsed = answer.safeParse(JSON.parse(text.slice(text.indexOf("{"))));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Names of folders that many distributions leave at the top by mistake, and that projects have of their own. */
const litter = new Set(
  "test tests doc docs example examples benchmark benchmarks scripts tools conftest setup".split(" "),
);

/** Pure, for what the Python said. */
export function judge(said: Answer, environment: PythonEnvironment): Verification {
  const stubs = Object.values(said.installed).some((one) => one.generator === generator);
  const shadowed: Shadowed[] = [];
  let verified = 0;
  for (const { name, owner, modules } of environment.distributions) {
    const installed = said.installed[name];
    if (installed !== undefined && installed.generator !== generator) {
      const file = modules.flatMap((module) => said.modules[module]?.files ?? [])[0];
      shadowed.push({ ...{ name, owner, why: "installed", module: modules[0] }, file });
      continue;
    }
    if (!stubs) continue;
    const wrong = modules
      .filter((module) => !litter.has(module))
      .map((module) => ({
        module,
        files: said.modules[module]?.files ?? [],
        spack: said.modules[module]?.spack,
      }))
      .find(({ files, spack }) => (files.length === 0 ? installed !== undefined : spack !== true));
    if (wrong === undefined) verified += 1;
    else {
      const [file] = wrong.files;
      shadowed.push({
        ...{ name, owner, module: wrong.module, file },
        why: file === undefined ? "absent" : "module",
      });
    }
  }
  return { python: said.python, prefix: said.prefix, verified, shadowed };
}

/** One line about it. */
export function shadowText({ name, owner, why, module, file }: Shadowed, prefix: string): string {
  const spec = `${owner.name}@${owner.version}/${owner.hash.slice(0, 7)}`;
  switch (why) {
    case "absent":
      return `${name}: \`import ${module}\` finds nothing, although Spack has installed ${spec}`;
    case "module":
      return `${name}: \`import ${module}\` finds ${file}, not Spack's ${spec}`;
    case "installed":
      return `${name}: another build than Spack's ${spec} is installed in ${prefix}${file === undefined ? "" : `, and imported from ${file}`}`;
  }
}

/** The next step. */
export function mendShadowed(shadowed: readonly Shadowed[]): string {
  const builds = shadowed
    .filter(({ why }) => why !== "module")
    .map(({ name }) => `--reinstall-package ${name}`);
  const sync = `\`sygaldry python sync ${builds.join(" ")}\``;
  const files = shadowed.some(({ why }) => why === "module");
  if (builds.length === 0) return "Remove the file that is in the way.";
  return files ? `Remove the files that are in the way, and run ${sync}.` : `Run ${sync}.`;
}
