import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { shellJoin, shellQuote } from "../../../../extension/core/base/shell.ts";

const words = [
  "",
  "plain-word_1.2/3:4,5@6%7+8",
  "two words",
  "it's",
  `"double"`,
  "$HOME ${HOME} $(id) `id`",
  "a\\b",
  "line\nbreak",
  "tab\tand\rreturn",
  "#comment",
  "~",
  "*?[a-z]",
  "{a,b}",
  "!history",
  "a;b&c|d>e<f",
  "grüße ☃ 🧪",
  "NAME=value",
  "=ls",
  "--flag=value",
  "'",
  "''",
  "-n",
];

describe("shellQuote (unit)", () => {
  test.each(["/bin/sh", "/bin/bash"])("%s gets every word unchanged", (shell) => {
    const script = `${process.execPath} -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${shellJoin(words)}`;
    const { stdout } = spawnSync(shell, ["-c", script], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(words);
  });

  test("leaves plain words readable", () => {
    expect(shellJoin(["docker", "run", "--rm", "-v=/a:/b", "image:1.0"])).toBe(
      "docker run --rm -v=/a:/b image:1.0",
    );
  });

  test("keeps a first word from becoming an assignment", () => {
    const { status } = spawnSync("/bin/sh", ["-c", `${shellQuote("NAME=value")}; test -z "$NAME"`]);
    expect(status).toBe(0);
  });
});
