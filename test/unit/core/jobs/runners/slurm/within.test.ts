import { describe, expect, it } from "vitest";
import { onNode } from "../../../../../../extension/core/jobs/runners/slurm/within.ts";

const request = {
  ...{
    job: "demo",
    run: "20261124-000001",
    mark: "m",
    cwd: "/workspace",
    argv: ["train", "--lr", "0.1", ""],
  },
  env: { TOKEN: "hidden", PATH: "/host/bin", HOME: "/host/home" },
};
const mounts = [
  { source: "/a", target: "/b", readOnly: true },
  { source: '/with, "comma"', target: "/c", readOnly: false },
];

describe("onNode", () => {
  it("executes the command itself by default", () => {
    expect(onNode({ kind: "command" }, request)).toEqual({ argv: request.argv, cwd: "/workspace" });
  });

  it("executes it in Apptainer", () => {
    expect(onNode({ kind: "apptainer", image: "/i.sif", mounts, gpu: true, variables: [] }, request)).toEqual(
      {
        argv: [
          ...["apptainer", "exec", "--nv", "--mount", "type=bind,source=/a,target=/b,ro"],
          ...["--mount", 'type=bind,"source=/with, ""comma""",target=/c', "--pwd", "/workspace", "/i.sif"],
          ...request.argv,
        ],
        cwd: undefined,
      },
    );
  });

  it.each(["podman", "docker"] as const)(
    "executes it in %s, with no value of a variable on the command line and none of the host's",
    (kind) => {
      const place = { kind, image: "i:1", mounts, gpu: true, variables: ["TOKEN"], user: "1:2" };
      const { argv, engine } = onNode(place, request);
      expect(engine).toBe(kind);
      expect(argv.slice(0, 3)).toEqual([kind, "run", "--rm"]);
      expect(argv.slice(-5)).toEqual(["i:1", ...request.argv]);
      expect(argv).toEqual(expect.arrayContaining(["--env", "TOKEN", "SLURM_ARRAY_TASK_ID"]));
      expect(argv).not.toContain("PATH");
      expect(argv.join(" ")).not.toMatch(/hidden|HOME/);
      expect(argv).toContain(kind === "docker" ? "--gpus" : "--userns=keep-id");
    },
  );

  it("refuses what would be an option", () => {
    const place = { kind: "docker", image: "--privileged", mounts: [], gpu: false, variables: [] } as const;
    expect(() => onNode(place, request)).toThrow(expect.objectContaining({ code: "SYG-USAGE" }));
  });
});
