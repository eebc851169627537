using System.CommandLine;
using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Client;
using FastProxy.Configuration;
using FastProxy.Gateway;
using FastProxy.Hosting;
using FastProxy.Quickstart;
using Microsoft.Extensions.Logging;

namespace FastProxy.Cli;

/// <summary><c>fastproxy quickstart</c>: a gateway on loopback in front of an origin, with everything made that a first session needs.</summary>
internal static class QuickstartCommand
{
    public static Command Create()
    {
        var origin = new Option<string>("--origin") { Description = "Where sessions lead. Defaults to the sshd of this machine.", HelpName = "HOST:PORT", DefaultValueFactory = _ => "127.0.0.1:22" };
        var data = new Option<string?>("--data-dir") { Description = "Where store, certificates and credentials are kept. Defaults to $STATE_DIRECTORY, else ~/.local/share/fastproxy.", HelpName = "DIR" };
        var listen = new Option<string>("--listen") { Description = "Where the gateway listens; port 0 takes a free one.", HelpName = "ADDR:PORT", DefaultValueFactory = _ => "127.0.0.1:8443" };
        var check = new Option<bool>("--check") { Description = "Send real bytes through the whole path to an origin of its own, print the result, exit 0 or 1." };
        var command = new Command("quickstart", "Start a gateway on this machine, ready to paste.") { origin, data, listen, check };
        command.SetAction((result, cancellationToken) =>
            RunAsync(result.GetValue(origin)!, result.GetValue(data), result.GetValue(listen)!, result.GetValue(check), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string originText, string? dataDirectory, string listenText, bool check, CancellationToken cancellationToken)
    {
        // A check leaves nothing behind unless it was told where.
        var temporary = check && dataDirectory is null ? Directory.CreateTempSubdirectory("fastproxy-check-").FullName : null;
        try
        {
            var directory = Path.GetFullPath(temporary ?? dataDirectory ?? DataDirectory.Default(Environment.GetEnvironmentVariable));
            await using var echo = check ? new QuickstartCheck() : null;
            if (!Origin.TryParse(echo is null ? WithScheme(originText) : $"tcp://127.0.0.1:{echo.Port}", out var origin, out var error))
            {
                return new CommandError(ExitCode.Usage, "quickstart", error).Report();
            }

            if (!EndPointText.TryParse(echo is null ? listenText : "127.0.0.1:0", out var address))
            {
                return new CommandError(ExitCode.Usage, "quickstart", $"--listen '{listenText}' is not ADDR:PORT").Report();
            }

            if (!IPAddress.IsLoopback(address.Address))
            {
                StandardError.WriteLine($"fastproxy: warning: {address} is reachable from other machines, whose names the quickstart's certificate does not have");
            }

            var traces = QuickstartTraces.Before(directory);
            var code = (int)ExitCode.Failed;
            try
            {
                return code = await ServeAsync(directory, origin, address, echo is not null, traces, cancellationToken);
            }
            finally
            {
                if (code != (int)ExitCode.Ok)
                {
                    traces.Remove();
                }
            }
        }
        finally
        {
            if (temporary is not null)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static async Task<int> ServeAsync(
        string directory, Origin origin, IPEndPoint address, bool check, QuickstartTraces traces, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var loggers = LineLoggerProvider.ToStandardError(check ? LogLevel.Warning : LogLevel.Information, TimeProvider.System);
        try
        {
            if (Admin.Hosting.PrivateDirectory.Prepare(directory) is { } problem)
            {
                return new CommandError(ExitCode.Failed, "quickstart", problem).Report();
            }

            var certificates = QuickstartCertificates.Ensure(directory, TimeProvider.System);
            var options = new GatewayOptions
            {
                DataDirectory = directory,
                Listeners = [new ListenerOptions { Address = address, Tls = [new CertificateOptions { CertificateFile = certificates.CertificateFile, KeyFile = certificates.KeyFile }] }],
                Limits = LimitOptions.ForOpenFileLimit(OpenFileLimit.Raise()),
            };
            await using var host = await GatewayHost.StartAsync(options, loggers, TimeProvider.System, cancellationToken);
            var setup = new QuickstartSetup(host.Store, directory, TimeProvider.System);
            if (await setup.ApplyAsync(origin, cancellationToken) is { } error)
            {
                return new CommandError(ExitCode.Failed, "quickstart", error).Report();
            }

            if (check)
            {
                var (ok, line) = await QuickstartCheck.RunAsync(host.Addresses[0], certificates, setup, TimeProvider.System, signals.Stop);
                StandardOutput.WriteLine($"{(ok ? "ok" : "failed")}: {line}");
                await host.StopAsync(signals.Now);
                return (int)(ok ? ExitCode.Ok : ExitCode.Failed);
            }

            StandardOutput.WriteLine(QuickstartText.Ready(Environment.ProcessPath ?? "fastproxy", host.Addresses[0], origin.ToString(), certificates, setup, directory));

            // From here on people work with it: no failure, not even days later at the stop, takes their applications and tokens away.
            traces.Keep();
            if (await QuickstartOrigin.WhyUnreachableAsync(origin, signals.Stop) is { } why)
            {
                StandardError.WriteLine($"fastproxy: warning: sessions will be refused until something answers at {origin}: {why}; --origin HOST:PORT names another");
            }

            await Task.Delay(Timeout.Infinite, signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(signals.Now);
            return (int)ExitCode.Ok;
        }
        catch (GatewayStartException exception)
        {
            return new CommandError(ExitCode.Failed, "quickstart", exception.Message) { NextStep = "Another address: --listen 127.0.0.1:0. Another data directory: --data-dir DIR." }.Report();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new CommandError(ExitCode.Failed, "quickstart", exception.Message) { NextStep = "Choose a directory you can write to: --data-dir DIR." }.Report();
        }
    }

    private static string WithScheme(string origin) =>
        origin.Contains("://", StringComparison.Ordinal) || origin.StartsWith("unix:", StringComparison.Ordinal) ? origin : $"tcp://{origin}";
}
