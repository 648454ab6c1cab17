import { describe, expect, it } from "vitest";
import { arrayTasks } from "../../../../../../extension/core/jobs/runners/slurm/array.ts";
import {
  cancel,
  slurmEnvironment,
  submit,
} from "../../../../../../extension/core/jobs/runners/slurm/commands.ts";
import { resourceOptions, slurmTime } from "../../../../../../extension/core/jobs/runners/slurm/resources.ts";

describe("arrayTasks", () => {
  it.each([
    ["3", [3]],
    ["0-3", [0, 1, 2, 3]],
    ["1,7-9,3%2", [1, 3, 7, 8, 9]],
    ["0-20:10", [0, 10, 20]],
    ["2,1-3", [1, 2, 3]],
  ])("%s", (text, tasks) => {
    expect(arrayTasks(text)).toEqual(tasks);
  });

  it.each(["", "a", "3-1", "1,", "1-", "1%0", "1 2", "0-9999999", "0-3 --wrap=x", "1:2"])(
    "refuses %j",
    (text) => {
      expect(() => arrayTasks(text)).toThrow(expect.objectContaining({ code: "SYG-USAGE" }));
    },
  );
});

describe("resourceOptions", () => {
  it("asks for one node and nothing else by itself", () => {
    expect(resourceOptions({})).toEqual(["--nodes=1"]);
  });

  it("asks for all that is said", () => {
    const resources = {
      cpus: 4,
      mem: "16G",
      gpus: "a100:2",
      time: 5400,
      partition: "gpu-long",
      account: "phys",
    };
    expect(
      resourceOptions({ ...resources, qos: "high", constraint: "a100&nvlink", nodes: 2, tasks: 8 }),
    ).toEqual([
      ...[
        "--nodes=2",
        "--ntasks=8",
        "--cpus-per-task=4",
        "--mem=16G",
        "--gres=gpu:a100:2",
        "--time=0-01:30:00",
      ],
      ...["--partition=gpu-long", "--account=phys", "--qos=high", "--constraint=a100&nvlink"],
    ]);
  });

  it.each([
    { cpus: 0 },
    { cpus: 1.5 },
    { cpus: Number.NaN },
    { mem: "16 G" },
    { mem: "lots" },
    { gpus: "0" },
    { gpus: "a100:" },
    { gpus: "1,license:x" },
    { time: 0 },
    { time: Number.POSITIVE_INFINITY },
    { partition: "--wrap=id" },
    { partition: "" },
    { account: "a b" },
    { qos: "-x" },
    { constraint: "a;b" },
  ])("refuses %j", (resources) => {
    expect(() => resourceOptions(resources)).toThrow(expect.objectContaining({ code: "SYG-USAGE" }));
  });

  it("writes time as days and a clock", () => {
    expect([1, 61.5, 86_400 * 3 + 5].map(slurmTime)).toEqual(["0-00:00:01", "0-00:01:02", "3-00:00:05"]);
  });
});

describe("submit", () => {
  const base = { name: "demo", folder: "/s/50% off/demo", resources: {}, env: { TOKEN: "hidden" } };

  it("has no value of the environment on its command line or in the script", () => {
    const { args, input, env } = submit(base);
    expect(JSON.stringify([args, input])).not.toContain("hidden");
    expect(env).toEqual({ TOKEN: "hidden", SYGALDRY_SLURM_RUN: "/s/50% off/demo" });
  });

  it("hinders Slurm from taking a folder's % for a pattern, and from starting a run again", () => {
    const { args } = submit({ ...base, array: "0-3", after: ["5", "6"] });
    expect(args).toEqual(expect.arrayContaining(["--output=/s/50%% off/demo/slurm.log", "--no-requeue"]));
    expect(args).toEqual(
      expect.arrayContaining(["--array=0-3", "--dependency=afterok:5:6", "--kill-on-invalid-dep=yes"]),
    );
  });

  it("reads the id, also a federation's, also after a warning", () => {
    expect(submit(base).parse("12\n")).toBe("12");
    expect(submit(base).parse("sbatch: warning\n12;cluster\n")).toBe("12");
    expect(submit(base).parse("")).toBe("");
  });
});

describe("cancel", () => {
  it("signals the batch step with its children and all steps", () => {
    expect(cancel("5", { signal: "KILL" }).args).toEqual(["--quiet", "--signal=KILL", "--full", "5"]);
    expect(cancel("5", { state: "PENDING" }).args).toEqual(["--quiet", "--state=PENDING", "5"]);
    expect(cancel("5").args).toEqual(["--quiet", "5"]);
  });
});

describe("slurmEnvironment", () => {
  it("leaves out what an allocation or a habit set, and keeps what finds the site's Slurm", () => {
    const kept = { PATH: "/bin", SLURM_CONF: "/c", SBATCH_ACCOUNT: "phys", MY_SLURM_X: "1" };
    const left = {
      SLURM_JOB_ID: "5",
      SQUEUE_FORMAT: "x",
      SACCT_FORMAT: "x",
      SBATCH_EXPORT: "NONE",
      SLURMD_NODENAME: "n",
    };
    expect(slurmEnvironment({ ...kept, ...left, GONE: undefined })).toEqual({
      ...kept,
      SLURM_TIME_FORMAT: "standard",
    });
  });
});
