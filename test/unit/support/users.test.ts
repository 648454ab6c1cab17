import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { asUser, dockerSocketGroups } from "../../support/users.ts";

describe("users (unit)", () => {
  it("builds a setpriv command and a home of its own", () => {
    const command = { command: "id", args: ["-u"], env: { PATH: "/bin", HOME: "/root", USER: "root" } };
    expect(asUser({ uid: 1234, gid: 5678, groups: [9] }, "/tmp/home", command)).toEqual({
      command: "setpriv",
      args: [
        "--reuid",
        "1234",
        "--regid",
        "5678",
        "--groups",
        "9",
        "--inh-caps=-all",
        "--bounding-set=-all",
        "--",
        "id",
        "-u",
      ],
      env: { PATH: "/bin", HOME: "/tmp/home", USER: undefined, LOGNAME: undefined },
    });
    expect(asUser({ uid: 1, gid: 1, groups: [] }, "/", command).args).toContain("--clear-groups");
  });

  it("knows the group of a socket, and of none", () => {
    expect(dockerSocketGroups("/nowhere/docker.sock")).toEqual([]);
    expect(dockerSocketGroups("/")).toEqual([statSync("/").gid]);
  });
});
