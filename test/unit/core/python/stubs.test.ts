import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../../extension/core/base/files.ts";
import { stubIndex, stubTag, writeStubIndex } from "../../../../extension/core/python/stubs/stub-index.ts";
import { stubRequirements } from "../../../../extension/core/python/stubs/stub-requirements.ts";
import { stubWheel } from "../../../../extension/core/python/stubs/stub-wheel.ts";
import { pythonEnvironment, spackDistribution } from "./samples.ts";

const tag = "cp311-none-linux_x86_64";
const target = {
  owned: new Map([["numpy", "2.3.5"]]),
  paths: ["/opt/spack_store/view/lib/python3.11/site-packages"],
  tag,
};

function contents(content: Uint8Array): Readonly<Record<string, string>> {
  const files = Object.entries(unzipSync(content));
  return Object.fromEntries(files.map(([name, data]) => [name, new TextDecoder().decode(data)]));
}

describe("stub wheels (unit)", () => {
  const scipy = spackDistribution("scipy", "1.16.3", {
    ...{ requires: ["numpy<2.6,>=1.25.2", 'pytest ; extra == "test"'], requiresPython: ">=3.11" },
    ...{ extras: ["test"], entryPoints: "[console_scripts]\nscipy = scipy:main\n" },
  });

  it("have the metadata, and no module", () => {
    const { fileName, content } = stubWheel(scipy, target);
    expect(fileName).toBe("scipy-1.16.3-cp311-none-linux_x86_64.whl");
    const files = contents(content);
    expect(Object.keys(files)).toEqual([
      "_spack_scipy.pth",
      ...["METADATA", "WHEEL", "entry_points.txt", "RECORD"].map((name) => `scipy-1.16.3.dist-info/${name}`),
    ]);
    expect(files["scipy-1.16.3.dist-info/METADATA"]).toBe(
      'Metadata-Version: 2.1\nName: scipy\nVersion: 1.16.3\nRequires-Python: >=3.11\nRequires-Dist: numpy<2.6,>=1.25.2\nRequires-Dist: pytest ; extra == "test"\nProvides-Extra: test\n',
    );
    expect(files["scipy-1.16.3.dist-info/WHEEL"]).toContain(`Tag: ${tag}\n`);
  });

  it("are the same bytes in every time zone, and others for another place of the store", () => {
    const before = process.env["TZ"];
    const digests = ["UTC", "Asia/Kathmandu", "America/Los_Angeles"].map((zone) => {
      process.env["TZ"] = zone;
      return sha256(stubWheel(scipy, target).content);
    });
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
    expect(new Set(digests).size).toBe(1);
    const moved = stubWheel(scipy, { ...target, paths: ["/elsewhere"] });
    expect(sha256(moved.content)).not.toBe(digests[0]);
  });

  it("keep a local version, and percent-encode it in the index", async () => {
    const torch = spackDistribution("torch", "2.9.0+cu129");
    const { wheels } = stubIndex(pythonEnvironment([torch, spackDistribution("odd", "from git")]));
    expect([...wheels.keys()]).toEqual(["torch"]);
    expect(wheels.get("torch")?.fileName).toMatch(/^torch-2\.9\.0\+cu129-cp311-none-/);
    await writeStubIndex(folder, { wheels });
    expect(await readFile(path.join(folder, "torch/index.html"), "utf8")).toContain(
      'href="torch-2.9.0%2Bcu129-cp311',
    );
  });

  it("ask for any version where Spack's own is not what the author asked for", () => {
    const requires = [
      "numpy>=2.4",
      "NumPy[x]==1 ; python_version > '3'",
      "six>=1",
      "numpy @ https://x/y.whl",
      "!",
    ];
    expect(stubRequirements({ requires }, target.owned)).toEqual({
      requires: ["numpy", "numpy[x] ; python_version > '3'", "six>=1", "numpy"],
      relaxed: [
        { name: "numpy", requirement: "numpy>=2.4", version: "2.3.5" },
        { name: "numpy", requirement: "NumPy[x]==1 ; python_version > '3'", version: "2.3.5" },
        { name: "numpy", requirement: "numpy @ https://x/y.whl", version: "2.3.5" },
      ],
    });
  });

  it("are for one Python on one kind of machine", () => {
    expect(stubTag("3.13", "linux", "arm64")).toBe("cp313-none-linux_aarch64");
    expect(stubTag("3.13", "darwin", "arm64")).toBe("cp313-none-any");
  });

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sygaldry-stubs-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are written only when they change, and what is gone is removed", async () => {
    const [numpy, bumped] = ["2.3.5", "2.4.6"].map((version) => spackDistribution("numpy", version));
    if (numpy === undefined || bumped === undefined) throw new Error("two samples");
    const first = await writeStubIndex(folder, stubIndex(pythonEnvironment([numpy, scipy])));
    expect(first).toHaveLength(4);
    const old = new Date("2020-01-01");
    const [wheel = ""] = (await readdir(path.join(folder, "scipy"))).filter((name) => name.endsWith(".whl"));
    await utimes(path.join(folder, "scipy", wheel), old, old);
    expect(await writeStubIndex(folder, stubIndex(pythonEnvironment([numpy, scipy])))).toEqual([]);
    await writeFile(path.join(folder, "numpy/stray"), "");
    await writeStubIndex(folder, stubIndex(pythonEnvironment([bumped, scipy])));
    expect((await stat(path.join(folder, "scipy", wheel))).mtime).toEqual(old);
    expect((await readdir(path.join(folder, "numpy"))).sort()).toEqual([
      ...["index.html", `numpy-2.4.6-${stubTag("3.11")}.whl`],
    ]);
    await writeStubIndex(folder, stubIndex(pythonEnvironment([scipy])));
    expect(await readdir(folder)).toEqual(["scipy"]);
  });

  it("say what to do where they cannot be written", async () => {
    await writeFile(path.join(folder, "file"), "");
    await expect(
      writeStubIndex(path.join(folder, "file"), stubIndex(pythonEnvironment([scipy]))),
    ).rejects.toMatchObject({
      ...{ code: "SYG-FILE", next: "Set SYGALDRY_PYTHON_INDEX to a folder that can be written." },
    });
  });
});
