import { randomUUID } from "node:crypto";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { baseImage, type Container, repository, run, startContainer, withoutDocker } from "./support.ts";

const script = "/sygaldry/image/create-user.sh";

describe.skipIf(await withoutDocker())("create-user.sh (integration, Docker)", () => {
  it("takes 1000:1000 from `ubuntu`", async () => {
    const container = await startContainer();
    await container.sh(
      "useradd -m -u 1000 -s /bin/bash -G audio ubuntu; install -o ubuntu -g ubuntu /dev/null /opt/tool",
    );
    await container.sh(`${script} kvothe 1000 1000 /home/kvothe false`);
    await expectUser(container, "kvothe", 1000, 1000);
    expect(await container.sh("getent passwd ubuntu || echo gone")).toBe("gone\n");
    expect(await container.sh("getent group audio; ls /home; stat -c %U:%G /opt/tool")).toBe(
      "audio:x:29:\nkvothe\nkvothe:kvothe\n",
    );
  });

  it("keeps a home that holds more than the skeleton, and gives it to the new user", async () => {
    const container = await startContainer();
    await container.sh("useradd -m -u 1000 -s /bin/bash vscode; su vscode -c 'echo x >/home/vscode/notes'");
    await container.sh(`${script} kvothe 1000 1234 /home/kvothe false`);
    await expectUser(container, "kvothe", 1000, 1234);
    expect(await container.sh("stat -c %U:%G /home/vscode/notes")).toBe("kvothe:kvothe\n");
  });

  it("makes 1234:5678, both free", async () => {
    const container = await startContainer();
    await container.sh(`${script} kvothe 1234 5678 /home/kvothe false`);
    await expectUser(container, "kvothe", 1234, 5678);
    expect(await container.sh("stat -c '%U:%G %a' /home/kvothe/.bashrc /home/kvothe")).toBe(
      "kvothe:kvothe 644\nkvothe:kvothe 755\n",
    );
  });

  it.each([
    { group: "dialout", gid: 20 },
    { group: "users", gid: 100 },
  ])("moves the group $group away from gid $gid, with members and files", async ({ group, gid }) => {
    const container = await startContainer();
    await container.sh(`useradd -M -u 4000 -G ${group} member; useradd -M -N -u 4001 -g ${group} primary`);
    await container.sh(
      `install -m 2755 -g ${group} /dev/null /opt/port; ln -s /nowhere /opt/link; chgrp -h ${gid} /opt/link`,
    );
    await container.sh(`${script} kvothe 1234 ${gid} /home/kvothe false`);
    await expectUser(container, "kvothe", 1234, gid);
    expect(
      await container.sh("stat -c '%G %a' /opt/port; stat -c %G /opt/link; id -Gn member; id -gn primary"),
    ).toBe(`${group} 2755\n${group}\nmember ${group}\n${group}\n`);
    await expectUniqueIds(container);
  });

  it("takes 1000:1000 from two different holders", async () => {
    const container = await startContainer();
    await container.sh(
      "groupadd -g 1500 alice; useradd -M -u 1000 -g 1500 -s /bin/bash alice; groupadd -g 1000 bobs",
    );
    await container.sh(
      "useradd -M -u 1001 -g bobs bob; install -g bobs /dev/null /opt/shared; chgrp 1500 /srv",
    );
    await container.sh(`${script} kvothe 1000 1000 /home/kvothe false`);
    await expectUser(container, "kvothe", 1000, 1000);
    expect(
      await container.sh("id -gn bob; stat -c %G /opt/shared /srv; getent passwd alice || echo gone"),
    ).toBe("bobs\nbobs\nkvothe\ngone\n");
    await expectUniqueIds(container);
  });

  it("renumbers a system user, with its files and their set-id bits", async () => {
    const container = await startContainer();
    await container.sh("install -m 4755 -o www-data -g www-data /dev/null /opt/cgi");
    await container.sh(`${script} kvothe 33 33 /home/kvothe false`);
    await expectUser(container, "kvothe", 33, 33);
    expect(await container.sh("stat -c '%U:%G %a' /opt/cgi")).toBe("www-data:www-data 4755\n");
    await expectUniqueIds(container);
  });

  it("makes ids as large as directory services hand out, without growing lastlog", async () => {
    const container = await startContainer();
    await container.sh(": >/var/log/lastlog; : >/var/log/faillog");
    await container.sh(`${script} kvothe 1234567890 1234567891 /home/kvothe false`);
    await expectUser(container, "kvothe", 1234567890, 1234567891);
    expect(await container.sh("stat -c %s /var/log/lastlog /var/log/faillog")).toBe("0\n0\n");
  });

  it("makes a user of gid 0 and leaves the group root alone", async () => {
    const container = await startContainer();
    await container.sh(`${script} kvothe 1234 0 /home/kvothe false`);
    await expectUser(container, "kvothe", 1234, 0);
    expect(
      await container.sh("getent group root; id -g root; chown kvothe:kvothe /srv; stat -c %u:%g /srv"),
    ).toBe("root:x:0:\n0\n1234:0\n");
  });

  it("makes uid 0 an alias of root with a home of its own", async () => {
    const container = await startContainer();
    await container.sh(`${script} kvothe 0 0 /home/kvothe false`);
    await expectUser(container, "kvothe", 0, 0);
    expect(await container.sh("getent passwd root")).toBe("root:x:0:0:root:/root:/bin/bash\n");
    expect(await container.sh("chown kvothe:kvothe /srv; stat -c %u:%g /srv")).toBe("0:0\n");
  });

  it("renumbers NAME when the base has it already", async () => {
    const container = await startContainer();
    await container.sh(
      "useradd -m -u 4000 -s /bin/sh -G audio kvothe; install -o kvothe -g kvothe /dev/null /opt/mine",
    );
    await container.sh(`${script} kvothe 1234 5678 /work/home false`);
    await expectUser(container, "kvothe", 1234, 5678, "/work/home");
    expect(await container.sh("stat -c %u:%g /opt/mine /home/kvothe/.bashrc; id -Gn kvothe")).toBe(
      "1234:5678\n1234:5678\nkvothe audio\n",
    );
  });

  it.each(["1234 5678", "1000 20", "0 0", "1234 0"])("changes nothing when run again as %s", async (ids) => {
    const container = await startContainer();
    const command = `${script} kvothe ${ids} /home/kvothe true`;
    const state = "cat /etc/passwd /etc/group /etc/shadow /etc/gshadow";
    await container.sh(command);
    const before = await container.sh(state);
    await container.sh(command);
    expect(await container.sh(state)).toBe(before);
  });

  it("grants sudo when it is installed, and takes it back", async () => {
    const container = await startContainer();
    await container.sh("install -m 755 /bin/true /usr/bin/sudo; getent group sudo || groupadd sudo");
    await container.sh(`${script} kvothe 1234 1234 /home/kvothe true`);
    expect(await container.sh("stat -c %a /etc/sudoers.d/kvothe; cat /etc/sudoers.d/kvothe")).toBe(
      "440\nkvothe ALL=(ALL:ALL) NOPASSWD:ALL\n",
    );
    await container.sh("usermod -a -G sudo kvothe");
    await container.sh(`${script} kvothe 1234 1234 /home/kvothe false`);
    expect(await container.sh("ls /etc/sudoers.d | grep kvothe || id -Gn kvothe")).toBe("kvothe\n");
  });

  it("refuses what is not a user", async () => {
    const container = await startContainer();
    const before = await container.sh("cat /etc/passwd");
    const refused = [
      ["kvothe", "1234", "1234", "/home/kvothe"],
      ["Kvothe", "1234", "1234", "/home/kvothe", "true"],
      ["k$(id)", "1234", "1234", "/home/kvothe", "true"],
      ["kvothe\nx", "1234", "1234", "/home/kvothe", "true"],
      ["root", "1234", "1234", "/root", "true"],
      ["kvothe", "-1", "1234", "/home/kvothe", "true"],
      ["kvothe", "010", "1234", "/home/kvothe", "true"],
      ["kvothe", "1234", "4294967295", "/home/kvothe", "true"],
      ["kvothe", "1234", "99999999999999999999", "/home/kvothe", "true"],
      ["kvothe", "1234", "1234", "home/kvothe", "true"],
      ["kvothe", "1234", "1234", "/", "true"],
      ["kvothe", "1234", "1234", "/home/../etc", "true"],
      ["kvothe", "1234", "1234", "/home/k:0", "true"],
      ["kvothe", "1234", "1234", "/home/kvothe", "yes"],
    ];
    for (const args of refused) {
      const outcome = await container.exec([script, ...args]);
      expect({ args, code: outcome.code, stderr: outcome.stderr.split(": ")[1] }).toEqual({
        args,
        code: 2,
        stderr: "error",
      });
    }
    expect(await container.sh("cat /etc/passwd")).toBe(before);
  });

  it("works while an image is built", async () => {
    const tag = `sygaldry-test-${randomUUID()}`;
    onTestFinished(async () => {
      await run("docker", ["rmi", "--force", tag]);
    });
    const dockerfile = [
      `FROM ${baseImage}`,
      "COPY create-user.sh /tmp/",
      "RUN /tmp/create-user.sh kvothe 1234567890 20 /home/kvothe true",
      "USER kvothe",
    ].join("\n");
    const context = path.join(repository, "container/image");
    const built = await run("docker", ["build", "--network", "none", "--tag", tag, "--file", "-", context], {
      input: dockerfile,
    });
    expect(built.code, built.stderr).toBe(0);
    const shown = await run("docker", [
      "run",
      "--rm",
      "--network",
      "none",
      tag,
      "sh",
      "-c",
      'id -un; id -u; id -g; echo "$HOME"',
    ]);
    expect(shown.stdout).toBe("kvothe\n1234567890\n20\n/home/kvothe\n");
  });
});

/** NAME by name and by number is this user, for the engine too. */
async function expectUser(
  container: Container,
  name: string,
  uid: number,
  gid: number,
  home = `/home/${name}`,
) {
  const entry = (await container.sh(`getent passwd ${name}`)).trim().split(":");
  expect(entry.slice(2)).toEqual([`${uid}`, `${gid}`, "", home, "/bin/bash"]);
  const shown = await container.exec(
    ["sh", "-c", 'whoami; id -u; id -g; echo "$HOME"; touch "$HOME/probe"'],
    ["--user", name],
  );
  expect(shown.stdout).toBe(`${name}\n${uid}\n${gid}\n${home}\n`);
  expect(await container.sh(`stat -c %u:%g ${home}/probe`)).toBe(`${uid}:${gid}\n`);
}

async function expectUniqueIds(container: Container) {
  expect(
    await container.sh("cut -d: -f3 /etc/passwd | sort | uniq -d; cut -d: -f3 /etc/group | sort | uniq -d"),
  ).toBe("");
}
