import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  activationCode,
  deactivationCode,
  type Shell,
} from "../../../../../extension/core/spack/activate/shell-code.ts";
import { requires } from "../../../../support/requirements.ts";

const shells = [
  { program: "dash", shell: "sh", need: "dash", args: [] },
  { program: "bash", shell: "sh", need: "bash", args: ["--norc"] },
  { program: "fish", shell: "fish", need: "fish", args: ["--no-config"] },
  { program: "tcsh", shell: "csh", need: "tcsh", args: ["-f"] },
] as const;

const awkward = {
  SPACES: "a  b",
  QUOTES: `it's "quoted"`,
  DOLLAR: "$HOME `id` $(id) ${HOME}",
  BACKSLASH: "a\\b\\\\c\\",
  HISTORY: "wow! !! !x",
  GLOB: "* ? [a-z] {a,b} ~",
  OPERATORS: "a;b|c&d>e<f#g",
  UNICODE: "ü 中",
  EQUALS: "=x=y",
  MY_PATH: "/a b:/c",
  EMPTY: "",
} as const;

for (const { program, shell, need, args } of shells) {
  requires(need)(`shell code in ${program} (unit)`, () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), "sygaldry-shell-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** The environment after sourcing the code. */
    function sourced(code: string, before: Readonly<Record<string, string>>, last = ""): Map<string, string> {
      const file = path.join(folder, "code");
      writeFileSync(file, `${code}${last}\nenv -0\n`);
      const output = execFileSync(program, [...args, file], {
        env: { ...base, ...before },
        encoding: "utf8",
      });
      return new Map(
        output.split("\0").map((entry) => [entry.split("=")[0] ?? "", entry.replace(/^[^=]*=/, "")]),
      );
    }

    it("sets values exactly", () => {
      const changes = Object.entries(awkward).map(([name, value]) => ({ kind: "set", name, value }) as const);
      const activation = { path: "/my env/it's", view: "default", changes, warnings: [] };
      const after = sourced(activationCode(shell, activation, base), {});
      expect(Object.fromEntries(Object.keys(awkward).map((name) => [name, after.get(name)]))).toEqual(
        awkward,
      );
      expect(after.get("SPACK_ENV")).toBe("/my env/it's");
      expect(after.get("SPACK_ENV_VIEW")).toBe("default");
    });

    it("keeps a line break", () => {
      const changes = [{ kind: "set", name: "LINES_", value: "one\ntwo" }] as const;
      const activation = { path: "/e", view: undefined, changes, warnings: [] };
      expect(sourced(activationCode(shell, activation, base), {}).get("LINES_")).toBe("one\ntwo");
    });

    it("works through eval, as users call it", () => {
      const changes = [
        { kind: "prepend", name: "PATH", value: "/x y/bin", separator: ":" },
        { kind: "set", name: "TEXT", value: "it's $HOME" },
      ] as const;
      const code = activationCode(shell, { path: "/e", view: "default", changes, warnings: [] }, base);
      const file = path.join(folder, "printed");
      writeFileSync(file, code);
      const after = sourced(evaluation(shell, file), {});
      expect(after.get("TEXT")).toBe("it's $HOME");
      expect(after.get("PATH")?.split(":")[0]).toBe("/x y/bin");
    });

    it("leaves an environment", () => {
      const changes = [
        { kind: "prepend", name: "PATH", value: "/x/bin", separator: ":" },
        { kind: "set", name: "HOME_OF_X", value: "/x" },
      ] as const;
      const activation = { path: "/e", view: "default", changes, warnings: [] };
      const active = {
        ...base,
        PATH: `/x/bin:${base.PATH}`,
        HOME_OF_X: "/x",
        SPACK_ENV: "/e",
        SPACK_ENV_VIEW: "default",
      };
      const enter = activationCode(shell, activation, base);
      const after = sourced(enter + deactivationCode(shell, activation, active), {});
      expect(after.get("PATH")).toBe(base.PATH);
      for (const gone of ["HOME_OF_X", "SPACK_ENV", "SPACK_ENV_VIEW"]) expect(after.has(gone)).toBe(false);
    });

    it("never takes a name for code", () => {
      const changes = [{ kind: "set", name: `X=1; touch ${folder}/owned; Y`, value: "1" }] as const;
      expect(
        activationCode(shell, { path: "/e", view: undefined, changes, warnings: [] }, base),
      ).not.toContain("touch");
    });
  });
}

const base = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: "/nonexistent" };

function evaluation(shell: Shell, file: string): string {
  if (shell === "fish") return `cat ${file} | source`;
  return shell === "csh" ? `eval "\`cat ${file}\`"` : `eval "$(cat ${file})"`;
}
