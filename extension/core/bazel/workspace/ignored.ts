import path from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import { readStatements } from "../build-file/statements.ts";
import { textsOf } from "../build-file/values.ts";

/** Whether the folder (below the root, with '/') holds no packages by the repository's own word. */
type Ignored = (folder: string) => boolean;

/**
 * What `.bazelignore` (folders, one a line) and `ignore_directories([...])` in REPO.bazel (Bazel 8; `*` and `**`) leave
 * out. A list that is computed is not understood, and leaves nothing out.
 */
export async function readIgnored(root: string): Promise<Ignored> {
  const [list, repository] = await Promise.all([
    readTextIfExists(path.join(root, ".bazelignore")),
    readTextIfExists(path.join(root, "REPO.bazel")),
  ]);
  const folders = new Set(ignoredFolders(list ?? ""));
  const patterns = ignoredPatterns(repository ?? "").map(folderPattern);
  return (folder) => folders.has(folder) || patterns.some((pattern) => pattern.test(folder));
}

function ignoredFolders(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => path.posix.normalize(line).replace(/\/+$/, ""));
}

function ignoredPatterns(text: string): readonly string[] {
  for (const { tokens } of readStatements(text, () => {}))
    if (tokens[0]?.text === "ignore_directories") return textsOf(tokens.slice(2, -1), new Map()) ?? [];
  return [];
}

function folderPattern(glob: string): RegExp {
  const parts = glob.split("/").filter((part) => part !== "");
  const source = parts.map((part, index) => {
    if (part === "**") return index === parts.length - 1 ? ".+" : "(?:[^/]+/)*";
    const plain = part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", "[^/]*");
    return index === parts.length - 1 ? plain : `${plain}/`;
  });
  return new RegExp(`^${source.join("")}$`);
}
