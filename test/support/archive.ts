import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import { runId } from "./run-id.ts";

/**
 * A stand-in for a tool's archive: a tar.gz of files by path, all below one top folder, executable where they start with
 * #!. Some bulk beside them makes it long enough to be cut off or sent slowly.
 */
export async function archiveOf(tree: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  try {
    const top = Object.keys(tree)[0]?.split("/")[0] ?? "";
    for (const [name, text] of Object.entries({ ...tree, [`${top}/bulk`]: randomBytes(65_536) })) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
      if (typeof text === "string" && text.startsWith("#!")) await chmod(file, 0o755);
    }
    await runChecked(processRunner, { command: "tar", args: ["-C", folder, "-czf", `${folder}/.made`, top] });
    return await readFile(`${folder}/.made`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
