using System.CommandLine;
using FastProxy.Client;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Configuration;
using FastProxy.Hosting;
using FastProxy.Transport.Dialing;
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
            var problems = new ConfigurationProblems(file);
            var options = BastionFile.Read(file, problems, ConfigurationEnvironment.Current());
            problems.Report();
            if (options is null)
            {
                return (int)ExitCode.Usage;
            }

            if (result.GetValue(check))
            {
                Console.Out.WriteLine($"{file} is valid.");
                return (int)ExitCode.Ok;
            }

            return await ServeAsync(options, LogLevels.Parse(result.GetValue(level)!), cancellationToken);
        });
        return command;
    }

    private static async Task<int> ServeAsync(BastionOptions options, LogLevel level, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var loggers = LineLoggerProvider.ToStandardError(level, TimeProvider.System);
        OpenFileLimit.Raise();
        if (TrustRoots.Load(options.CaFile, Environment.GetEnvironmentVariable, out var roots) is { } distrust)
        {
            return new CommandError(ExitCode.Failed, "bastion", distrust).Report();
        }

        await using var bastion = new BastionServer(
            options, roots!, ProxySettings.FromVariables(Environment.GetEnvironmentVariable), loggers, TimeProvider.System);
        try
        {
            await bastion.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            return new CommandError(ExitCode.Failed, "bastion", $"cannot listen: {exception.Message}").Report();
        }

        foreach (var address in bastion.Addresses)
        {
            Console.Error.WriteLine(address is System.Net.IPEndPoint ? $"listening tcp://{address}" : $"listening unix:{address}");
        }

        await Task.Delay(Timeout.Infinite, signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(signals.Now);
        drained.CancelAfter(s_drain);
        await bastion.StopAsync(drained.Token);
        return (int)ExitCode.Ok;
    }
}
