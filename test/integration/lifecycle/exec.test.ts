import { randomBytes } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../../../extension/core/base/files.ts";
import { processRunner } from "../../../extension/core/base/process.ts";
import { startSygaldry, sygaldry } from "../../support/cli.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";

requires("linux", "base")("sygaldry exec and shell (integration)", () => {
  let project: SlimProject;

  beforeAll(async () => {
    project = await createSlimProject({ config: slim, files: { "sub/folder with space/file": "here\n" } });
    await project.up();
    await writeFile(path.join(project.workspace.home, "sygaldry"), command());
    await chmod(path.join(project.workspace.home, "sygaldry"), 0o755);
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    removeOwn();
  });

  const exec = (...args: readonly string[]) => project.run(["exec", ...args]);
  const start = (script: string) =>
    startSygaldry(["exec", "--", "bash", "-c", script], { cwd: project.workspace.path });

  /** A line of a user's shell, with `sygaldry` on its PATH. */
  function shell(line: string) {
    const { home, path: cwd } = project.workspace;
    const env = { ...process.env, HOME: home, PATH: `${home}:${process.env["PATH"]}`, TERM: "xterm" };
    return processRunner.run({ command: "bash", args: ["-c", line], cwd, env });
  }

  it("passes arguments exactly", async () => {
    const args = ["a b", "", "it's", '"quoted"', "$(id) `id` $HOME \\", "two\nlines", "-x", "--", "ü", "*"];
    const { stdout, exitCode, stderr } = await exec("--", "printf", "<%s>", ...args);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe(args.map((arg) => `<${arg}>`).join(""));
    expect((await exec("printf", "<%s>", "--json", "-e")).stdout).toBe("<--json><-e>");
  });

  it("passes stdin byte for byte, and its end", async () => {
    const bytes = randomBytes(5 * 1024 * 1024);
    await writeFile(path.join(project.workspace.home, "bytes"), bytes);
    expect(await shell("sygaldry exec -- wc -c <~/bytes")).toMatchObject({ stdout: `${bytes.length}\n` });
    expect(await shell("sygaldry exec -- sha256sum <~/bytes")).toMatchObject({
      stdout: `${sha256(bytes)}  -\n`,
    });
    expect(await shell("cat ~/bytes | sygaldry exec -- cat | sygaldry exec -- cat | cmp - ~/bytes")).toEqual({
      ...{ exitCode: 0, stdout: "", stderr: "", timedOut: false },
    });
    expect(await shell("sygaldry exec -- cat </dev/null")).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it("keeps stdout and stderr apart", async () => {
    expect(await exec("--", "sh", "-c", "echo out; echo err >&2")).toMatchObject({
      ...{ exitCode: 0, stdout: "out\n", stderr: "err\n" },
    });
  });

  it.each([0, 1, 3, 125, 130, 255])("ends with the command's exit code %i", async (code) => {
    expect(await exec("--", "sh", "-c", `exit ${code}`)).toMatchObject({ exitCode: code, stderr: "" });
  });

  it("ends as the engine says for a program that is not there, and says which", async () => {
    const { exitCode, stdout, stderr } = await exec("--", "no-such-program");
    // Engines before 23 say 126; where the message goes is theirs too.
    expect([126, 127]).toContain(exitCode);
    expect(stdout + stderr).toContain("no-such-program");
    expect(await exec("--", "sh", "-c", "no-such-program")).toMatchObject({ exitCode: 127, stdout: "" });
  });

  it.each([
    { name: "SIGTERM", code: 143 },
    { name: "SIGINT", code: 130 },
    { name: "SIGHUP", code: 129 },
  ] as const)("passes $name on: to a command that handles it, and to one that ends of it", async (sent) => {
    const trap = `trap 'echo handled; exit 42' ${sent.name.slice(3)}`;
    await using handling = start(`${trap}; echo ready; while :; do sleep 0.1; done`);
    await handling.seen(/ready/);
    handling.signal(sent.name);
    expect(await handling.ended).toEqual({ exitCode: 42, signal: undefined });
    expect(handling.output()).toMatch(/^ready\n(.*\n)?handled\n(.*\n)?$/);
    await using ending = start("echo ready; exec sleep 4242");
    await ending.seen(/ready/);
    ending.signal(sent.name);
    expect(await ending.ended).toEqual({ exitCode: sent.code, signal: undefined });
    expect(await project.inside("! pgrep -f 'sleep [4]242'")).toBe("");
  });

  it("runs in the folder of the workspace that the caller stands in, or in the one that is named", async () => {
    const { path: root, home } = project.workspace;
    const pwd = async (cwd: string, ...args: readonly string[]) => {
      const { stdout, stderr } = await sygaldry(["exec", ...args, "--", "pwd"], { cwd });
      return stdout.trimEnd() || stderr;
    };
    const below = path.join(root, "sub/folder with space");
    expect(await pwd(root)).toBe("/workspace");
    expect(await pwd(below)).toBe("/workspace/sub/folder with space");
    expect(await pwd(home, "--config", path.join(root, "sygaldry.yaml"))).toBe("/workspace");
    expect(await pwd(below, "--cwd", "/usr")).toBe("/usr");
    expect(await pwd(below, "--cwd", "..")).toBe("/workspace/sub");
    const missing = await exec("--cwd", "/no/such/folder", "--", "pwd");
    expect(missing.exitCode).not.toBe(0);
    expect(missing.stdout + missing.stderr).toContain("/no/such/folder");
  });

  it("sets variables", async () => {
    const { stdout } = await exec(
      "-e",
      "A=b c=d",
      "--env",
      "E=",
      "--",
      "sh",
      "-c",
      'echo "<$A><${E-unset}>"',
    );
    expect(stdout).toBe("<b c=d><>\n");
    expect(await exec("-e", "A", "--", "true")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("error[SYG-USAGE]"),
    });
  });

  it("has the container's user and environment", async () => {
    expect(await project.inside('whoami; echo "$HOME $SYGALDRY_WORKSPACE"')).toBe(
      "kvothe\n/home/kvothe /workspace",
    );
  });

  it("is no terminal in a pipe, unless asked to", async () => {
    expect((await exec("--", "tty")).stdout).toBe("not a tty\n");
    expect((await exec("-t", "--", "tty")).stdout).toMatch(/^\/dev\/pts\/\d+\r\n$/);
  });

  it("is the caller's terminal, of its size", async () => {
    await writeFile(path.join(project.workspace.home, "size.sh"), sizeScript);
    const { stdout, exitCode } = await shell('script -qec "bash ~/size.sh" /dev/null');
    expect(lines(stdout)).toEqual([expect.stringMatching(/^\/dev\/pts\/\d+$/), "31 101", "all xterm"]);
    expect(exitCode).toBe(5);
    expect(lines((await shell('script -qec "sygaldry exec -T -- tty" /dev/null')).stdout)).toEqual([
      "not a tty",
    ]);
  });

  it("passes a terminal's output as it comes: what is captured has the command's line ends", async () => {
    const { stdout } = await shell(
      "script -qec \"sygaldry exec -- printf 'one\\\\ntwo\\\\n'\" /dev/null </dev/null",
    );
    // At the end of its input `script` types a NUL, which the terminal echoes before or after the output.
    expect(stdout.replaceAll("^@", "")).toBe("one\r\ntwo\r\n");
    expect((await shell("sygaldry exec -t -- printf 'one\\n'")).stdout).toBe("one\r\n");
  });

  it("takes the keys of a terminal: Ctrl-C reaches the command, and the terminal is as before", async () => {
    const inside = "trap 'echo got it; exit 9' INT; echo ready; while :; do sleep 0.1; done";
    const line = `before=$(stty -g); sygaldry exec -- bash -c "${inside}"; echo "rc $?"; [ "$before" = "$(stty -g)" ] && echo same`;
    await writeFile(path.join(project.workspace.home, "line.sh"), line);
    await writeFile(path.join(project.workspace.home, "keys.sh"), keys);
    const { stdout } = await shell('bash ~/keys.sh | script -qfec "bash ~/line.sh" ~/typescript');
    expect(stdout).toContain("got it");
    expect(stdout).toContain("rc 9");
    expect(stdout).toContain("same");
  });

  it("opens a login shell in the caller's terminal", async () => {
    const typed = "printf 'stty -echo\\nwhoami; pwd; shopt -q login_shell && echo login; exit 7\\n'";
    const { stdout, exitCode } = await shell(`${typed} | script -qec "sygaldry shell" /dev/null`);
    expect(lines(stdout)).toEqual(expect.arrayContaining(["kvothe", "/workspace", "login"]));
    expect(exitCode).toBe(7);
  });

  it("says what to do when there is no container, or it is stopped", async () => {
    await using other = await createSlimProject({ config: slim });
    for (const args of [
      ["exec", "--json", "--", "true"],
      ["shell", "--json"],
    ]) {
      const { exitCode, stderr, json } = await other.run(args);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`error[SYG-NO-CONTAINER]: there is no container for ${other.workspace.path}`);
      expect(json()).toMatchObject({ error: { code: "SYG-NO-CONTAINER", next: "Run `sygaldry up`." } });
    }
    await docker(["stop", "-t", "0", (await project.up()).containerId]);
    expect(await exec("--", "true")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error\[SYG-NO-CONTAINER\]: .* is exited\n/),
    });
  });
});

/** What a PATH has as `sygaldry` where it is installed. */
function command(): string {
  const node = process.env["SYGALDRY_TEST_NODE"] ?? process.execPath;
  return `#!/bin/sh\nexec '${node}' '${inRepository("dist", "cli.cjs")}' "$@"\n`;
}

/** The lines of a terminal, without carriage returns and what editing the input line writes. */
function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replaceAll("\r", "").replace(/^\^@/, ""))
    .filter((line) => line !== "");
}

/** An engine before 23 learns the size a moment after the command's start. */
const sizeScript = `stty rows 31 cols 101
sygaldry exec -- sh -c '
  tty
  until [ "$(stty size)" = "31 101" ]; do sleep 0.1; done
  stty size
  test -t 0 && test -t 1 && test -t 2 && echo "all $TERM"
  exit 5'`;

/** Types Ctrl-C once the command is ready. */
const keys = `until grep -q ready ~/typescript 2>/dev/null; do sleep 0.1; done
printf '\\003'
until grep -q 'rc ' ~/typescript; do sleep 0.1; done`;
