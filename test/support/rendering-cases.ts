import { gpuHost, plainHost } from "./plans.ts";

/** A configuration that says something about everything. */
export const everything = `
project: {id: everything}
image: {base: "debian:12@sha256:${"0".repeat(64)}", setup: setup.sh, inputs: [locks/*.lock]}
apt: {packages: [jq, "libfoo-dev=1.2-3"]}
user: {name: ada, sudo: false}
workspace: /work
gpu: {mode: auto, devices: ["0", "1"]}
tools: {rust: distro, uv: {from: index}, go: off}
resources: {cpus: 4, memory: 8g, shm: 1g, pids: 1000}
network: none
mounts: ["/data:/data", "./scratch:/scratch:rw"]
env: {OMP_NUM_THREADS: 8, GREETING: "it's $HOME"}
secrets:
  HF_TOKEN: {env: HF_TOKEN}
  API_KEY: {env: API_KEY, as: env}
  NETRC: {file: /home/ada/.netrc, at: build}
ports: [8888, "127.0.0.1:6006:6006"]
lifecycle: {postCreate: "make setup", postStart: {a: ["echo", "a b"]}}
vscode: {extensions: [ms-python.python], settings: {editor.rulers: [110]}}
mirrors: {apt: host, python: "https://index.example/simple", npm: host, crates: "https://crates.example", github: "https://git.example"}
certificates: host
locale: de_DE.UTF-8
timezone: Europe/Berlin
`;

/** Configurations that have golden files. */
export const renderingCases = [
  { name: "host", yaml: "", facts: plainHost },
  {
    name: "portable",
    yaml: "{project: {id: portable}, devcontainer: {mode: portable}, secrets: {HF_TOKEN: {env: HF_TOKEN}}}",
    facts: plainHost,
  },
  { name: "gpu", yaml: "gpu: auto", facts: gpuHost({ runtime: true, cdi: [] }) },
  {
    name: "debootstrap",
    yaml: "{image: {base: 'debootstrap:bookworm'}, tools: {spack: off}}",
    facts: plainHost,
  },
  { name: "everything", yaml: everything, facts: gpuHost({ runtime: false, cdi: ["nvidia.com/gpu=all"] }) },
];
