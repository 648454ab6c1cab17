import { readFileSync } from "node:fs";
import { samePaths } from "../../../../../extension/core/site/paths.ts";
import type { SpackContext } from "../../../../../extension/core/spack/context/context.ts";

const folder = new URL("../../../../fixtures/spack/manifests-more/", import.meta.url);

/** A file of the fixture manifests-more, parsed. */
export function fixture(name: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}

/** The host that the fixture's generator made up. */
export const host: SpackContext = {
  platform: "linux",
  os: "debian12",
  target: "zen3",
  hostname: "node042.example.org",
  user: "kvothe",
  home: "/home/kvothe",
  temporary: "/tmp",
  date: "2026-11-24",
  environment: {
    CASE_FLAVOUR: "debug",
    CASE_EMPTY: "",
    CASE_NUMBER: "7",
    CASE_CHAIN: "$CASE_FLAVOUR",
    CASE_TILDE: "~",
  },
  spackRoot: "/opt/spack_src",
  spackShortVersion: "1.1",
  userCachePath: "/home/kvothe/.spack",
  scopes: [],
  paths: samePaths,
};
