/** Where the probes look on this machine. */
export interface HostPaths {
  readonly kernelVersion: string;
  /** The NVIDIA kernel driver's folder. */
  readonly nvidiaDriver: string;
  /** nvidia-smi where PATH does not lead to it: WSL2 has it among the libraries of Windows' driver. */
  readonly nvidiaSmi: readonly string[];
  /** Folders with CDI specifications, https://github.com/cncf-tags/container-device-interface. */
  readonly cdi: readonly string[];
}

export const hostPaths: HostPaths = {
  kernelVersion: "/proc/version",
  nvidiaDriver: "/proc/driver/nvidia",
  nvidiaSmi: ["/usr/lib/wsl/lib/nvidia-smi"],
  cdi: ["/etc/cdi", "/var/run/cdi"],
};
