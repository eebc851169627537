using System.Net;
using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Client.Credentials;

namespace FastProxy.Cli.Carrying;

/// <summary>Runs <c>access tcp|ssh|rdp|smb</c>: the four names are one command.</summary>
internal static class CarrierRun
{
    /// <summary>The exit code of the process.</summary>
    public static async Task<int> RunAsync(CarrierSettings settings)
    {
        var listens = !string.IsNullOrEmpty(settings.Listen);
        using var log = SessionLog.Open(settings.LogFile, settings.LogDirectory, settings.LogLevel, console: listens, out var problem);
        if (problem is not null)
        {
            return new CommandError(settings.DropIn ? ExitCode.Failed : ExitCode.Usage, settings.Command, problem).Report();
        }

        if (Program.ScrubbedSecret)
        {
            log.Warn(ArgumentScrubber.Warning);
        }

        if (CarrierSetup.Create(settings, log, out var error) is not { } setup)
        {
            return error!.Report();
        }

        log.DebugRequest(setup.Request);
        return listens ? await ListenAsync([(settings, setup)]) : await StdioSession.RunAsync(setup, settings);
    }

    /// <summary>Listens for each of the setups until a signal comes.</summary>
    public static async Task<int> ListenAsync(IReadOnlyList<(CarrierSettings Settings, CarrierSetup Setup)> forwards)
    {
        using var signals = new TerminationSignals();
        var listeners = new List<LocalListener>();
        foreach (var (settings, setup) in forwards)
        {
            var (endPoint, why) = await ListenAddress.ParseAsync(settings.Listen!, signals.Token);
            if (endPoint is null || LocalListener.Bind(setup, endPoint, out why) is not { } listener)
            {
                setup.Log.Error("Error on Websocket listener", ("error", why));
                return new CommandError(settings.DropIn || endPoint is not null ? ExitCode.Failed : ExitCode.Usage, settings.Command, "cannot listen: " + why).Report();
            }

            if (!settings.DropIn && !IPAddress.IsLoopback(endPoint.Address) && setup.Request.Credential is not { Service: null, Token: null })
            {
                setup.Log.Warn($"everyone who reaches {endPoint} uses this credential: listen on 127.0.0.1, or run a bastion, whose listener names who may (allow_from)");
            }

            listeners.Add(listener);
        }

        await Task.WhenAll(listeners.Select(listener => listener.RunAsync(signals.Token)));
        signals.RaiseAgain();
        return (int)ExitCode.Ok;
    }
}
