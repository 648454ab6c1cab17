import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

/** The library of Debian's and Ubuntu's package faketime, which gives a process another time of day; undefined without it. */
export function libfaketime(): string | undefined {
  return ["", ...readdirSync("/usr/lib")]
    .map((folder) => path.join("/usr/lib", folder, "faketime/libfaketime.so.1"))
    .find(existsSync);
}

/** For a process whose time of day differs from the true one by `offset` (`+5h`), its other clocks being right. */
export function fakedBy(offset: string): Readonly<Record<string, string>> {
  return { ...common(), FAKETIME: offset };
}

/** For a process whose time of day differs by what `file` says at the moment. */
export function fakedFrom(file: string): Readonly<Record<string, string>> {
  return { ...common(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1" };
}

function common(): Readonly<Record<string, string>> {
  return { LD_PRELOAD: libfaketime() ?? "", FAKETIME_DONT_FAKE_MONOTONIC: "1", NO_FAKE_STAT: "1" };
}
