import { randomUUID } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run, startContainer, temporaryFolder, withoutDocker } from "./support.ts";

const start = "SYGALDRY_USER=kvothe /sygaldry/runtime/start.sh";
const makeUser = "/sygaldry/image/create-user.sh kvothe 1234 5678 /home/kvothe false";
const isRoot = process.getuid?.() === 0;

describe.skipIf(await withoutDocker())("start.sh (integration, Docker)", () => {
  it("gives mount points that the engine made to the user, and seeds the empty home", async () => {
    const storage = await temporaryFolder();
    const container = await startContainer([
      ...["--volume", `${storage}/home:/home/kvothe`, "--volume", `${storage}/cache:/opt/bazel_cache`],
      ...["--volume", `${storage}/store:/opt/spack_store`],
    ]);
    await container.sh(makeUser.replace("/home/kvothe", "/home/other"));
    await container.sh(
      "sed -i s,/home/other,/home/kvothe, /etc/passwd; touch /opt/spack_store/old; chown 0:0 /home/kvothe",
    );
    expect(await container.exec(["sh", "-c", `${start} echo ran`])).toEqual({
      code: 0,
      stdout: "ran\n",
      stderr: "",
    });
    expect(
      await container.sh("stat -c '%u:%g %n' /home/kvothe /opt/* /home/kvothe/.bashrc /opt/bazel_cache/*"),
    ).toBe(
      [
        ...["/home/kvothe", "/opt/bazel_cache", "/opt/spack_store", "/home/kvothe/.bashrc"],
        ...["disk", "repository", "uv", "zephyr_jobs"].map((folder) => `/opt/bazel_cache/${folder}`),
      ]
        .map((file) => `1234:5678 ${file}\n`)
        .join(""),
    );
    expect(await container.sh("stat -c %u:%g /opt/spack_store/old")).toBe("0:0\n");
    expect((await stat(path.join(storage, "home"))).uid).toBe(1234);
  });

  it("says nothing and changes nothing when all is right", async () => {
    const storage = await temporaryFolder();
    const container = await startContainer(["--volume", `${storage}/cache:/opt/bazel_cache`]);
    await container.sh(makeUser);
    await container.sh(`${start} true; touch -d @1000 /opt/bazel_cache /opt/bazel_cache/disk`);
    expect(await container.exec(["sh", "-c", `${start} true`])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await container.sh("stat -c %Y /opt/bazel_cache /opt/bazel_cache/disk")).toBe("1000\n1000\n");
  });

  it("leaves a home alone that holds something", async () => {
    const container = await startContainer();
    await container.sh(`${makeUser}; rm -r /home/kvothe; mkdir /home/kvothe; touch /home/kvothe/notes`);
    await container.sh(`${start} true`);
    expect(await container.sh("ls -A /home/kvothe; stat -c %u /home/kvothe /home/kvothe/notes")).toBe(
      "notes\n1234\n0\n",
    );
  });

  it("seeds a home that holds only further mounts", async () => {
    const storage = await temporaryFolder();
    const container = await startContainer(["--volume", `${storage}:/home/kvothe/.ssh`]);
    await container.sh(`${makeUser}; chown 1234:5678 /home/kvothe; ${start} true`);
    expect(await container.sh("stat -c %u /home/kvothe/.profile")).toBe("1234\n");
  });

  it("gives over a volume and the image's own directories after the user got another id", async () => {
    const volume = `sygaldry-test-${randomUUID()}`;
    const container = await startContainer(["--volume", `${volume}:/opt/spack_store`]);
    onTestFinished(async () => {
      await run("docker", ["rm", "--force", container.name]);
      await run("docker", ["volume", "rm", "--force", volume]);
    });
    await container.sh(`mkdir -p /opt/hf_cache; chown 4000:4000 /opt/spack_store /opt/hf_cache; ${makeUser}`);
    expect((await container.exec(["sh", "-c", `${start} true`])).stderr).toBe("");
    expect(await container.sh("stat -c %u:%g /opt/spack_store /opt/hf_cache")).toBe("1234:5678\n1234:5678\n");
  });

  it.skipIf(!isRoot)(
    "warns about a host directory that is somebody else's, and leaves it theirs",
    async () => {
      const storage = await temporaryFolder();
      const container = await startContainer([
        "--volume",
        `${storage}/a:/opt/hf_cache`,
        "--volume",
        `${storage}/b:/opt/spack_store`,
      ]);
      await container.sh(
        `${makeUser}; chown 4000:4000 /opt/hf_cache /opt/spack_store; chmod 777 /opt/spack_store`,
      );
      expect(await container.exec(["sh", "-c", `${start} echo ran`])).toEqual({
        code: 0,
        stdout: "ran\n",
        stderr:
          "sygaldry: warning: start.sh: /opt/hf_cache belongs to uid 4000 on the host and kvothe (1234) cannot write " +
          "there: make it writable on the host\n",
      });
      expect(await container.sh("stat -c %u /opt/hf_cache /opt/spack_store")).toBe("4000\n4000\n");
    },
  );

  it("starts although mounts are read-only", async () => {
    const storage = await temporaryFolder();
    await mkdir(path.join(storage, "store"));
    const container = await startContainer([
      ...[
        "--volume",
        `${storage}/store:/opt/spack_store:ro`,
        "--volume",
        `${storage}/cache:/opt/bazel_cache:ro`,
      ],
    ]);
    await container.sh(makeUser);
    const outcome = await container.exec(["sh", "-c", `${start} echo ran`]);
    expect(outcome).toMatchObject({ code: 0, stdout: "ran\n" });
    expect(outcome.stderr).toMatch(
      /^sygaldry: warning: start.sh: cannot make \/opt\/bazel_cache\/disk .* for kvothe .*\n$/,
    );
  });

  it("needs no more than the capabilities of a container without sudo", async () => {
    const storage = await temporaryFolder();
    const container = await startContainer([
      ...["--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER"],
      ...["--security-opt", "no-new-privileges"],
      ...["--volume", `${storage}/home:/home/kvothe`, "--volume", `${storage}/cache:/opt/bazel_cache`],
    ]);
    await container.sh("echo kvothe:x:1234:5678::/home/kvothe:/bin/bash >>/etc/passwd");
    const outcome = await container.exec(["sh", "-c", `${start} true`]);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await container.sh("stat -c %u:%g /home/kvothe/.profile /opt/bazel_cache/uv")).toBe(
      "1234:5678\n1234:5678\n",
    );
  });

  it("starts without the right to change owners", async () => {
    const storage = await temporaryFolder();
    const container = await startContainer([
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--volume", `${storage}/cache:/opt/bazel_cache`],
    ]);
    await container.sh("echo kvothe:x:1234:5678::/home/kvothe:/bin/bash >>/etc/passwd");
    const outcome = await container.exec(["sh", "-c", `${start} echo ran`]);
    expect(outcome).toMatchObject({ code: 0, stdout: "ran\n" });
    expect(outcome.stderr).toContain("giving it to kvothe (1234) failed");
  });

  it("starts as the user itself, and without any such user", async () => {
    const container = await startContainer();
    await container.sh(makeUser);
    const own = await container.exec(["sh", "-c", `${start} id -un`], ["--user", "kvothe"]);
    expect(own).toEqual({ code: 0, stdout: "kvothe\n", stderr: "" });
    const unknown = await container.exec([
      "sh",
      "-c",
      "SYGALDRY_USER=nobody-here /sygaldry/runtime/start.sh echo ran",
    ]);
    expect(unknown).toMatchObject({ code: 0, stdout: "ran\n" });
    expect(unknown.stderr).toContain("no user 'nobody-here'");
  });

  it("becomes its command: arguments, exit code and signals are the command's", async () => {
    const container = await startContainer();
    await container.sh(makeUser);
    const args = [
      "/sygaldry/runtime/start.sh",
      "sh",
      "-c",
      'printf "[%s]" "$0" "$@"; exit 7',
      "a b",
      "",
      "$(id)",
    ];
    expect(await container.exec(args)).toMatchObject({ code: 7, stdout: "[a b][][$(id)]" });
    const pid = await container.exec(["sh", "-c", `echo $$; exec env ${start} sh -c 'echo $$'`]);
    expect(new Set(pid.stdout.trim().split("\n")).size).toBe(1);
  });

  it("works on the paths of SYGALDRY_OWNED", async () => {
    const container = await startContainer();
    await container.sh(`${makeUser}; mkdir -p '/data/a b' /data/c /opt/hf_cache`);
    await container.sh(`SYGALDRY_OWNED='/data/a b:/data/c:/data/none' ${start} true`);
    expect(await container.sh("stat -c %u '/data/a b' /data/c /opt/hf_cache")).toBe("1234\n1234\n0\n");
  });
});
