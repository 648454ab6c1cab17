import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  parseMetadata,
  parseRequiresText,
} from "../../../../extension/core/python/distributions/metadata.ts";
import { readSitePackages } from "../../../../extension/core/python/distributions/read-site-packages.ts";
import { recordPaths, topLevelModules } from "../../../../extension/core/python/distributions/record.ts";
import { inRepository } from "../../../support/paths.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-python-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

describe("metadata of distributions (unit)", () => {
  it("reads what pip installed", async () => {
    await cp(inRepository("test/fixtures/python"), folder, { recursive: true });
    const read = await readSitePackages(folder);
    expect(read?.problems).toEqual([]);
    const [numpy, scipy] = read?.distributions ?? [];
    expect(numpy).toMatchObject({
      ...{ name: "numpy", version: "2.3.5", requires: [], requiresPython: ">=3.11", modules: ["numpy"] },
      ...{ from: "dist-info", metadata: "numpy-2.3.5.dist-info" },
    });
    expect(numpy?.entryPoints).toContain("f2py = numpy.f2py.f2py2e:main");
    expect(scipy?.requires[0]).toBe("numpy<2.6,>=1.25.2");
    expect(scipy?.extras).toEqual(["test", "doc", "dev"]);
  });

  it("reads egg-info, folders and files, with the requirements of old ones", async () => {
    await write({
      "Old.Thing-1.0-py3.11.egg-info/PKG-INFO": "Metadata-Version: 1.2\nName: Old.Thing\nVersion: 1.0\n",
      "Old.Thing-1.0-py3.11.egg-info/requires.txt":
        "six\n\n[:python_version<'3']\nenum34\n\n[fast:os_name=='nt']\nnumpy>1\n",
      "Old.Thing-1.0-py3.11.egg-info/top_level.txt": "old\n_old\n",
      "flat-2-py3.egg-info": "Metadata-Version: 1.0\nName: flat\nVersion: 2\n\nName: not this\n",
    });
    const read = await readSitePackages(folder);
    expect(read?.distributions).toMatchObject([
      { name: "flat", version: "2", from: "egg-info" },
      {
        ...{ name: "old-thing", displayName: "Old.Thing", modules: ["_old", "old"], extras: ["fast"] },
        requires: ["six", "enum34 ; (python_version<'3')", `numpy>1 ; (os_name=='nt') and extra == "fast"`],
      },
    ]);
  });

  it("guesses from the folder's name where METADATA is missing, and says so", async () => {
    await write({
      "half_done-1.0+local.dist-info/INSTALLER": "pip\n",
      "nothing.dist-info/INSTALLER": "pip\n",
      "odd-1.0.dist-info/METADATA": "Name: odd\nVersion: from git\n",
      "up-1.0.dist-info/METADATA": "Name: ../../up\nVersion: 1.0\n",
    });
    const read = await readSitePackages(folder);
    expect(read?.distributions.map(({ name, version }) => [name, version])).toEqual([
      ["half-done", "1.0+local"],
      ["odd", "from git"],
    ]);
    expect(read?.problems.map(({ file, message }) => [path.basename(file), message])).toEqual([
      ["half_done-1.0+local.dist-info", "there is no METADATA in it"],
      ["nothing.dist-info", "there is no METADATA in it"],
      ["nothing.dist-info", "neither its metadata nor its name tells what it is"],
      ["odd-1.0.dist-info", 'its version "from git" is none of PEP 440'],
      ["up-1.0.dist-info", '"../../up" is no name of a distribution'],
    ]);
  });

  it("has nothing of a folder that is not there", async () => {
    expect(await readSitePackages(path.join(folder, "none"))).toBeUndefined();
  });

  it("goes on with folded headers and ends at the description", () => {
    const text = "Name: a\r\nRequires-Dist: b;\r\n  extra == 'c'\r\nNo colon\r\n\r\nVersion: 9\r\n";
    expect(parseMetadata(text)).toEqual({
      ...{
        name: "a",
        version: undefined,
        requires: ["b; extra == 'c'"],
        requiresPython: undefined,
        extras: [],
      },
    });
    expect(parseRequiresText("# none\n\n")).toEqual({ requires: [], extras: [] });
  });
});

describe("records (unit)", () => {
  it("name the modules at the top, of packages, files and extensions", () => {
    const record = [
      ...["../../../bin/tool,sha256=x,1", "pkg/__init__.py,,", "_ext.cpython-311-x86_64-linux-gnu.so,,"],
      ...[
        '"with,comma/__init__.py",,',
        "mod.py,,",
        "__pycache__/mod.cpython-311.pyc,,",
        "pkg-1.0.dist-info/RECORD,,",
      ],
      ...["pkg.libs/libx.so,,", "data/readme.txt,,", "space/deep/code.py,,", "x.pth,,"],
    ].join("\n");
    expect(topLevelModules(recordPaths(record))).toEqual(["_ext", "mod", "pkg", "space"]);
  });
});
