/** Every field of `podman inspect` 4.3 for a running container, by its path. */
export const PODMAN_FIELDS = (
  'Id Created Path Args State State.OciVersion State.Status State.Running State.Paused State.Restarting ' +
  'State.OOMKilled State.Dead State.Pid State.ConmonPid State.ExitCode State.Error State.StartedAt ' +
  'State.FinishedAt State.Health State.Health.Status State.Health.FailingStreak State.Health.Log ' +
  'State.CgroupPath State.CheckpointedAt State.RestoredAt Image ImageDigest ImageName Rootfs Pod ResolvConfPath ' +
  'HostnamePath HostsPath StaticDir OCIConfigPath OCIRuntime ConmonPidFile PidFile Name RestartCount Driver ' +
  'MountLabel ProcessLabel AppArmorProfile EffectiveCaps BoundingCaps ExecIDs GraphDriver GraphDriver.Name ' +
  'GraphDriver.Data GraphDriver.Data.UpperDir GraphDriver.Data.WorkDir Mounts Dependencies NetworkSettings ' +
  'NetworkSettings.EndpointID NetworkSettings.Gateway NetworkSettings.IPAddress NetworkSettings.IPPrefixLen ' +
  'NetworkSettings.IPv6Gateway NetworkSettings.GlobalIPv6Address NetworkSettings.GlobalIPv6PrefixLen ' +
  'NetworkSettings.MacAddress NetworkSettings.Bridge NetworkSettings.SandboxID NetworkSettings.HairpinMode ' +
  'NetworkSettings.LinkLocalIPv6Address NetworkSettings.LinkLocalIPv6PrefixLen NetworkSettings.Ports ' +
  'NetworkSettings.SandboxKey Namespace IsInfra IsService Config Config.Hostname Config.Domainname Config.User ' +
  'Config.AttachStdin Config.AttachStdout Config.AttachStderr Config.Tty Config.OpenStdin Config.StdinOnce ' +
  'Config.Env Config.Cmd Config.Image Config.Volumes Config.WorkingDir Config.Entrypoint Config.OnBuild ' +
  'Config.Labels Config.Annotations Config.StopSignal Config.HealthcheckOnFailureAction Config.CreateCommand ' +
  'Config.Umask Config.Timeout Config.StopTimeout Config.Passwd Config.sdNotifyMode HostConfig HostConfig.Binds ' +
  'HostConfig.CgroupManager HostConfig.CgroupMode HostConfig.ContainerIDFile HostConfig.LogConfig ' +
  'HostConfig.LogConfig.Type HostConfig.LogConfig.Config HostConfig.LogConfig.Path HostConfig.LogConfig.Tag ' +
  'HostConfig.LogConfig.Size HostConfig.NetworkMode HostConfig.PortBindings HostConfig.RestartPolicy ' +
  'HostConfig.RestartPolicy.Name HostConfig.RestartPolicy.MaximumRetryCount HostConfig.AutoRemove ' +
  'HostConfig.VolumeDriver HostConfig.VolumesFrom HostConfig.CapAdd HostConfig.CapDrop HostConfig.Dns ' +
  'HostConfig.DnsOptions HostConfig.DnsSearch HostConfig.ExtraHosts HostConfig.GroupAdd HostConfig.IpcMode ' +
  'HostConfig.Cgroup HostConfig.Cgroups HostConfig.Links HostConfig.OomScoreAdj HostConfig.PidMode ' +
  'HostConfig.Privileged HostConfig.PublishAllPorts HostConfig.ReadonlyRootfs HostConfig.SecurityOpt ' +
  'HostConfig.Tmpfs HostConfig.UTSMode HostConfig.UsernsMode HostConfig.ShmSize HostConfig.Runtime ' +
  'HostConfig.ConsoleSize HostConfig.Isolation HostConfig.CpuShares HostConfig.Memory HostConfig.NanoCpus ' +
  'HostConfig.CgroupParent HostConfig.BlkioWeight HostConfig.BlkioWeightDevice HostConfig.BlkioDeviceReadBps ' +
  'HostConfig.BlkioDeviceWriteBps HostConfig.BlkioDeviceReadIOps HostConfig.BlkioDeviceWriteIOps ' +
  'HostConfig.CpuPeriod HostConfig.CpuQuota HostConfig.CpuRealtimePeriod HostConfig.CpuRealtimeRuntime ' +
  'HostConfig.CpusetCpus HostConfig.CpusetMems HostConfig.Devices HostConfig.DiskQuota HostConfig.KernelMemory ' +
  'HostConfig.MemoryReservation HostConfig.MemorySwap HostConfig.MemorySwappiness HostConfig.OomKillDisable ' +
  'HostConfig.PidsLimit HostConfig.Ulimits HostConfig.CpuCount HostConfig.CpuPercent HostConfig.IOMaximumIOps ' +
  'HostConfig.IOMaximumBandwidth HostConfig.CgroupConf'
).split(' ');
