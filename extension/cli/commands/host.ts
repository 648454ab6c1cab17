import type { Fact } from "../../core/base/fact.ts";
import type { HostFacts } from "../../core/project/host/facts.ts";
import { probeHost } from "../../core/project/host/probe.ts";
import { hostWarnings } from "../../core/project/host/warnings.ts";
import { type CommonOptions, outputOptions } from "../options.ts";
import { createOutput, table } from "../output.ts";
import { createToolkit } from "../toolkit.ts";

export async function host(
  options: CommonOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { runner, engine, environment } = createToolkit(output);
  const storageRoot = options.storageRoot ?? environment["SYGALDRY_CONTAINER_ROOT"] ?? process.cwd();
  const facts = await probeHost({ runner, engine, environment, storageRoot, signal, need: { client: true } });
  const warnings = hostWarnings(facts);
  output.result(
    { ...facts, warnings },
    [hostText(facts), ...warnings.map((warning) => `warning: ${warning}`)].join("\n"),
  );
  return 0;
}

function hostText(facts: HostFacts): string {
  const engine = facts.engine;
  return table([
    ["machine", `${facts.platform} ${facts.arch}`],
    ["user", `${facts.user.name} (${facts.user.uid}:${facts.user.gid})`],
    [
      "engine",
      show(
        engine,
        (value) =>
          `${value.name} ${value.version}, API ${value.apiVersion}${value.rootless ? ", rootless" : ""}, ${value.storageDriver}`,
      ),
    ],
    [
      "builder",
      engine.known
        ? show(engine.value.client, (value) => `${value.builder} (${value.path} ${value.version})`)
        : "unknown: no engine",
    ],
    ["GPU", show(facts.gpu.devices, (devices) => devices.map((device) => device.name).join(", ") || "none")],
    ["GPU driver", `${show(facts.gpu.driver, String)}, CUDA ${show(facts.gpu.cuda, String)}`],
    [
      "GPU access",
      `nvidia runtime: ${show(facts.gpu.runtime, (value) => (value ? "yes" : "no"))}; CDI: ${show(facts.gpu.cdi, (names) => names.join(", ") || "none")}`,
    ],
    ["free for storage", show(facts.storageFree, gigabytes)],
    ["free for images", show(facts.engineFree, gigabytes)],
    ["memory", show(facts.memory, gigabytes)],
  ]);
}

function show<T>(fact: Fact<T>, text: (value: T) => string): string {
  return fact.known ? text(fact.value) : `unknown (${fact.why})`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
