using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastProxy.Testing.Networks;

/// <summary>
/// Two network namespaces of their own with a virtual cable between them, which can be cut: from then on every packet is sent and none
/// arrives, as when a host or a path vanishes. Nothing of the machine's own network is touched. Takes root.
/// </summary>
public sealed partial class VethNetwork : IDisposable
{
    private const string NearHardware = "02:00:00:00:00:0a";
    private const string FarHardware = "02:00:00:00:00:0b";
    private const string NobodysHardware = "02:00:00:00:00:ee";
    private const int NewNetwork = 0x40000000;

    private static readonly Lazy<string?> s_missing = new(Probe);

    private VethNetwork(string name)
    {
        Near = name + "a";
        Far = name + "b";
    }

    /// <summary>Why this machine cannot make one; null where it can.</summary>
    public static string? Missing => s_missing.Value;

    /// <summary>The address in <see cref="Near"/>.</summary>
    public static IPAddress NearAddress { get; } = IPAddress.Parse("10.77.0.1");

    /// <summary>The address in <see cref="Far"/>.</summary>
    public static IPAddress FarAddress { get; } = IPAddress.Parse("10.77.0.2");

    /// <summary>Name of one namespace, for <c>ip netns exec</c>.</summary>
    public string Near { get; }

    /// <summary>Name of the other namespace.</summary>
    public string Far { get; }

    /// <summary>Makes the namespaces and the cable.</summary>
    public static VethNetwork Create()
    {
        var network = new VethNetwork("fp" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        try
        {
            network.Build();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The command that runs a program in a namespace.</summary>
    public static string[] Within(string name) => ["ip", "netns", "exec", name];

    /// <summary>Runs something in a namespace; sockets made there stay there, whoever uses them later.</summary>
    public static T Within<T>(string name, Func<T> make)
    {
        T made = default!;
        Exception? failure = null;

        // The namespace is the thread's own and ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle("/run/netns/" + name);
                if (SetNamespace((int)file.DangerousGetHandle(), NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"setns {name}: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                made = make();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made : throw new InvalidOperationException($"in {name}: {failure.Message}", failure);
    }

    /// <summary>A TCP connection across the cable.</summary>
    public async Task<(Socket Near, Socket Far)> ConnectAsync()
    {
        using var listener = Within(Far, () =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            made.Bind(new IPEndPoint(FarAddress, 0));
            made.Listen(1);
            return made;
        });
        var near = Within(Near, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await near.ConnectAsync(listener.LocalEndPoint!);
        return (near, await listener.AcceptAsync());
    }

    /// <summary>Cuts the cable: packets go out, to a station that is not there.</summary>
    public void Cut() => Address(NobodysHardware, NobodysHardware);

    /// <summary>Mends the cable.</summary>
    public void Mend() => Address(NearHardware, FarHardware);

    /// <summary>Pulls the cable out at the near end: no route leads out any more, so that packets are not even sent.</summary>
    public void Unplug() => Run("-n", Near, "link", "set", "cable", "down");

    /// <inheritdoc />
    public void Dispose()
    {
        // The cable goes with the namespaces.
        TryRun("netns", "del", Near);
        TryRun("netns", "del", Far);
    }

    private void Build()
    {
        Run("netns", "add", Near);
        Run("netns", "add", Far);
        Run("-n", Near, "link", "add", "cable", "address", NearHardware, "type", "veth", "peer", "name", "cable", "address", FarHardware, "netns", Far);
        Run("-n", Near, "address", "add", $"{NearAddress}/24", "dev", "cable");
        Run("-n", Far, "address", "add", $"{FarAddress}/24", "dev", "cable");
        foreach (var name in (string[])[Near, Far])
        {
            Run("-n", name, "link", "set", "lo", "up");
            Run("-n", name, "link", "set", "cable", "up");
        }

        Mend();
    }

    private void Address(string near, string far)
    {
        Run("-n", Near, "neighbour", "replace", $"{FarAddress}", "lladdr", far, "dev", "cable", "nud", "permanent");
        Run("-n", Far, "neighbour", "replace", $"{NearAddress}", "lladdr", near, "dev", "cable", "nud", "permanent");
    }

    private static string? Probe()
    {
        try
        {
            using var network = Create();
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"no network namespaces here: {exception.Message}";
        }
    }

    private static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is { } error)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }

    private static string? TryRun(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error.Trim();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);
}
