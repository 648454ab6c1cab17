import { sizeText } from "../../base/text-size.ts";
import type { GpuFacts, HostFacts } from "./facts.ts";

const enoughDisk = 50e9;
const enoughMemory = 16e9;

/** What a user should know before building here, a sentence each; empty when all is well. */
export function hostWarnings(facts: HostFacts): readonly string[] {
  const { storageFree, engineFree, memory, engine } = facts;
  const client = engine.known && engine.value.client.known ? engine.value.client.value : undefined;
  return [
    ...(storageFree.known && storageFree.value < enoughDisk
      ? [
          `Only ${sizeText(storageFree.value)} are free at the storage root; ${sizeText(enoughDisk)} are advised.`,
        ]
      : []),
    ...(engineFree.known && engineFree.value < enoughDisk
      ? [
          `Only ${sizeText(engineFree.value)} are free where the engine keeps images; ${sizeText(enoughDisk)} are advised.`,
        ]
      : []),
    ...(memory.known && memory.value < enoughMemory
      ? [`This machine has only ${sizeText(memory.value)} of memory; ${sizeText(enoughMemory)} are advised.`]
      : []),
    ...(client?.builder === "legacy"
      ? [
          `${client.path} has only the legacy builder, without cache mounts and parallel stages; install the buildx plugin.`,
        ]
      : []),
    ...gpuWarnings(facts.gpu),
  ];
}

function gpuWarnings({ devices, runtime, cdi }: GpuFacts): string[] {
  if (!devices.known) return [`Whether this machine has a GPU is unknown: ${devices.why}.`];
  const way = (runtime.known && runtime.value) || (cdi.known && cdi.value.length > 0);
  // Without an engine there is nothing to say about its runtime.
  const noWay = runtime.known && !way;
  if (devices.value.length > 0 && noWay) {
    const damaged = cdi.known ? "" : ` (${cdi.why})`;
    return [
      `This machine has a GPU, but the engine has neither an nvidia runtime nor CDI devices${damaged}; install nvidia-container-toolkit.`,
    ];
  }
  return devices.value.length === 0 && runtime.known && runtime.value
    ? ["The engine has an nvidia runtime, but this machine has no GPU."]
    : [];
}
