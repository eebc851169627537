using System.CommandLine;
using FastProxy.Client;
using FastProxy.Configuration;
using FastProxy.Gateway;
using FastProxy.Hosting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Cli;

/// <summary><c>fastproxy gateway</c>: serves the data plane and the API until a signal.</summary>
internal static class GatewayCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The configuration.", HelpName = "FILE", Required = true };
        var check = new Option<bool>("--check") { Description = "Read and check the configuration, serve nothing; exits 0 or 2." };
        var level = LogLevels.Option();
        var command = new Command("gateway", "Serve applications: TLS, tokens, policies, sessions.") { config, check, level };
        command.SetAction(async (result, cancellationToken) =>
        {
            var file = result.GetValue(config)!;
            if (Read(file) is not { } options)
            {
                return (int)ExitCode.Usage;
            }
            if (result.GetValue(check))
            {
                foreach (var concern in CertificateCheck.Concerns(options, TimeProvider.System.GetUtcNow()))
                {
                    StandardError.WriteLine($"fastproxy: warning: {concern}");
                }

                StandardOutput.WriteLine($"{file} is valid.");
                return (int)ExitCode.Ok;
            }
            return await ServeAsync(file, options, LogLevels.Parse(result.GetValue(level)!), cancellationToken);
        });
        return command;
    }

    private static GatewayOptions? Read(string file)
    {
        var problems = new ConfigurationProblems(file);
        var options = GatewayFile.Read(file, problems, ConfigurationEnvironment.Current());
        problems.Report();
        return options;
    }

    private static async Task<int> ServeAsync(string file, GatewayOptions options, LogLevel level, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var loggers = LineLoggerProvider.ToStandardError(level, TimeProvider.System);
        using var requests = new ReloadRequests(TimeProvider.System);
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable, TimeProvider.System);
        GatewayHost host;
        try
        {
            host = await GatewayHost.StartAsync(options, loggers, TimeProvider.System, cancellationToken);
        }
        catch (GatewayStartException e)
        {
            // The cause comes last, where it is looked for.
            loggers.Dispose();
            return new CommandError(ExitCode.Failed, "gateway", e.Message).Report();
        }
        using var memory = new MemoryReturn();
        await using (host)
        {
            foreach (var url in host.Urls)
            {
                StandardError.WriteLine($"listening {url}");
            }
            if (host.MetricsAddress is { } metrics)
            {
                StandardError.WriteLine($"metrics http://{metrics}/metrics");
            }

            notifier.Ready();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
            while (await requests.WaitAsync(stop.Token))
            {
                notifier.Reloading();
                host.Reload();
                HostLog.FilesReread(loggers.CreateLogger("FastProxy.Hosting"), file);
                notifier.Ready();
            }

            notifier.Stopping();
            await host.StopAsync(signals.Now);
        }
        return (int)ExitCode.Ok;
    }
}
