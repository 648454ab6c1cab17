import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoadOptions, loadConfig } from "../../../../extension/core/project/config.ts";
import {
  projectDirectory,
  type StorageMount,
  storageLayout,
  storageRoot,
} from "../../../../extension/core/project/storage.ts";
import { storageError } from "../../../../extension/core/project/storage-error.ts";
import { prepareStorage } from "../../../../extension/core/project/storage-prepare.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-storage-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(folder, ...names);

async function project(text: string, options: Partial<LoadOptions> = {}) {
  await writeFile(at("sygaldry.yaml"), text);
  return loadConfig({ cwd: folder, ...options });
}

describe("storageRoot (unit)", () => {
  test("is what the configuration says, and says where", async () => {
    const none = at("none");
    expect(await storageRoot(await project("storage:\n  root: /big/disk\n"), {}, none)).toEqual({
      path: "/big/disk",
      reason: `${at("sygaldry.yaml")}:2:3`,
    });
    const set = await project("", { environment: { SYGALDRY_CONTAINER_ROOT: "/x" } });
    expect(await storageRoot(set, {}, none)).toEqual({
      path: "/x",
      reason: "environment SYGALDRY_CONTAINER_ROOT",
    });
    const flag = await project("", { flags: { storageRoot: "../near" } });
    expect(await storageRoot(flag, {}, none)).toEqual({
      path: path.resolve(folder, "../near"),
      reason: "flag --storage-root",
    });
  });

  test("knows the home folder by ~", async () => {
    const inHome = await project("storage: {root: ~/data}\n");
    expect((await storageRoot(inHome, { HOME: "/home/me" })).path).toBe("/home/me/data");
    expect((await storageRoot(inHome, {})).path).toBe(path.join(homedir(), "data"));
    expect((await storageRoot(await project("storage: {root: '~'}\n"), { HOME: "/home/me" })).path).toBe(
      "/home/me",
    );
    expect((await storageRoot(await project("storage: {root: ./~x}\n"), {})).path).toBe(at("~x"));
    await expect(storageRoot(await project("storage: {root: ~other/data}\n"), {})).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });

  test("else the shared folder where it is a writable folder, else the user's data folder", async () => {
    const plain = await project("");
    const environment = { HOME: "/home/me", XDG_DATA_HOME: "/data/me" };
    await mkdir(at("shared"));
    await writeFile(at("file"), "");
    expect(await storageRoot(plain, environment, at("shared"))).toMatchObject({ path: at("shared") });
    for (const other of [at("file"), at("none")]) {
      expect(await storageRoot(plain, environment, other)).toEqual({
        path: "/data/me/sygaldry",
        reason: "environment XDG_DATA_HOME",
      });
    }
    for (const ignored of [undefined, "", "relative"]) {
      expect(await storageRoot(plain, { HOME: "/home/me", XDG_DATA_HOME: ignored }, at("none"))).toEqual({
        path: "/home/me/.local/share/sygaldry",
        reason: "default",
      });
    }
  });
});

describe("storageLayout (unit)", () => {
  test("is the storage contract", async () => {
    expect(storageLayout(await project(""), "proj", "checkout-12345678", "/root")).toEqual([
      { name: "monorepo_home", source: "/root/proj/monorepo_home", target: "/home/kvothe", readonly: false },
      { name: "spack_store", source: "/root/proj/spack_store", target: "/opt/spack_store", readonly: false },
      { name: "bazel_cache", source: "/root/proj/bazel_cache", target: "/opt/bazel_cache", readonly: false },
      {
        name: "bazel_output",
        source: "/root/proj/bazel_output/checkout-12345678",
        target: "/opt/bazel_output",
        readonly: false,
      },
      { name: "hf_cache", source: "/root/proj/hf_cache", target: "/opt/hf_cache", readonly: false },
      { name: "config", source: "/root/proj/config", target: "/config", readonly: true },
      { name: "logs", source: "/root/proj/logs", target: "/opt/sygaldry/logs", readonly: false },
    ]);
    expect(projectDirectory("/root", "proj")).toBe("/root/proj");
  });

  test("takes other folders for single mounts, Bazel's output still per checkout", async () => {
    const changed = await project(
      "user: {name: me}\nstorage: {mounts: {hf_cache: ~/hf, spack_store: /stores/spack, bazel_output: ../out, config: conf}}\n",
    );
    const sources = Object.fromEntries(
      storageLayout(changed, "proj", "key", "/root", { HOME: "/home/me" }).map(({ name, source, target }) => [
        name,
        [source, target],
      ]),
    );
    expect(sources).toMatchObject({
      monorepo_home: ["/root/proj/monorepo_home", "/home/me"],
      spack_store: ["/stores/spack", "/opt/spack_store"],
      hf_cache: ["/home/me/hf", "/opt/hf_cache"],
      bazel_output: [path.resolve(folder, "../out/key"), "/opt/bazel_output"],
      config: [at("conf"), "/config"],
    });
  });
});

describe("prepareStorage (unit)", () => {
  const mount = (source: string, readonly = false): StorageMount => ({
    name: "logs",
    source,
    target: "/x",
    readonly,
  });

  test("makes what is missing, whatever the umask, and then nothing more", async () => {
    const layout = storageLayout(await project(""), "proj", "key", at("root"));
    const before = process.umask(0o077);
    try {
      expect(await prepareStorage(layout)).toEqual(layout.map(({ source }) => source));
    } finally {
      process.umask(before);
    }
    expect((await readdir(at("root", "proj"))).sort()).toEqual([
      "bazel_cache",
      "bazel_output",
      "config",
      "hf_cache",
      "logs",
      "monorepo_home",
      "spack_store",
    ]);
    for (const { source } of layout) expect((await stat(source)).mode & 0o777).toBe(0o755);
    expect(await prepareStorage(layout)).toEqual([]);
  });

  test("leaves the mode of folders that are there, and follows links", async () => {
    await mkdir(at("there"), { mode: 0o700 });
    await symlink(at("there"), at("link"));
    expect(await prepareStorage([mount(at("there")), mount(at("link"))])).toEqual([]);
    expect((await stat(at("there"))).mode & 0o777).toBe(0o700);
  });

  test.each(["file", "file/below", "dangling"])(
    "a %s in the way is SYG-STORAGE with what to do",
    async (name) => {
      await writeFile(at("file"), "kept");
      await symlink(at("none", "deeper"), at("dangling"));
      await expect(prepareStorage([mount(at(name))])).rejects.toMatchObject({
        code: "SYG-STORAGE",
        message: expect.stringContaining(`${at(name)} cannot be used for storage: E`),
        next: expect.stringMatching(/storage\.root/),
        data: { path: at(name) },
      });
    },
  );

  test("a file system that refuses, also for root", async () => {
    await expect(prepareStorage([mount("/sys/sygaldry-storage")])).rejects.toMatchObject({
      code: "SYG-STORAGE",
    });
  });

  test("is cancelled by the signal", async () => {
    await expect(prepareStorage([mount(at("x"))], AbortSignal.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test.each([
  ["EACCES", /chown/],
  ["EPERM", /chown/],
  ["EROFS", /writable/],
  ["ENOSPC", /space/],
  ["EDQUOT", /quota/],
  ["ENOTDIR", /file that stands/],
  ["EEXIST", /file that stands/],
  ["EIO", /another folder/],
])("storageError of %s says what to do (unit)", async (code, next) => {
  const error = await storageError("/place", Object.assign(new Error(`${code}: no`), { code }));
  expect(error).toMatchObject({ code: "SYG-STORAGE", data: { path: "/place", systemCode: code } });
  expect(error.next).toMatch(next);
});
