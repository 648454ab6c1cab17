import { describe, expect, it } from "vitest";
import {
  buildCommand,
  readConfigurationCommand,
  runUserCommandsCommand,
  upCommand,
} from "../../../../extension/core/container/devcontainer-command.ts";

const cli = { node: "/opt/node", script: "/opt/devcontainer.js" };
const common = { workspaceFolder: "/work/a b", environment: { PATH: "/bin", DOCKER_BUILDKIT: "1" } };
const before = ["/opt/devcontainer.js", "up", "--workspace-folder", "/work/a b"];
const log = ["--log-level", "info", "--log-format", "json"];

describe("commands of the devcontainers CLI", () => {
  it("up, as short as can be", () => {
    expect(upCommand(cli, common)).toEqual({
      command: "/opt/node",
      args: [...before, ...log],
      cwd: "/work/a b",
      env: { PATH: "/bin", DOCKER_BUILDKIT: "1" },
    });
  });

  it("up with everything", () => {
    const { args } = upCommand(cli, {
      ...common,
      ...{ configFile: "/work/d.json", dockerPath: "/usr/bin/docker", removeExisting: true, noCache: true },
      ...{ gpuAvailability: "none", secretsFile: "/run/s.json", logLevel: "trace" },
      terminal: { columns: 120, rows: 40 },
    });
    expect(args).toEqual([
      ...before,
      ...["--config", "/work/d.json", "--docker-path", "/usr/bin/docker"],
      ...[
        "--log-level",
        "trace",
        "--log-format",
        "json",
        "--terminal-columns",
        "120",
        "--terminal-rows",
        "40",
      ],
      ...["--remove-existing-container", "--build-no-cache", "--gpu-availability", "all"].slice(0, 3),
      ...["none", "--secrets-file", "/run/s.json"],
    ]);
  });

  it("build, which takes no terminal", () => {
    const options = { ...common, imageName: "x:1", noCache: true, terminal: { columns: 1, rows: 1 } };
    expect(buildCommand(cli, options).args).toEqual([
      ...[
        cli.script,
        "build",
        "--workspace-folder",
        "/work/a b",
        ...log,
        "--image-name",
        "x:1",
        "--no-cache",
      ],
    ]);
  });

  it("read-configuration and run-user-commands", () => {
    expect(readConfigurationCommand(cli, common).args.slice(1, 2)).toEqual(["read-configuration"]);
    expect(runUserCommandsCommand(cli, { ...common, secretsFile: "/s" }).args.slice(-2)).toEqual([
      "--secrets-file",
      "/s",
    ]);
  });
});
