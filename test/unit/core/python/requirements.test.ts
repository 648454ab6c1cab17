import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { fileNamePart, isName, normalizeName } from "../../../../extension/core/python/requirements/name.ts";
import {
  parseRequirement,
  withoutVersion,
} from "../../../../extension/core/python/requirements/requirement.ts";
import { parseRequirementsFile } from "../../../../extension/core/python/requirements/requirements-file.ts";
import { allows } from "../../../../extension/core/python/requirements/specifier.ts";
import { normalizeVersion, sameVersion } from "../../../../extension/core/python/requirements/version.ts";

describe("names of distributions (unit)", () => {
  it("are one name however they are written", () => {
    for (const name of ["Foo.Bar_baz", "foo-bar-baz", "FOO--bar..baz", " foo_bar-baz "]) {
      expect(normalizeName(name)).toBe("foo-bar-baz");
      expect(fileNamePart(name)).toBe("foo_bar_baz");
    }
    expect(["a", "A1.b", "x-y"].every(isName)).toBe(true);
    expect(["", "-a", "a-", "a b", "ä"].some(isName)).toBe(false);
  });
});

describe("versions (unit)", () => {
  it("are written as PEP 440 writes them", () => {
    const texts = ["1.0-1", "V2.0RC1", "2.9.0+cu129", "1!2.0.post3+Ab-1", "01.02", "1.0.DEV3", "main", ""];
    expect(texts.map(normalizeVersion)).toEqual([
      ...["1.0.post1", "2.0rc1", "2.9.0+cu129", "1!2.0.post3+ab.1", "1.2", "1.0.dev3", undefined, undefined],
    ]);
    expect(sameVersion("1.0", "1.0.0")).toBe(true);
    expect(sameVersion("2.9.0+cu129", "2.9.0+cu128")).toBe(false);
    expect(sameVersion("main", "main")).toBe(true);
  });

  it("are undefined where a specifier or a version cannot be read", () => {
    expect(allows("", "1.0")).toBe(true);
    expect(allows(">=1.0", "main")).toBeUndefined();
    for (const bad of ["=>1.0", "1.0", ">=1.*", "~=1", "==x", "<1.0.*"])
      expect(allows(bad, "1.0")).toBeUndefined();
  });

  const versions = [
    ...[
      "1.0",
      "1.0.0",
      "1.0rc1",
      "1.0a2.dev1",
      "1.0.post1",
      "1.0.post1.dev3",
      "1.0.dev2",
      "1.4.5",
      "1.4",
      "2.0",
      "2",
    ],
    ...["2.9.0+cu129", "2.9.0+cu128.1", "2.9.0", "1!1.0", "0.9", "1.1rc1", "1.0+abc"],
  ];
  const limits = [
    "1.0",
    "1",
    "1.4.2",
    "1.0rc1",
    "1.0.post1",
    "1.0.dev2",
    "2.9.0",
    "2.9.0+cu129",
    "1!1.0",
    "1.1",
    "0.9.1",
  ];
  const specifiers = [
    ...["==", "!=", ">=", "<=", "<", ">", "~=", "==="].flatMap((operator) =>
      limits
        .filter((limit) => /^[=!]=$|^===$/.test(operator) || !limit.includes("+"))
        .filter((limit) => operator !== "~=" || limit !== "1")
        .map((limit) => `${operator}${limit}`),
    ),
    ...["==1.*", "!=1.4.*", "==1.0.*", "!=1!1.*", ">=1,<2", ">=1.0rc1,!=1.0.post1", ""],
  ];
  const python = spawnSync("python3", ["-c", "import packaging"], { stdio: "ignore" });
  it.skipIf(python.status !== 0)("are allowed as Python's own packaging library allows them", () => {
    const script = `import json, sys; from packaging.specifiers import SpecifierSet as S; vs, ss = json.load(sys.stdin)
print(json.dumps([[v, s] for v in vs for s in ss if S(s).contains(v, prereleases=True)]))`;
    const { stdout } = spawnSync("python3", ["-c", script], {
      input: JSON.stringify([versions, specifiers]),
      encoding: "utf8",
    });
    const theirs: unknown = JSON.parse(stdout);
    const ours = versions.flatMap((version) =>
      specifiers.filter((specifier) => allows(specifier, version)).map((specifier) => [version, specifier]),
    );
    expect(ours.length).toBeGreaterThan(500);
    expect(ours).toEqual(theirs);
  });
});

describe("requirements (unit)", () => {
  it("have name, extras, versions, URL and marker", () => {
    expect(parseRequirement('Foo.Bar [a, B_c] >= 1.2, != 1.3 ; python_version < "3.12"')).toEqual({
      ...{ name: "foo-bar", extras: ["a", "b-c"], specifier: ">=1.2,!=1.3", url: undefined },
      ...{ marker: 'python_version < "3.12"' },
      text: 'Foo.Bar [a, B_c] >= 1.2, != 1.3 ; python_version < "3.12"',
    });
    expect(parseRequirement("numpy<2.6,>=1.25.2")).toMatchObject({
      name: "numpy",
      specifier: "<2.6,>=1.25.2",
    });
    expect(parseRequirement("zope.interface (>=4.0)")).toMatchObject({
      name: "zope-interface",
      specifier: ">=4.0",
    });
    expect(parseRequirement("pip @ https://example.invalid/pip.whl ; os_name == 'posix'")).toMatchObject({
      ...{ name: "pip", url: "https://example.invalid/pip.whl", specifier: "", marker: "os_name == 'posix'" },
    });
    expect(["", ">=1", "foo bar", "foo>>1", "./foo.whl", "foo=1"].map(parseRequirement)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });

  it("lose their version and keep the rest", () => {
    const [plain, full] = ["numpy<2", 'a[b]==1 ; extra == "x"'].map((text) => parseRequirement(text));
    expect(plain && withoutVersion(plain)).toBe("numpy");
    expect(full && withoutVersion(full)).toBe('a[b] ; extra == "x"');
  });

  it("are read from requirements files", () => {
    const text =
      "\uFEFF# all\nnumpy>=2 # why\n-r other.txt\n--index-url https://x\n\nscipy \\\n  ==1.2 --hash=sha256:ab \\\n --hash=sha256:cd\n./local.whl\npkg @ file:///x#sha256=1\n";
    expect(parseRequirementsFile(text).map(({ name, specifier, url }) => [name, specifier, url])).toEqual([
      ["numpy", ">=2", undefined],
      ["scipy", "==1.2", undefined],
      ["pkg", "", "file:///x#sha256=1"],
    ]);
  });
});
