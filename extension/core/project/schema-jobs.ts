import * as z from "zod";
import { duration, size } from "./schema-values.ts";

/** `jobs` of sygaldry.yaml: the logs of jobs, and how long they are kept. */
export const jobs = z
  .strictObject({
    logs: z
      .strictObject({
        maxSize: size(1_000_000, "500MB; it must be 1MB or more")
          .optional()
          .describe("The log of a run goes on in a new file when it would become larger. Default: never."),
        parts: z
          .int()
          .min(1)
          .default(4)
          .describe("How many earlier files of such a log are kept beside the one that is written."),
      })
      .prefault({}),
    retention: z
      .strictObject({
        maxAge: duration.optional().describe("Remove runs that ended longer ago (30d, 12h)."),
        maxSize: size(1, "10GB")
          .optional()
          .describe("Remove the oldest runs until all logs together are no larger (10GB)."),
        keep: z.int().min(1).optional().describe("Keep so many runs of each job, the latest ones."),
      })
      .prefault({})
      .describe(
        "Which runs that have ended are removed, whenever a job ends and by `job prune`. Default: none by itself.",
      ),
  })
  .prefault({});
