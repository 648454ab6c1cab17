import * as z from "zod";

/** What `devcontainer up` made. */
export interface UpResult {
  readonly containerId: string;
  readonly remoteUser: string;
  readonly remoteWorkspaceFolder: string;
}

/** The one line of JSON on stdout (@devcontainers/cli 0.89) that says how a command ended. */
export type DevcontainerResult<T> =
  | { readonly outcome: "success"; readonly value: T }
  | {
      readonly outcome: "error";
      readonly message: string;
      readonly description: string;
      readonly containerId: string | undefined;
    };

/** `{"outcome":"success","containerId":…,"remoteUser":…,"remoteWorkspaceFolder":…}` */
export function parseUpResult(stdout: string): DevcontainerResult<UpResult> {
  return parse(stdout, upSchema);
}

/** `{"outcome":"success","imageName":[…]}`; gives the names. */
export function parseBuildResult(stdout: string): DevcontainerResult<readonly string[]> {
  return parse(stdout, buildSchema);
}

/** `{"outcome":"success","result":"done"}` (or "skipNonBlocking", "prebuild" …); gives the word. */
export function parseRunUserCommandsResult(stdout: string): DevcontainerResult<string> {
  return parse(stdout, userCommandsSchema);
}

/** `{"configuration":{…},"workspace":{…}}`; gives the configuration. */
export function parseConfiguration(stdout: string): DevcontainerResult<Readonly<Record<string, unknown>>> {
  return parse(stdout, configurationSchema);
}

const upSchema = z
  .object({ containerId: z.string(), remoteUser: z.string(), remoteWorkspaceFolder: z.string() })
  .transform(({ containerId, remoteUser, remoteWorkspaceFolder }) => ({
    ...{ containerId, remoteUser, remoteWorkspaceFolder },
  }));

const buildSchema = z
  .object({ imageName: z.union([z.string(), z.array(z.string())]) })
  .transform(({ imageName }) => (typeof imageName === "string" ? [imageName] : imageName));

const userCommandsSchema = z.object({ result: z.string() }).transform(({ result }) => result);

const configurationSchema = z
  .object({ configuration: z.record(z.string(), z.unknown()) })
  .transform(({ configuration }) => configuration);

const errorSchema = z.object({
  outcome: z.literal("error"),
  message: z.string().default(""),
  description: z.string().default(""),
  containerId: z.string().optional(),
});

/** No result at all (it was killed, or failed before) counts as an error without words. */
function parse<T>(stdout: string, schema: z.ZodType<T>): DevcontainerResult<T> {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const json = toJson(line);
  const success = schema.safeParse(json);
  if (success.success) return { outcome: "success", value: success.data };
  const { message, description, containerId } = errorSchema.safeParse(json).data ?? {};
  return { outcome: "error", message: message ?? "", description: description ?? "", containerId };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
