import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, rulesModule, startBazel } from "../../support/bazel.ts";
import { requires } from "../../support/requirements.ts";
import {
  hashOf,
  installSynthetic,
  type SyntheticPackage,
  syntheticLock,
} from "../../support/synthetic-store.ts";

/** A vendor's: a folder of its own outside the store, with all that a package may have. */
const vendor: SyntheticPackage = { name: "vendor-math", version: "3.0", external: "/opt/vendor/math" };
/** Of the store, on the vendor's. */
const dependent: SyntheticPackage = {
  name: "dependent",
  version: "1.0",
  dependencies: [{ on: vendor, types: ["build", "link"] }],
  files: { "include/dependent.h": "#pragma once\n#include <vendor/math.h>\n" },
};
/** In /usr, but where neither the compiler nor the linker nor the loader looks. */
const beside: SyntheticPackage = { name: "beside", version: "4.1", external: "/usr" };
/** In /usr, and nothing there has its name. */
const misnamed: SyntheticPackage = { name: "misnamed", version: "1.0", external: "/usr" };
const python: SyntheticPackage = { name: "python", version: "3.14", external: "/usr" };
const pythonPackage: SyntheticPackage = {
  name: "py-with-headers",
  version: "1.0",
  external: "/usr",
  dependencies: [{ on: python, types: ["build", "link", "run"] }],
};
const nowhere: SyntheticPackage = { name: "nowhere", version: "1.0", external: "/opt/nowhere" };

/** What the site has installed, made where the packages say that they are. */
const site = `
library() { # FOLDER NAME SONAME VALUE
  echo "int $2_value(void) { return $4; }" | gcc -shared -fPIC -Wl,-soname,$3 -o $1/$3 -x c - && ln -sf $3 $1/lib$2.so
}
header() { # FILE NAME
  mkdir -p "$(dirname $1)"
  printf '#pragma once\\n#ifdef __cplusplus\\nextern "C"\\n#endif\\nint %s_value(void);\\n' $2 >$1
}
system=/usr/lib/$(gcc -print-multiarch)
vendor=/opt/vendor/math
mkdir -p $vendor/lib/pkgconfig $vendor/lib/python3.14/site-packages/vendor_math $vendor/bin /usr/lib/beside/lib $system/pkgconfig
header $vendor/include/vendor/math.h vendor
library $vendor/lib vendor libvendor.so.3 30
printf 'prefix=%s\\nCflags: -I\${prefix}/include -DVENDOR_ABI=3\\nLibs: -L\${prefix}/lib -lvendor\\n' $vendor >$vendor/lib/pkgconfig/vendor-math.pc
printf '#!/bin/sh\\necho vendor "$@"\\n' >$vendor/bin/vendor-config && chmod +x $vendor/bin/vendor-config
echo 'VALUE = 31' >$vendor/lib/python3.14/site-packages/vendor_math/__init__.py
mkdir $vendor/lib/python3.14/site-packages/vendor_math-3.0.dist-info

header /usr/lib/beside/include/beside.h beside
library /usr/lib/beside/lib beside libbeside.so.4 40
printf 'Cflags: -I/usr/lib/beside/include -DBESIDE=1\\nLibs: -L/usr/lib/beside/lib -L%s -lbeside\\n' $system >$system/pkgconfig/beside.pc
header /usr/include/misnamed.h misnamed
library $system misnamed libmisnamed_really.so.1 50 && mv $system/libmisnamed.so $system/libmisnamed_really.so

header /usr/lib/python3/dist-packages/with_headers/include/with_headers.h with_headers
echo 'VALUE = 60' >/usr/lib/python3/dist-packages/with_headers/__init__.py
`;

const program = (includes: string, value: string) =>
  `#include <cstdio>\n${includes}\nint main() { std::printf("%d\\n", ${value}); return 0; }\n`;

const files = {
  "vendor.cc": program("#include <vendor/math.h>", "vendor_value() + VENDOR_ABI"),
  "dependent.cc": program("#include <dependent.h>", "vendor_value()"),
  "beside.cc": program("#include <beside.h>", "beside_value() + BESIDE"),
  "misnamed.cc": program("#include <misnamed.h>", "misnamed_value() + MISNAMED"),
  "with_headers.cc": program("#include <with_headers.h>", "sizeof(with_headers_value()) == sizeof(int)"),
  "system.py": "import with_headers\nprint(with_headers.VALUE)\n",
  "vendor.py": "import vendor_math\nprint(vendor_math.VALUE)\n",
  "BUILD.bazel": `
cc_binary(name = "vendor", srcs = ["vendor.cc"], deps = ["@spack//:vendor-math"])
cc_binary(name = "dependent", srcs = ["dependent.cc"], deps = ["@spack//:dependent"])
cc_binary(name = "beside", srcs = ["beside.cc"], deps = ["@spack//:beside"])
cc_binary(name = "misnamed", srcs = ["misnamed.cc"], deps = ["@spack//:misnamed"])
cc_binary(name = "with_headers", srcs = ["with_headers.cc"], deps = ["@spack//:py-with-headers_headers"])
cc_library(name = "nowhere", deps = ["@spack//:nowhere"])
py_binary(name = "system_python", srcs = ["system.py"], main = "system.py", deps = ["@spack//python:with-headers"])
py_binary(name = "vendor_python", srcs = ["vendor.py"], main = "vendor.py", deps = ["@spack//python:vendor-math"])
`,
};

requires("linux", "bazel")("@spack and the site's own packages (integration)", () => {
  let bazel: Bazel;
  let at: BazelWorkspace;
  const roots = [dependent, beside, misnamed, python, pythonPackage, nowhere];
  beforeAll(async () => {
    bazel = await startBazel();
    const store = `${bazel.folder}/some-store`;
    at = await bazel.workspace("site", {
      ...files,
      "MODULE.bazel": `${rulesModule}spack.environment(lock = "//:spack.lock", store = "${store}")
spack.package(name = "misnamed", defines = ["MISNAMED=5"], libs = ["misnamed_really"])
use_repo(spack, "spack")
`,
      "spack.lock": syntheticLock(roots),
    });
    const { exitCode, stderr } = await bazel.exec(["bash", "-ec", site]);
    expect(exitCode, stderr).toBe(0);
    await installSynthetic(store, roots, async () => {});
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const dynamic = async (name: string) =>
    (await bazel.exec(["readelf", "-d", `bazel-bin/${name}`], at.path)).stdout;

  it("takes one with a folder of its own like a package of the store", async () => {
    expect(await at.run("//:vendor")).toBe("33\n");
    expect(await dynamic("vendor")).toMatch(/RUNPATH.*\/opt\/vendor\/math\/lib/);
    expect(await at.run("//:dependent")).toBe("30\n");
    expect((await at.bazel("run", "@spack//:vendor-math")).stdout).toMatch(/^vendor/);
    const listed = await at.bazel("cquery", "--output=files", "@spack//:vendor-math_files");
    expect(listed.stdout).toContain("/lib/pkgconfig/vendor-math.pc");
    expect(await at.run("//:vendor_python")).toBe("31\n");
  });

  it("builds anew when it changes in its place, and gives no other hash what a cache has", async () => {
    await bazel.exec([
      "sed",
      "-i",
      "s/-DVENDOR_ABI=3/-DVENDOR_ABI=4/",
      "/opt/vendor/math/lib/pkgconfig/vendor-math.pc",
    ]);
    await bazel.exec([
      "sed",
      "-i",
      "s/int vendor_value(void);/&\\n#define VENDOR_CHANGED/",
      "/opt/vendor/math/include/vendor/math.h",
    ]);
    const changed = await at.bazel("build", "//:vendor");
    expect(changed.stderr).toMatch(/\d+ [a-z]+-sandbox/);
    const other: SyntheticPackage = { ...vendor, variant: "other" };
    const again: SyntheticPackage = { ...dependent, dependencies: [{ on: other, types: ["build", "link"] }] };
    expect(hashOf(other)).not.toBe(hashOf(vendor));
    await at.write({ "spack.lock": syntheticLock([again, ...roots.slice(1)]) });
    const { stderr } = await at.bazel("build", "//:vendor");
    expect(stderr).toMatch(/\b2 [a-z]+-sandbox/);
    expect(stderr).not.toContain("disk cache hit");
    // The lock changed, so the .pc file was read anew.
    expect(await at.run("//:vendor")).toBe("34\n");
    await at.write({ "spack.lock": syntheticLock(roots) });
  });

  it("tells compiler, linker and loader of folders in /usr where they do not look", async () => {
    expect(await at.run("//:beside")).toBe("41\n");
    expect(await dynamic("beside")).toMatch(/RUNPATH.*\/usr\/lib\/beside\/lib\]/);
  });

  it("believes what is said of one whose name nothing in /usr has", async () => {
    expect(await at.run("//:misnamed")).toBe("55\n");
  });

  it("leaves Python packages in /usr to its Python, and gives the headers inside them", async () => {
    expect(await at.run("//:system_python")).toBe("60\n");
    expect(await at.run("//:with_headers")).toBe("1\n");
  });

  it("has the programs of one in /usr by their names", async () => {
    const { stdout } = await at.bazel("run", "@spack//:python_bin_python3", "--", "-c", "print(6 * 7)");
    expect(stdout).toBe("42\n");
  });

  it("says where one should be whose folder is not there", async () => {
    const { exitCode, stderr } = await at.bazel("build", "//:nowhere");
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(
      `spack: nowhere@1.0 /${hashOf(nowhere).slice(0, 7)} is an external at /opt/nowhere, says ${at.path}/spack.lock, but there is no such folder.`,
    );
    expect(stderr).toContain(
      "next: Install it there, or correct its prefix: in packages.yaml and solve anew",
    );
  });
});
