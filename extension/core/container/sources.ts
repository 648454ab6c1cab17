import { readFile } from "node:fs/promises";
import path from "node:path";
import { version } from "sygaldry:assets";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { sha256File } from "../base/files.ts";
import type { ProjectConfig } from "../project/config.ts";
import type { Inputs } from "./fingerprint.ts";
import type { ContainerPlan } from "./plan.ts";
import type { RenderSources } from "./render/render.ts";

/** Reads the files that rendering needs beside the plan. Throws SYG-FILE naming the setting whose file is missing. */
export async function readSources(
  project: ProjectConfig,
  plan: ContainerPlan,
  commandFile: string,
  cacheMounts: boolean,
): Promise<RenderSources> {
  const own = (name: string, file: string | undefined) =>
    file === undefined
      ? Promise.resolve(undefined)
      : readNamed(`${name} (${project.origin(name.split(".")).text})`, path.resolve(project.root, file));
  const [command, setup, certificates, inputs] = await Promise.all([
    plan.bundle ? readNamed("the sygaldry command", commandFile) : undefined,
    own("image.setup", plan.setup),
    own("certificates", plan.certificates === "host" ? undefined : plan.certificates),
    readInputs(project.root, plan.inputs),
  ]);
  if (certificates !== undefined) requireCertificates(project, Buffer.from(certificates).toString("latin1"));
  return { version, gpu: project.config.gpu, command, setup, certificates, inputs, cacheMounts };
}

/** update-ca-certificates would pass over anything else, and the first download fail for a reason hard to see. */
function requireCertificates(project: ProjectConfig, text: string): void {
  if (text.includes("-----BEGIN CERTIFICATE-----")) return;
  throw new SygaldryError(
    "SYG-CONFIG-INVALID",
    `certificates (${project.origin(["certificates"]).text}): ${project.config.certificates} holds no certificate in PEM form`,
    { next: "Name a PEM file (BEGIN CERTIFICATE); `openssl x509 -inform der -in FILE` converts a DER one." },
  );
}

async function readNamed(what: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SygaldryError("SYG-FILE", `${what}: ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
      next: "Correct the path, or restore the file.",
    });
  }
}

/** Digests of the files that `image.inputs` matches; looks at nothing else, however large the repository is. */
async function readInputs(root: string, patterns: readonly string[]): Promise<Inputs> {
  if (patterns.length === 0) return {};
  const { glob } = await import("tinyglobby");
  const files = await glob([...patterns], {
    cwd: root,
    dot: true,
    ignore: ["**/.git/**", "**/node_modules/**"],
  });
  const digests = await Promise.all(
    files.sort().map(async (file) => [file, (await sha256File(path.join(root, file))).slice(0, 12)] as const),
  );
  return Object.fromEntries(digests);
}
