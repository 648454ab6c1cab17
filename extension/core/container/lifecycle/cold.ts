import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import type { Session } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { openRecord } from "./records.ts";
import { secretRedactor } from "./secrets.ts";

interface ColdOptions { readonly noCache: boolean; readonly signal?: AbortSignal | undefined }

export async function buildImage(toolkit: Toolkit, session: Session, options: ColdOptions): Promise<{ readonly logFile: string }> {
  await runner(toolkit, session, "build", ["sh", [path.join(session.project.root, ".devcontainer/initialize.sh")]], options);
  return runCli(toolkit, session, "build", ["--image-name", session.plan.imageName, ...(options.noCache ? ["--no-cache"] : [])], options);
}
async function runner(toolkit: Toolkit, session: Session, _k: string, [c, a]: [string, string[]], options: ColdOptions): Promise<void> {
  const r = await toolkit.runner.run({ command: c, args: a, cwd: session.project.root, env: env(toolkit, session) }, { ...(options.signal ? { signal: options.signal } : {}), onLine: toolkit.onProgress });
  if (r.exitCode !== 0) throw new SygaldryError("SYG-BUILD", r.stderr.trim());
}
export async function upContainer(toolkit: Toolkit, session: Session, options: ColdOptions & { readonly removeExisting: boolean }): Promise<{ readonly logFile: string }> {
  return runCli(toolkit, session, "up", [...(options.removeExisting ? ["--remove-existing-container"] : []), ...(options.noCache ? ["--build-no-cache"] : [])], options);
}
function env(toolkit: Toolkit, session: Session) {
  const client = session.facts.engine.known && session.facts.engine.value.client.known ? session.facts.engine.value.client.value : undefined;
  return { ...toolkit.environment, SYGALDRY_CONTAINER_ROOT: session.storageRoot, SYGALDRY_DOCKER: client?.path ?? "docker", ...(client?.builder === "buildkit" ? { DOCKER_BUILDKIT: "1" } : {}) };
}
async function runCli(toolkit: Toolkit, session: Session, verb: "up" | "build", args: string[], options: ColdOptions): Promise<{ readonly logFile: string }> {
  const redact = await secretRedactor(session, toolkit.environment);
  const record = await openRecord(path.join(session.projectStorage, "logs"), verb, redact);
  const client = session.facts.engine.known && session.facts.engine.value.client.known ? session.facts.engine.value.client.value : undefined;
  try {
    const result = await toolkit.runner.run(
      { command: toolkit.node, args: [toolkit.devcontainerCli(), verb, "--workspace-folder", session.project.root, "--docker-path", client?.path ?? "docker", ...args], cwd: session.project.root, env: env(toolkit, session) },
      { ...(options.signal ? { signal: options.signal } : {}), onLine: (line) => { record.write(line); toolkit.onProgress(line); } },
    );
    if (result.exitCode !== 0) throw new SygaldryError("SYG-BUILD", redact(result.stdout + result.stderr.slice(-2000)));
    return { logFile: record.file };
  } finally { await record.close(); }
}
