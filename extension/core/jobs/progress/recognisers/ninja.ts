import { countSighting, type Recogniser, sighting } from "../sighting.ts";

/**
 * Ninja's default status `[12/99] Building …`, also with more in the brackets (NINJA_STATUS). Others that number their
 * steps in this way are recognised too.
 */
export function ninjaRecogniser(): Recogniser {
  return ({ head }) => {
    if (head.startsWith("[")) {
      const [, done, total] = /^\[ {0,6}(\d{1,12})\/(\d{1,12})(?:[ ,][^\]]{0,40})?\] \S/.exec(head) ?? [];
      return done === undefined ? undefined : countSighting(Number(done), Number(total), { phase: "build" });
    }
    if (head.startsWith("ninja: build stopped: ")) return sighting({ ended: true });
    return head.startsWith("ninja: no work to do.") ? sighting({ fraction: 1, ended: true }) : undefined;
  };
}
