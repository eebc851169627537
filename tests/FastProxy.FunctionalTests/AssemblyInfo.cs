// Processes, signals, /proc and sshd: the tests know Linux only, as the binary does.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

// The tests start processes and measure them: on two cores, one test at a time.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
