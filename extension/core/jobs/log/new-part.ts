import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { partName } from "../layout.ts";

/** Lets a log go on in new files; what was written becomes its part 1, 2, 3 … */
export interface NewParts {
  /**
   * Gives the descriptor of the new file, closes the old one, and removes the oldest parts but `keep`. Throws what the file
   * system says; then all is as before.
   */
  next(descriptor: number, keep: number): number;
}

export function newParts(file: string): NewParts {
  let made = 0;
  let oldest = 1;
  return {
    next(descriptor, keep) {
      const part = partName(file, made + 1);
      renameSync(file, part);
      let opened: number;
      try {
        opened = openSync(file, "ax", 0o644);
      } catch (error) {
        renameSync(part, file);
        throw error;
      }
      made++;
      closeSync(descriptor);
      try {
        for (; oldest <= made - keep; oldest++) rmSync(partName(file, oldest), { force: true });
      } catch {
        // It is tried again with the next part.
      }
      return opened;
    },
  };
}
