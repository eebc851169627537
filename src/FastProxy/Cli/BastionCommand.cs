using System.CommandLine;
using FastProxy.Client;
using FastProxy.Client.Bastion;
using FastProxy.Configuration;
using FastProxy.Hosting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Cli;

/// <summary><c>fastproxy bastion</c>: local TCP ports that lead to applications, until a signal.</summary>
internal static class BastionCommand
{
    /// <summary>How long live sessions may finish after the first signal.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The configuration.", HelpName = "FILE", Required = true };
        var check = new Option<bool>("--check") { Description = "Read and check the configuration, serve nothing; exits 0 or 2." };
        var level = LogLevels.Option();
        var command = new Command("bastion", "Listen on local ports that lead to applications.") { config, check, level };
        command.SetAction(async (result, cancellationToken) =>
        {
            var file = result.GetValue(config)!;
            if (Read(file, out var files) is not { } options)
            {
                return (int)ExitCode.Usage;
            }

            if (result.GetValue(check))
            {
                StandardOutput.WriteLine($"{file} is valid.");
                return (int)ExitCode.Ok;
            }

            return await ServeAsync(file, files, options, LogLevels.Parse(result.GetValue(level)!), cancellationToken);
        });
        return command;
    }

    private static BastionOptions? Read(string file, out IReadOnlyDictionary<string, FileStamp> files)
    {
        var problems = new ConfigurationProblems(file);
        var options = BastionFile.Read(file, problems, ConfigurationEnvironment.Current(), out files);
        problems.Report();
        return options;
    }

    private static async Task<int> ServeAsync(
        string file, IReadOnlyDictionary<string, FileStamp> files, BastionOptions options, LogLevel level, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var loggers = LineLoggerProvider.ToStandardError(level, TimeProvider.System);
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable, TimeProvider.System);
        OpenFileLimit.Raise();
        using var requests = new ReloadRequests(TimeProvider.System);
        requests.Watch(files);
        BastionHost host;
        try
        {
            host = await BastionHost.StartAsync(options, InheritedSockets.Take(), loggers, TimeProvider.System, cancellationToken);
        }
        catch (IOException exception)
        {
            // The cause comes last, where it is looked for.
            loggers.Dispose();
            return new CommandError(ExitCode.Failed, "bastion", exception.Message).Report();
        }

        using var memory = new MemoryReturn();
        await using (host)
        {
            foreach (var address in host.Addresses)
            {
                StandardError.WriteLine(address is System.Net.IPEndPoint ? $"listening tcp://{address}" : $"listening unix:{address}");
            }

            if (host.MetricsAddress is { } metrics)
            {
                StandardError.WriteLine($"metrics http://{metrics}/metrics");
            }

            notifier.Ready();
            while (await requests.WaitAsync(signals.Stop))
            {
                notifier.Reloading();
                await ReloadAsync(host, requests, file, loggers.CreateLogger("FastProxy.Hosting"), cancellationToken);
                notifier.Ready();
            }

            notifier.Stopping();
            using var drained = CancellationTokenSource.CreateLinkedTokenSource(signals.Now);
            drained.CancelAfter(s_drain);
            await host.StopAsync(drained.Token);
        }

        return (int)ExitCode.Ok;
    }

    private static async Task ReloadAsync(BastionHost host, ReloadRequests requests, string file, ILogger logger, CancellationToken cancellationToken)
    {
        var options = Read(file, out var files);

        // Also where it is refused: for a file that it names, say, and that is only being put in its place.
        requests.Watch(files);
        if (options is null)
        {
            HostLog.ReloadFailed(logger, file, "what is wrong with it stands above");
            return;
        }

        try
        {
            await host.ReloadAsync(options, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            HostLog.ReloadFailed(logger, file, exception.Message);
        }
    }
}
