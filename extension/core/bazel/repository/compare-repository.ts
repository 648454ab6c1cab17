import { SygaldryError } from "../../base/errors.ts";
import { sha256 } from "../../base/files.ts";
import { compareFiles } from "../../base/rendered/compare.ts";
import type { FileStatus } from "../../base/rendered/rendered-file.ts";
import { findBlock, putBlock, takeBlock } from "./block.ts";
import type { ExistingFile, ExistingRepository, PlannedBlock, RepositoryPlan } from "./model.ts";
import type { SyncRecord } from "./record.ts";

/**
 * How a workspace compares with its plan. A block or file that is not as the record says counts as edited; in a file with marker
 * lines that do not fit, nobody can tell what is whose: throws SYG-RENDER-EDITED with the line.
 */
export async function compareRepository(
  root: string,
  plan: RepositoryPlan,
  { files }: ExistingRepository,
  record: SyncRecord,
): Promise<readonly FileStatus[]> {
  const wanted = new Set(plan.blocks.map(({ path }) => path));
  const gone = Object.keys(record.blocks).filter((path) => !wanted.has(path));
  const whole = await compareFiles(root, plan.files, record.files);
  const seeds = await compareFiles(root, plan.seeds, {});
  return [
    ...whole,
    ...plan.blocks.map((block) => compareBlock(block, files.get(block.path), record.blocks[block.path])),
    ...gone.flatMap((path) => obsoleteBlock(path, files.get(path), record.blocks[path])),
    // The repository's own from the moment that they are there.
    ...seeds.filter(({ state }) => state === "missing"),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compareBlock(
  block: PlannedBlock,
  file: ExistingFile | undefined,
  known: string | undefined,
): FileStatus {
  const found = foundIn(block.path, file);
  const text = file?.text ?? "";
  const after = withLine(putBlock(text, latin1(block.body), block.place), block.line);
  const edited =
    found.kind === "block" && found.body !== latin1(block.body) && sha256(bytes(found.body)) !== known;
  const state = file === undefined ? "missing" : after === text ? "current" : edited ? "edited" : "stale";
  return statusOf(block.path, file, state, after);
}

/** A block that is not wanted any more goes, with its file when that held nothing else; an edited one stays. */
function obsoleteBlock(
  path: string,
  file: ExistingFile | undefined,
  known: string | undefined,
): readonly FileStatus[] {
  const found = foundIn(path, file);
  if (file === undefined || found.kind !== "block" || sha256(bytes(found.body)) !== known) return [];
  const after = takeBlock(file.text);
  return [statusOf(path, file, "obsolete", after.trim() === "" ? undefined : after)];
}

function foundIn(path: string, file: ExistingFile | undefined) {
  const found = findBlock(file?.text ?? "");
  if (found.kind !== "damaged") return found;
  throw new SygaldryError(
    "SYG-RENDER-EDITED",
    `${path}:${found.line}: a line that marks what Sygaldry keeps: ${found.problem}; nothing was written`,
    {
      next: "Put the missing line back, or remove this one and what it marks: then the block is written anew.",
      data: { files: [path] },
    },
  );
}

function statusOf(
  path: string,
  file: ExistingFile | undefined,
  state: FileStatus["state"],
  after: string | undefined,
): FileStatus {
  const place = file?.target ?? path;
  const executable = ((file?.mode ?? 0) & 0o100) !== 0;
  const mode = file === undefined ? {} : { mode: file.mode };
  return {
    path: place,
    state,
    before: file === undefined ? undefined : bytes(file.text),
    after: after === undefined ? undefined : { path: place, content: bytes(after), executable, ...mode },
  };
}

function withLine(text: string, line: PlannedBlock["line"]): string {
  if (line === undefined) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text.endsWith("\n") ? newline : newline + newline;
  return `${text}${gap}${line.comment}${newline}${line.text}${newline}`;
}

/** Files are read as Latin-1: what is put into them is made of the same. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
