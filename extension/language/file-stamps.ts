import { stat } from "node:fs/promises";

/** Tells whether files are still what they were: by inode, size and time of change, which a replaced file cannot keep. */
export interface FileStamps {
  isCurrent(): Promise<boolean>;
}

/** Taken before the files are read, so that a change while they are is not missed. A missing file has a stamp too. */
export async function stampFiles(files: readonly string[]): Promise<FileStamps> {
  const before = await stampsOf(files);
  return {
    async isCurrent() {
      const now = await stampsOf(files);
      return now.every((stamp, index) => stamp === before[index]);
    },
  };
}

function stampsOf(files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      } catch {
        return "none";
      }
    }),
  );
}
