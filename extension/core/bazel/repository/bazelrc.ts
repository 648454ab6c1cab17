import { renderTemplate } from "../../base/rendered/template.ts";
import { withoutBlock } from "./block.ts";
import type { BazelChoice, EngineName, PlannedBlock, RemoteEngine, RepositoryInput } from "./model.ts";

/** The block of .bazelrc. What the file says outside of it, of the same thing, stands and is left out. */
export function bazelrcBlock({ bazel, remote, existing }: RepositoryInput): PlannedBlock {
  const own = withoutBlock(existing.files.get(".bazelrc")?.text ?? "");
  const has = (config: string) => new RegExp(`^[ \\t]*[a-z-]+:${config}(-[a-z-]+)?[ \\t]`, "m").test(own);
  const body = renderTemplate("bazel/repository/bazelrc.hbs", {
    diskCache: !/^[ \t]*[a-z-]+[ \t].*--disk_cache\b/m.test(own),
    collects: collectsGarbage(bazel),
    ci: !has("ci"),
    engines: engines
      .filter(({ name }) => !has(name))
      .map((engine) => engineLines(engine, remote[engine.name])),
  });
  const line = {
    text: "try-import %workspace%/user.bazelrc",
    comment: "# Of this machine alone; not committed.",
  };
  return {
    path: ".bazelrc",
    body,
    place: "top",
    ...(/^[ \t]*(try-)?import[ \t].*user\.bazelrc/m.test(own) ? {} : { line }),
  };
}

/** --experimental_disk_cache_gc_max_size is there since Bazel 7.4. */
function collectsGarbage({ major, minor }: BazelChoice): boolean {
  return major === 8 || (major === 7 && (minor ?? 9) >= 4);
}

interface Engine {
  readonly name: EngineName;
  readonly title: string;
  readonly executes: boolean;
}

const engines: readonly Engine[] = [
  { name: "bazel-remote", title: "bazel-remote: a cache.", executes: false },
  { name: "buildbarn", title: "Buildbarn.", executes: true },
  { name: "nativelink", title: "NativeLink.", executes: true },
  { name: "buildbuddy", title: "BuildBuddy.", executes: true },
];

/** An endpoint is a config of its own: where nobody has said it, Bazel itself stops at the name. */
function engineLines({ name, title, executes }: Engine, remote: RemoteEngine | undefined) {
  const flags = (
    config: string,
    ...values: readonly (readonly [flag: string, value: string | undefined])[]
  ) => values.flatMap(([flag, value]) => (value === undefined ? [] : [`${config} --${flag}=${value}`]));
  const exec = `${name}-exec`;
  return {
    title,
    lines: [
      `${name} --config=${name}-endpoint`,
      ...flags(
        `${name}-endpoint`,
        ["remote_cache", remote?.cache],
        ["remote_instance_name", remote?.instance],
        ["bes_backend", remote?.events],
        ["bes_results_url", remote?.results],
      ),
      ...(executes
        ? [
            `${exec} --config=${name}`,
            `${exec} --config=${exec}-endpoint`,
            ...flags(`${exec}-endpoint`, ["remote_executor", remote?.executor ?? remote?.cache]),
          ]
        : []),
    ],
  };
}
