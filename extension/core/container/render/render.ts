import type { RenderedFile } from "../../base/rendered/rendered-file.ts";
import type { Config } from "../../project/schema.ts";
import {
  devcontainerInput,
  dockerfileInput,
  encodeInputs,
  type Fingerprint,
  fingerprint,
  type Inputs,
  labels,
  shortDigest,
} from "../fingerprint.ts";
import type { ContainerPlan } from "../plan.ts";
import { containerInputs, imageInputs } from "../plan-inputs.ts";
import { contextScripts } from "./context.ts";
import { renderDevcontainerJson } from "./devcontainer-json.ts";
import { renderDockerfile } from "./dockerfile.ts";
import { devcontainerFolder } from "./files.ts";
import { renderInitialize } from "./initialize.ts";

/** What rendering reads beside the plan; gathered by project-sources.ts. */
export interface RenderSources {
  /** This package's version, for headers. */
  readonly version: string;
  readonly gpu: Config["gpu"];
  /** The bundled command line; undefined leaves it out of the image. */
  readonly command: Uint8Array | undefined;
  /** Content of `image.setup`. */
  readonly setup: Uint8Array | undefined;
  /** Content of the PEM file that `certificates` names. */
  readonly certificates: Uint8Array | undefined;
  /** Files that `image.inputs` matches: path below the repository → short digest. */
  readonly inputs: Inputs;
  readonly cacheMounts: boolean;
}

export interface Rendering {
  readonly files: readonly RenderedFile[];
  readonly fingerprint: Fingerprint;
}

/** Renders everything that goes into the repository. Pure: the same plan and sources give the same bytes. */
export function render(plan: ContainerPlan, sources: RenderSources): Rendering {
  const context = buildContext(sources);
  const certificateFile = sources.certificates === undefined ? {} : { certificateFile: "certificates.pem" };
  const dockerfile = (header: string, cacheMounts: boolean, on: Inputs) =>
    renderDockerfile(plan, { header, cacheMounts, labels: on, ...certificateFile });
  const devcontainer = (header: string, on: Inputs) =>
    renderDevcontainerJson(plan, { header, labels: on, gpu: sources.gpu });

  const image = {
    ...imageInputs(plan),
    ...contextInputs(context, sources),
    ...sources.inputs,
    [dockerfileInput]: shortDigest(dockerfile("", false, {})),
  };
  const container = { ...containerInputs(plan), [devcontainerInput]: shortDigest(devcontainer("", {})) };
  const made = fingerprint(image, container);

  const header = (digest: string) =>
    `Rendered by Sygaldry ${sources.version} from sygaldry.yaml (${plan.mode} mode, inputs ${digest.slice(0, 12)}); change that file and run \`sygaldry render\`.`;
  const files = [
    ...context,
    {
      path: plan.dockerfile,
      content: dockerfile(header(made.imageDigest), sources.cacheMounts, imageLabels(plan, sources, made)),
      executable: false,
    },
    {
      path: `${devcontainerFolder}/devcontainer.json`,
      content: devcontainer(header(made.containerDigest), containerLabels(plan, made)),
      executable: false,
    },
    { path: `${devcontainerFolder}/initialize.sh`, content: renderInitialize(plan), executable: true },
    { path: `${devcontainerFolder}/.gitignore`, content: ignored(plan), executable: false },
    { path: `${devcontainerFolder}/.dockerignore`, content: dockerIgnored, executable: false },
  ];
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), fingerprint: made };
}

function buildContext(sources: RenderSources): readonly RenderedFile[] {
  const file = (name: string, content: Uint8Array | undefined, executable: boolean): RenderedFile[] =>
    content === undefined ? [] : [{ path: `${devcontainerFolder}/${name}`, content, executable }];
  return [
    ...contextScripts(),
    ...file("sygaldry.cjs", sources.command, true),
    ...file("setup", sources.setup, true),
    ...file("certificates.pem", sources.certificates, false),
  ];
}

/** The build context by file; the command by its version, which says more. */
function contextInputs(context: readonly RenderedFile[], sources: RenderSources): Inputs {
  const entries = context.map(({ path, content }) => {
    const name = path.slice(devcontainerFolder.length + 1);
    const digest = shortDigest(content);
    if (name === "sygaldry.cjs") return ["sygaldry", `${sources.version} (${digest})`];
    return [
      name === "setup"
        ? "image.setup"
        : name.replace(/^runtime\/(?=entrypoints\/)|^(?=image\/|runtime\/)/, "container/"),
      digest,
    ];
  });
  return Object.fromEntries(entries);
}

function imageLabels(plan: ContainerPlan, { version }: RenderSources, made: Fingerprint): Inputs {
  const versions = plan.tools.map((tool) => [`dev.sygaldry.tool.${tool.name}`, tool.version]);
  return {
    "org.opencontainers.image.title": plan.projectId,
    "org.opencontainers.image.base.name": plan.base.reference,
    [labels.version]: version,
    [labels.project]: plan.projectId,
    ...Object.fromEntries(versions),
    [labels.image]: made.imageDigest,
    [labels.inputs]: encodeInputs({ image: made.image }),
  };
}

function containerLabels(plan: ContainerPlan, made: Fingerprint): Inputs {
  return {
    [labels.project]: plan.projectId,
    [labels.user]: plan.user.name,
    [labels.workspace]: plan.workspace,
    ...(plan.secrets.some(({ at, as }) => at === "run" && as === "env") ? { [labels.secrets]: "env" } : {}),
    [labels.image]: made.imageDigest,
    [labels.container]: made.containerDigest,
    [labels.inputs]: encodeInputs({ image: made.image, container: made.container }),
  };
}

/** In host mode everything rendered is this machine's own business. */
function ignored(plan: ContainerPlan): string {
  return plan.mode === "host"
    ? "# Rendered for this machine only (host mode).\n*\n"
    : "# Written by initialize.sh on each machine.\n/host/\n";
}

const dockerIgnored = "devcontainer.json\ninitialize.sh\n.sygaldry.json\n.gitignore\n";
