import { type Recogniser, sighting } from "../sighting.ts";

/** CMake's Makefiles, `[ 42%] Building C object a.o`; the end of its configuration; and make giving up. */
export function cmakeRecogniser(): Recogniser {
  return ({ head }) => {
    if (head.startsWith("[")) {
      const [, percent] = /^\[ {0,2}(\d{1,3})%\] \S/.exec(head) ?? [];
      if (percent === undefined || Number(percent) > 100) return undefined;
      return sighting({ fraction: Number(percent) / 100, phase: "build" });
    }
    if (/^-- (?:Configuring|Generating) done(?: \([\d.]+s\))?$/.test(head)) {
      return sighting({ phase: "configure" });
    }
    return /^(?:g?make|gmake): \*\*\* \[/.test(head) ? sighting({ ended: true }) : undefined;
  };
}
